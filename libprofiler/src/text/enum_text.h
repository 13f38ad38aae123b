#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace dynamo {

/// The texts of an enumeration in one table, for both directions and for listing them in messages:
/// `constexpr EnumText kColours(std::array{std::pair{Colour::kRed, std::string_view("red")}, …});`
template <typename Enum, std::size_t N>
class EnumText {
 public:
  constexpr explicit EnumText(std::array<std::pair<Enum, std::string_view>, N> entries) : entries_(entries) {}

  /// The text of `value`, or an empty view when the table lacks it.
  [[nodiscard]] constexpr std::string_view text(Enum value) const {
    for (const auto& [known, text] : entries_) {
      if (known == value) {
        return text;
      }
    }
    return {};
  }

  /// The value whose text is exactly `text`.
  [[nodiscard]] constexpr std::optional<Enum> parse(std::string_view text) const {
    for (const auto& [value, known] : entries_) {
      if (known == text) {
        return value;
      }
    }
    return std::nullopt;
  }

  /// All texts in the order of the table.
  [[nodiscard]] constexpr std::array<std::string_view, N> texts() const {
    std::array<std::string_view, N> result;
    for (std::size_t i = 0; i < N; ++i) {
      result[i] = entries_[i].second;
    }
    return result;
  }

 private:
  std::array<std::pair<Enum, std::string_view>, N> entries_;
};

}  // namespace dynamo
