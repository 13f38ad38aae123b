#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dynamo::tables {

using TinyValues = std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>>;
struct TinyColumn {
  std::string name;
  TinyValues values;
};

/// Writes just enough of Thrift's compact protocol; field ids must rise by less than 16.
class TinyThrift {
 public:
  void field(int id, int type) {
    bytes += static_cast<char>(((id - last_) << 4) | type);
    last_ = id;
  }
  void varint(std::uint64_t value) {
    for (; value >= 128; value >>= 7) bytes += static_cast<char>(value | 128);
    bytes += static_cast<char>(value);
  }
  void integer(int id, std::int64_t value, int type = 6) {
    field(id, type);
    varint(static_cast<std::uint64_t>(value) * 2);
  }
  void text(int id, const std::string& value) {
    field(id, 8);
    varint(value.size());
    bytes += value;
  }
  void list(int id, std::size_t size, int type = 12) {
    field(id, 9);
    bytes += static_cast<char>(0xf0 | type);
    varint(size);
  }
  void begin(int id) {
    if (id != 0) field(id, 12);
    outer_.push_back(last_);
    last_ = 0;
  }
  void end() {
    bytes += '\0';
    if (!outer_.empty()) {
      last_ = outer_.back();
      outer_.pop_back();
    }
  }
  std::string bytes;

 private:
  int last_ = 0;
  std::vector<int> outer_;
};

inline std::string tiny_values(const TinyValues& values) {
  std::string out;
  const auto raw = [&](const auto& value) { out.append(reinterpret_cast<const char*>(&value), sizeof(value)); };
  if (const auto* integers = std::get_if<0>(&values)) {
    for (const auto value : *integers) raw(value);
  } else if (const auto* doubles = std::get_if<1>(&values)) {
    for (const auto value : *doubles) raw(value);
  } else {
    for (const auto& word : std::get<2>(values)) {
      raw(static_cast<std::uint32_t>(word.size()));
      out += word;
    }
  }
  return out;
}

/// A Parquet file of required, uncompressed, PLAIN columns in one row group.
inline std::string tiny_parquet(const std::vector<TinyColumn>& columns) {
  std::string file = "PAR1";
  std::vector<std::pair<std::size_t, std::size_t>> places;
  std::size_t rows = 0;
  for (const TinyColumn& column : columns) {
    rows = std::visit([](const auto& values) { return values.size(); }, column.values);
    const std::string data = tiny_values(column.values);
    TinyThrift page;
    page.integer(1, 0, 5);
    page.integer(2, static_cast<std::int64_t>(data.size()), 5);
    page.integer(3, static_cast<std::int64_t>(data.size()), 5);
    page.begin(5);
    page.integer(1, static_cast<std::int64_t>(rows), 5);
    page.integer(2, 0, 5);
    page.integer(3, 3, 5);
    page.integer(4, 3, 5);
    page.end();
    page.end();
    places.emplace_back(file.size(), page.bytes.size() + data.size());
    file += page.bytes + data;
  }
  TinyThrift footer;
  footer.integer(1, 2, 5);
  footer.list(2, columns.size() + 1);
  footer.begin(0);
  footer.text(4, "schema");
  footer.end();
  constexpr std::int64_t kTypes[] = {2, 5, 6};
  for (const TinyColumn& column : columns) {
    footer.begin(0);
    footer.integer(1, kTypes[column.values.index()], 5);
    footer.integer(3, 0, 5);
    footer.text(4, column.name);
    footer.end();
  }
  footer.integer(3, static_cast<std::int64_t>(rows));
  footer.list(4, 1);
  footer.begin(0);
  footer.list(1, columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    footer.begin(0);
    footer.integer(2, 0);
    footer.begin(3);
    footer.integer(1, kTypes[columns[i].values.index()], 5);
    footer.integer(4, 0, 5);
    footer.integer(5, static_cast<std::int64_t>(rows));
    footer.integer(7, static_cast<std::int64_t>(places[i].second));
    footer.integer(9, static_cast<std::int64_t>(places[i].first));
    footer.end();
    footer.end();
  }
  footer.end();
  footer.end();
  const auto size = static_cast<std::uint32_t>(footer.bytes.size());
  file += footer.bytes;
  file.append(reinterpret_cast<const char*>(&size), 4);
  return file + "PAR1";
}

}  // namespace dynamo::tables
