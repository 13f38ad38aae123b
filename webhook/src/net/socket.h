#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace dynamo::webhook {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool valid() const { return number_ >= 0; }
  void close() { Descriptor gone(std::move(*this)); }

 private:
  int number_ = -1;
};

struct BoundSocket {
  Descriptor descriptor;
  std::uint16_t port = 0;      ///< the one in use, also where 0 was asked for
};

/// A listening socket on a numeric address; an empty one means every address of the machine.
[[nodiscard]] std::expected<BoundSocket, std::string> listen_on(const std::string& address, std::uint16_t port);

/// Raises the soft limit of open files to the hard one. Returns it.
std::size_t raise_open_file_limit();

}  // namespace dynamo::webhook
