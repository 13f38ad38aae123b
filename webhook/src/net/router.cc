#include "net/router.h"

#include <httplib.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace dynamo::webhook {
namespace {

/// A head to read from and a response to write to, both in memory.
class MemoryStream final : public httplib::Stream {
 public:
  explicit MemoryStream(std::string_view input) : input_(input) {}

  [[nodiscard]] bool is_readable() const override { return !input_.empty(); }
  [[nodiscard]] bool is_writable() const override { return true; }
  ssize_t read(char* to, std::size_t size) override {
    const std::size_t taken = input_.copy(to, size);
    input_.remove_prefix(taken);
    return static_cast<ssize_t>(taken);
  }
  ssize_t write(const char* from, std::size_t size) override {
    output_.append(from, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  // Below FD_SETSIZE, which the library checks though it never selects on it.
  [[nodiscard]] socket_t socket() const override { return 0; }

  std::string take_output() { return std::move(output_); }

 private:
  std::string_view input_;
  std::string output_;
};

/// The library hands its handlers no context of ours; a thread answers one request at a time.
thread_local const HttpRequest* answering = nullptr;

}  // namespace

class Router::Library final : public httplib::Server {
 public:
  explicit Library(std::chrono::seconds keep_alive) {
    set_keep_alive_timeout(keep_alive.count());
    set_keep_alive_max_count(1'000'000'000);   // as good as never; only a header says so
    set_exception_handler([this](const httplib::Request&, httplib::Response& response, std::exception_ptr) {
      if (failed_) failed_();
      response.status = 500;
      response.headers.erase("EXCEPTION_WHAT");
    });
    // Before the library's own routing, which takes every path for a regular expression and reads bodies.
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      route(request, response);
      return HandlerResponse::Handled;
    });
    set_error_handler(httplib::Server::Handler([](const httplib::Request&, httplib::Response& response) {
      if (response.body.empty()) response.set_content(message(response.status), "text/plain; charset=utf-8");
    }));
  }

  void add(const std::string& method, const std::string& path, Endpoint endpoint, Shortcut shortcut) {
    routes_[path].emplace(method, Route{std::move(endpoint), std::move(shortcut)});
  }

  void on_failure(std::function<void()> observer) { failed_ = std::move(observer); }

  [[nodiscard]] std::optional<HttpReply> shortcut(const HttpRequest& request) const {
    const std::string_view target = request.target;
    const Route* known = find(target.substr(0, target.find('?')), request.method);
    return known != nullptr && known->shortcut ? known->shortcut(request) : std::nullopt;
  }

  std::string respond(const HttpRequest& request, bool close) {
    try {
      answering = &request;
      std::string response = process(request, close);
      answering = nullptr;
      return response;
    } catch (...) {
      answering = nullptr;
      return plain_response(500, "internal failure; the log says more", true);
    }
  }

 private:
  struct Route {
    Endpoint endpoint;
    Shortcut shortcut;
  };
  using Methods = std::map<std::string, Route, std::less<>>;

  std::string process(const HttpRequest& request, bool close) {
    // Only what routing needs: no Range, no Accept-Encoding, no Content-Encoding, nothing the client chose.
    const std::string head = request.method + " " + request.target + " HTTP/1.1\r\nHost: webhook\r\n\r\n";
    MemoryStream stream(head);
    bool closed = close;
    process_request(stream, close, closed, nullptr);
    return stream.take_output();
  }

  [[nodiscard]] const Route* find(std::string_view path, std::string_view method) const {
    const auto methods = routes_.find(path);
    if (methods == routes_.end()) return nullptr;
    const auto known = methods->second.find(method == "HEAD" ? "GET" : method);
    return known == methods->second.end() ? nullptr : &known->second;
  }

  void route(const httplib::Request& request, httplib::Response& response) const {
    const Route* known = find(request.path, request.method);
    if (known == nullptr) return refuse(request.path, response);
    HttpReply reply = known->endpoint(*answering);
    response.status = reply.status;
    response.body = std::move(reply.body);
    response.headers.emplace("Content-Type", std::move(reply.content_type));
  }

  void refuse(const std::string& path, httplib::Response& response) const {
    const auto methods = routes_.find(path);
    response.status = methods == routes_.end() ? 404 : 405;
    if (response.status == 404) return;
    std::string allowed;
    for (const auto& [method, route] : methods->second) allowed += (allowed.empty() ? "" : ", ") + method;
    response.headers.emplace("Allow", allowed);
  }

  static std::string message(int status) {
    if (status == 404) return "no such endpoint\n";
    if (status == 405) return "this endpoint has another method\n";
    if (status == 500) return "internal failure; the log says more\n";
    return "the request was not understood\n";
  }

  std::map<std::string, Methods, std::less<>> routes_;   ///< by path
  std::function<void()> failed_;
};

Router::Router(std::chrono::seconds keep_alive) : library_(std::make_unique<Library>(keep_alive)) {
  // The library builds tables of its own at the first request. Here every thread comes after that, which also a thread checker
  // can see: the library is not built with one, so that it knows nothing of the library's own guard.
  HttpRequest first;
  first.method = "GET";
  first.target = "/";
  (void)respond(first, true);
}
Router::~Router() = default;

void Router::get(const std::string& path, Endpoint endpoint) { library_->add("GET", path, std::move(endpoint), {}); }
void Router::post(const std::string& path, Endpoint endpoint, Shortcut shortcut) {
  library_->add("POST", path, std::move(endpoint), std::move(shortcut));
}
void Router::on_failure(std::function<void()> observer) { library_->on_failure(std::move(observer)); }

std::string Router::respond(const HttpRequest& request, bool close) const { return library_->respond(request, close); }

std::optional<std::string> Router::respond_at_once(const HttpRequest& request, bool close) const {
  if (request.method != "POST") return respond(request, close);
  const std::optional<HttpReply> reply = library_->shortcut(request);
  if (!reply) return std::nullopt;
  return response(reply->status, reply->content_type, reply->body, close);
}

}  // namespace dynamo::webhook
