// A client for webhook_bench.py: sends reviews to 127.0.0.1 over TLS and says how long the answers took. One thread and
// epoll, so that on a small machine most of the time is the server's.
//
//   webhook_load PORT CA_FILE PATH CONNECTIONS SECONDS RATE keep|cold BODY_FILE…
//
// RATE 0: each connection asks again as soon as it is answered. Else that many requests per second are due at even times, on
// whichever connection is free, and a latency counts from the moment the request was due. `cold`: a new connection for each.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "webhook_load: %s\n", why.c_str());
  std::exit(1);
}

struct Plan {
  std::uint16_t port = 0;
  std::size_t connections = 1;
  std::chrono::duration<double> length{1};
  double rate = 0;
  bool cold = false;
  std::vector<std::string> requests;
};

/// Bytes of the whole response at the front of `text`; 0 where it is not complete.
std::size_t response_size(std::string_view text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const std::size_t at = text.substr(0, end).find(kLength);
  if (at == std::string_view::npos) fail("a response without Content-Length");
  const std::size_t size = end + 4 + std::strtoul(text.data() + at + kLength.size(), nullptr, 10);
  return text.size() >= size ? size : 0;
}

class Client {
 public:
  enum class News { kNone, kAnswered, kFailed };

  Client(SSL_CTX* context, std::uint16_t port, int epoll) : context_(context), port_(port), epoll_(epoll) {}
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void ask(const std::string& request, Clock::time_point due) {
    request_ = &request;
    written_ = 0;
    due_ = due;
    input_.clear();
    if (socket_ < 0) connect();
  }

  News step() {
    if (request_ == nullptr) return News::kNone;
    if (!handshaken_) {
      const int result = SSL_connect(tls_);
      if (result != 1) return waits(result) ? News::kNone : failed();
      handshaken_ = true;
    }
    while (written_ < request_->size()) {
      const int sent = SSL_write(tls_, request_->data() + written_, static_cast<int>(request_->size() - written_));
      if (sent <= 0) return waits(sent) ? News::kNone : failed();
      written_ += static_cast<std::size_t>(sent);
    }
    char buffer[8192];
    while (response_size(input_) == 0) {
      const int got = SSL_read(tls_, buffer, sizeof buffer);
      if (got <= 0) return waits(got) ? News::kNone : failed();
      input_.append(buffer, static_cast<std::size_t>(got));
    }
    request_ = nullptr;
    return input_.starts_with("HTTP/1.1 200 ") ? News::kAnswered : failed();
  }

  void close() {
    if (tls_ != nullptr) {
      SSL_shutdown(tls_);
      SSL_free(tls_);
    }
    if (socket_ >= 0) ::close(socket_);
    tls_ = nullptr;
    socket_ = -1;
    handshaken_ = false;
  }

  [[nodiscard]] bool free() const { return request_ == nullptr; }
  [[nodiscard]] Clock::time_point due() const { return due_; }

 private:
  void connect() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // On loopback this is over at once, unless the server's backlog is full.
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("cannot connect");
    tls_ = SSL_new(context_);
    SSL_set_fd(tls_, socket_);
    SSL_set1_host(tls_, "127.0.0.1");
    fcntl(socket_, F_SETFL, fcntl(socket_, F_GETFL) | O_NONBLOCK);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = this;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_, &event);
  }

  [[nodiscard]] bool waits(int result) const {
    const int error = SSL_get_error(tls_, result);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
  }

  News failed() {
    ERR_clear_error();
    request_ = nullptr;
    close();
    return News::kFailed;
  }

  SSL_CTX* context_;
  std::uint16_t port_;
  int epoll_;
  int socket_ = -1;
  SSL* tls_ = nullptr;
  bool handshaken_ = false;
  const std::string* request_ = nullptr;
  std::size_t written_ = 0;
  Clock::time_point due_{};
  std::string input_;
};

/// What was measured.
struct Outcome {
  std::vector<double> micros;
  std::size_t failed = 0;
  double seconds = 0;

  [[nodiscard]] double quantile(double q) {
    if (micros.empty()) return 0;
    const auto at = micros.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(micros.size() - 1));
    std::ranges::nth_element(micros, at);
    return *at;
  }
};

class Run {
 public:
  Run(const Plan& plan, SSL_CTX* context) : plan_(plan), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < plan.connections; ++i) clients_.emplace_back(context, plan.port, epoll_);
  }
  ~Run() { ::close(epoll_); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Outcome measure() {
    begin_ = Clock::now();
    end_ = begin_ + std::chrono::duration_cast<Clock::duration>(plan_.length);
    std::vector<epoll_event> events(clients_.size());
    for (Client& client : clients_) idle_.push_back(&client);
    for (;;) {
      give_work();
      if (idle_.size() == clients_.size() && Clock::now() >= end_) break;
      const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_time());
      for (int i = 0; i < count; ++i) advance(*static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
    outcome_.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    return std::move(outcome_);
  }

 private:
  [[nodiscard]] Clock::time_point due(std::size_t number) const {
    if (plan_.rate <= 0) return Clock::now();
    return begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(static_cast<double>(number) / plan_.rate));
  }

  void give_work() {
    while (!idle_.empty()) {
      const Clock::time_point at = due(next_);
      if (at >= end_ || at > Clock::now()) return;
      Client& client = *idle_.front();
      idle_.pop_front();
      client.ask(plan_.requests[next_++ % plan_.requests.size()], at);
      advance(client);
    }
  }

  void advance(Client& client) {
    if (client.free()) return;
    const Client::News news = client.step();
    if (news == Client::News::kNone) return;
    if (news == Client::News::kFailed) ++outcome_.failed;
    else outcome_.micros.push_back(std::chrono::duration<double, std::micro>(Clock::now() - client.due()).count());
    if (plan_.cold) client.close();
    idle_.push_back(&client);
  }

  [[nodiscard]] int wait_time() const {
    if (idle_.empty() || plan_.rate <= 0) return 100;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(due(next_) - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 100));
  }

  const Plan& plan_;
  int epoll_;
  std::deque<Client> clients_;
  std::deque<Client*> idle_;
  std::size_t next_ = 0;
  Clock::time_point begin_, end_;
  Outcome outcome_;
};

std::string request_of(const char* file, const char* path) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail(std::string("cannot read ") + file);
  const std::string body{std::istreambuf_iterator<char>(stream), {}};
  // As the API server's client writes it.
  return std::string("POST ") + path + "?timeout=10s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: kube-apiserver-admission\r\n" +
         "Content-Length: " + std::to_string(body.size()) +
         "\r\nAccept: application/json, */*\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n" + body;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 9) fail("usage: webhook_load PORT CA_FILE PATH CONNECTIONS SECONDS RATE keep|cold BODY_FILE…");
  Plan plan;
  plan.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  plan.connections = static_cast<std::size_t>(std::atoi(argv[4]));
  plan.length = std::chrono::duration<double>(std::atof(argv[5]));
  plan.rate = std::atof(argv[6]);
  plan.cold = std::string_view(argv[7]) == "cold";
  for (int i = 8; i < argc; ++i) plan.requests.push_back(request_of(argv[i], argv[3]));

  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (SSL_CTX_load_verify_locations(context, argv[2], nullptr) != 1) fail(std::string("cannot read ") + argv[2]);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  Outcome outcome = Run(plan, context).measure();
  SSL_CTX_free(context);
  std::printf("{\"requests\": %zu, \"failed\": %zu, \"seconds\": %.3f, \"p50_us\": %.0f, \"p99_us\": %.0f}\n", outcome.micros.size(),
              outcome.failed, outcome.seconds, outcome.quantile(0.5), outcome.quantile(0.99));
  return 0;
}
