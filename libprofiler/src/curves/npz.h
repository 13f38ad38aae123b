#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dynamo::curves {

/// A zip archive of one-dimensional numpy arrays as `numpy.savez` writes them: format 1.0, stored uncompressed. Times are the
/// epoch of zip, so equal arrays give equal bytes.
class NpzWriter {
 public:
  void add(std::string_view name, std::span<const double> values);
  void add(std::string_view name, std::span<const std::int64_t> values);
  /// The archive of what was added.
  [[nodiscard]] std::string finish() &&;

 private:
  void add_file(const std::string& name, const std::string& content);

  std::string files_;      ///< local headers, each followed by its content
  std::string directory_;  ///< central directory
  std::uint16_t count_ = 0;
};

}  // namespace dynamo::curves
