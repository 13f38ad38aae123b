#include "facts/compiler/table_writer.h"

#include <charconv>

namespace dynamo::facts_compiler {

std::string TableWriter::quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string TableWriter::literal(double value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return std::string(buffer, end);
}

std::string TableWriter::words(const std::vector<std::string>& list) {
  std::vector<std::string> literals;
  for (const std::string& word : list) literals.push_back(quoted(word));
  return this->list("std::string_view", literals);
}

std::string TableWriter::list(const std::string& row_type, const std::vector<std::string>& rows) {
  if (rows.empty()) return "{}";
  const std::string name = "kList" + std::to_string(count_++);
  lists_ += "constexpr " + row_type + " " + name + "[] = {\n";
  for (const std::string& row : rows) lists_ += "    " + row + ",\n";
  lists_ += "};\n";
  return name;
}

void TableWriter::table(const std::string& row_type, const std::string& name, const std::vector<std::string>& rows) {
  tables_ += "namespace {\nconstexpr " + row_type + " " + name + "Data[] = {\n";
  for (const std::string& row : rows) tables_ += "    " + row + ",\n";
  tables_ += "};\n}  // namespace\nconst std::span<const " + row_type + "> " + name + " = " + name + "Data;\n\n";
}

void TableWriter::constant(const std::string& name, double value) {
  tables_ += "const double " + name + " = " + literal(value) + ";\n";
}

std::string TableWriter::source() const {
  return "#include \"facts/backend_facts.h\"\n#include \"facts/corrections.h\"\n#include \"facts/efficiency.h\"\n"
         "#include \"facts/rows.h\"\n#include \"facts/sanity.h\"\n#include \"facts/typical_efficiency.h\"\n\n"
         "namespace dynamo::facts {\n\nnamespace {\n" + lists_ + "}  // namespace\n\n" +
         tables_ + "}  // namespace dynamo::facts\n";
}

void RowWriter::text(const char* member, const std::string& value) {
  if (!value.empty()) expression(member, TableWriter::quoted(value));
}

void RowWriter::number(const char* member, double value) { expression(member, TableWriter::literal(value)); }

void RowWriter::number(const char* member, const std::optional<double>& value) {
  if (value) number(member, *value);
}

void RowWriter::expression(const char* member, const std::string& value) {
  if (!body_.empty()) body_ += ", ";
  body_ += "." + std::string(member) + " = " + value;
}

}  // namespace dynamo::facts_compiler
