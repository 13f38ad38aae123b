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

std::string literal(const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (std::string_view("^$\\.*+?()[]{}|").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

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
    set_error_handler(httplib::Server::Handler([this](const httplib::Request& request, httplib::Response& response) {
      if (response.status == 404) refine_unknown(request, response);
      if (response.body.empty()) response.set_content(message(response.status), "text/plain; charset=utf-8");
    }));
  }

  void add(const std::string& method, const std::string& path, Endpoint endpoint) {
    methods_.emplace(path, method);
    const auto handler = [endpoint = std::move(endpoint)](const httplib::Request&, httplib::Response& response) {
      HttpReply reply = endpoint(*answering);
      response.status = reply.status;
      response.body = std::move(reply.body);
      response.headers.emplace("Content-Type", std::move(reply.content_type));
    };
    if (method == "GET") {
      Get(literal(path), handler);
    } else {
      // The form with a content reader, never called, is the one where the library does not read the body itself.
      Post(literal(path), [handler](const httplib::Request& request, httplib::Response& response,
                                    const httplib::ContentReader&) { handler(request, response); });
    }
  }

  void on_failure(std::function<void()> observer) { failed_ = std::move(observer); }

  std::string respond(const HttpRequest& request, bool close) {
    // Only what routing needs: no Range, no Accept-Encoding, no Content-Encoding, nothing the client chose.
    std::string head = request.method + " " + request.target + " HTTP/1.1\r\nHost: webhook\r\n";
    // Something to find for methods whose body the library would wait for.
    head += "Content-Length: 0\r\n\r\n";
    MemoryStream stream(head);
    bool closed = close;
    answering = &request;
    process_request(stream, close, closed, nullptr);
    answering = nullptr;
    return stream.take_output();
  }

 private:
  void refine_unknown(const httplib::Request& request, httplib::Response& response) const {
    const auto [first, last] = methods_.equal_range(request.path);
    if (first == last) return;
    response.status = 405;
    std::string allowed;
    for (auto known = first; known != last; ++known) allowed += (allowed.empty() ? "" : ", ") + known->second;
    response.headers.emplace("Allow", allowed);
  }

  static std::string message(int status) {
    if (status == 404) return "no such endpoint\n";
    if (status == 405) return "this endpoint has another method\n";
    if (status == 500) return "internal failure; the log says more\n";
    return "the request was not understood\n";
  }

  std::multimap<std::string, std::string> methods_;   ///< of each path
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

void Router::get(const std::string& path, Endpoint endpoint) { library_->add("GET", path, std::move(endpoint)); }
void Router::post(const std::string& path, Endpoint endpoint) { library_->add("POST", path, std::move(endpoint)); }
void Router::on_failure(std::function<void()> observer) { library_->on_failure(std::move(observer)); }

std::string Router::respond(const HttpRequest& request, bool close) const {
  try {
    return library_->respond(request, close);
  } catch (...) {
    answering = nullptr;
    return plain_response(500, "internal failure; the log says more", true);
  }
}

}  // namespace dynamo::webhook
