#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace dynamo::webhook {

// One pair per type of setting: parse() reads what a user writes and says what was expected instead; format() writes what
// parse() reads.

using Parsed = std::expected<void, std::string>;

[[nodiscard]] Parsed parse(std::string_view text, std::string& value);
[[nodiscard]] Parsed parse(std::string_view text, std::vector<std::string>& value);   ///< separated by commas
[[nodiscard]] Parsed parse(std::string_view text, bool& value);
[[nodiscard]] Parsed parse(std::string_view text, std::uint16_t& value);
[[nodiscard]] Parsed parse(std::string_view text, std::size_t& value);
[[nodiscard]] Parsed parse(std::string_view text, Bytes& value);
[[nodiscard]] Parsed parse(std::string_view text, Duration& value);
[[nodiscard]] Parsed parse(std::string_view text, TlsVersion& value);
[[nodiscard]] Parsed parse(std::string_view text, CertificateOrigin& value);
[[nodiscard]] Parsed parse(std::string_view text, Feasibility& value);
[[nodiscard]] Parsed parse(std::string_view text, ImmutabilityMode& value);
[[nodiscard]] Parsed parse(std::string_view text, LogLevel& value);

[[nodiscard]] std::string format(const std::string& value);
[[nodiscard]] std::string format(const std::vector<std::string>& value);
[[nodiscard]] std::string format(const bool& value);
[[nodiscard]] std::string format(const std::uint16_t& value);
[[nodiscard]] std::string format(const std::size_t& value);
[[nodiscard]] std::string format(const Bytes& value);
[[nodiscard]] std::string format(const Duration& value);
[[nodiscard]] std::string format(const TlsVersion& value);
[[nodiscard]] std::string format(const CertificateOrigin& value);
[[nodiscard]] std::string format(const Feasibility& value);
[[nodiscard]] std::string format(const ImmutabilityMode& value);
[[nodiscard]] std::string format(const LogLevel& value);

}  // namespace dynamo::webhook
