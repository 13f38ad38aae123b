#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dynamo::facts_compiler {

/// Collects C++ source text: rows of aggregates and the word lists they point to.
class TableWriter {
 public:
  /// A string literal.
  static std::string quoted(const std::string& text);
  /// The shortest literal that reads back as the same double.
  static std::string literal(double value);
  /// An expression for a list of words; the list itself goes to the top of the file.
  std::string words(const std::vector<std::string>& list);
  /// The same for braced initialisers of any row type.
  std::string list(const std::string& row_type, const std::vector<std::string>& rows);
  /// Appends a table of rows, each a braced initialiser.
  void table(const std::string& row_type, const std::string& name, const std::vector<std::string>& rows);
  /// Appends a single number.
  void constant(const std::string& name, double value);
  /// The whole file.
  [[nodiscard]] std::string source() const;

 private:
  std::string lists_;
  std::string tables_;
  int count_ = 0;
};

/// One braced initialiser, built member by member; members must be added in declaration order.
class RowWriter {
 public:
  void text(const char* member, const std::string& value);
  void number(const char* member, double value);
  void number(const char* member, const std::optional<double>& value);
  void expression(const char* member, const std::string& value);
  [[nodiscard]] std::string braced() const { return "{" + body_ + "}"; }

 private:
  std::string body_;
};

}  // namespace dynamo::facts_compiler
