#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/http.h"

namespace dynamo::webhook {

/// Which endpoint answers what: cpp-httplib behind our own connection layer. It never sees a socket, a body or a header that
/// a client could do harm with.
class Router {
 public:
  using Endpoint = std::function<HttpReply(const HttpRequest&)>;
  /// What an endpoint can say within some microseconds and without waiting; nothing where that is not enough. Never throws.
  using Shortcut = std::function<std::optional<HttpReply>(const HttpRequest&)>;

  /// `keep_alive` is what clients are told about idle connections.
  explicit Router(std::chrono::seconds keep_alive);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // Paths are literal. Register everything before the first respond().
  void get(const std::string& path, Endpoint endpoint);
  void post(const std::string& path, Endpoint endpoint, Shortcut shortcut = {});
  /// Called when an endpoint threw; the client gets 500 and no word of it.
  void on_failure(std::function<void()> observer);

  /// The whole response. Thread-safe, never throws.
  [[nodiscard]] std::string respond(const HttpRequest& request, bool close) const;
  /// The same where it takes no time; else nothing, and respond() is to be asked on a thread that may wait.
  [[nodiscard]] std::optional<std::string> respond_at_once(const HttpRequest& request, bool close) const;

 private:
  class Library;
  std::unique_ptr<Library> library_;
};

}  // namespace dynamo::webhook
