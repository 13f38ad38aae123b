#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <stdexcept>
#include <thread>

#include "net/router.h"
#include "net/server.h"

namespace dynamo::webhook {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// Holds workers back until it is opened.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    news_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    news_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable news_;
  bool open_ = false;
};

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{5, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    connected_ = connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  [[nodiscard]] bool connected() const { return connected_; }
  void send(const std::string& bytes) const { ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }

  /// Sends nothing any more, yet still reads.
  void end() const { shutdown(socket_.get(), SHUT_WR); }

  /// What comes until `end` has come `times` times or the server closes.
  std::string receive(std::string_view end, std::size_t times = 1) const {
    std::string got;
    char buffer[4096];
    for (std::size_t seen = 0; seen < times;) {
      const ssize_t count = recv(socket_.get(), buffer, sizeof buffer, 0);
      if (count <= 0) return got;
      got.append(buffer, static_cast<std::size_t>(count));
      seen = 0;
      for (std::size_t at = got.find(end); at != std::string::npos; at = got.find(end, at + 1)) ++seen;
    }
    return got;
  }
  /// All until the server closes.
  std::string rest() const { return receive("\x01"); }

 private:
  Descriptor socket_;
  bool connected_ = false;
};

std::string post(const std::string& path, const std::string& body, const std::string& headers = {}) {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

const std::string kGet = "GET /ok HTTP/1.1\r\nHost: a\r\n\r\n";

class ServerTest : public testing::Test {
 protected:
  ServerTest() : tls_(TlsOptions{}), router_(std::chrono::seconds(120)) {
    options_.limits.handshake = options_.limits.head = options_.limits.body = milliseconds(300);
    options_.limits.linger = milliseconds(300);
    options_.limits.body_bytes = 1000;
    options_.drain_delay = milliseconds(0);
    router_.get("/ok", [](const HttpRequest&) { return HttpReply{200, "text/plain", "fine!"}; });
    router_.post("/echo", [](const HttpRequest& request) { return HttpReply{200, "text/plain", request.body + "!"}; });
    router_.post("/wait", [this](const HttpRequest&) {
      gate_.pass();
      return HttpReply{200, "text/plain", "waited!"};
    });
    router_.post("/short", [](const HttpRequest&) { return HttpReply{200, "text/plain", "worked!"}; },
                 [](const HttpRequest& request) {
                   return request.body == "easy" ? std::optional(HttpReply{200, "text/plain", "at once!"}) : std::nullopt;
                 });
    router_.post("/throw", [](const HttpRequest&) -> HttpReply { throw std::runtime_error("secret"); });
    router_.on_failure([this] { ++failures_; });
  }
  ~ServerTest() override {
    gate_.open();
    if (server_) server_->stop();
  }

  void start() {
    server_ = std::make_unique<Server>(options_, tls_);
    const auto port = server_->listen("127.0.0.1", 0, false, router_);
    ASSERT_TRUE(port) << port.error();
    port_ = *port;
    loop_ = std::jthread([this] { EXPECT_TRUE(server_->run()); });
  }

  ServerOptions options_;
  TlsContext tls_;
  Router router_;
  Gate gate_;
  std::atomic<int> failures_ = 0;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  std::jthread loop_;   // last: ends before what it uses
};

TEST_F(ServerTest, AnswersOverAndOverOnOneConnection) {
  start();
  const Client client(port_);
  for (int i = 0; i < 3; ++i) {
    client.send(post("/echo?timeout=5s", "abc"));
    EXPECT_THAT(client.receive("!"), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\n\r\nabc!")));
  }
}

TEST_F(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  start();
  const Client client(port_);
  client.send(post("/echo", "one") + kGet + post("/echo", "two"));
  const std::string got = client.receive("!", 3);
  EXPECT_LT(got.find("one!"), got.find("fine!"));
  EXPECT_LT(got.find("fine!"), got.find("two!"));
}

TEST_F(ServerTest, RequestsInPiecesWithTheNextOneBehindThem) {
  start();
  const Client client(port_);
  std::string both = post("/short", "easy") + post("/short", "hard") + post("/short", "easy");
  while (!both.empty()) {
    client.send(both.substr(0, 7));
    both.erase(0, 7);
    std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_THAT(client.receive("!", 3), testing::ContainsRegex("at once!(.|\n)*worked!(.|\n)*at once!"));
}

TEST_F(ServerTest, WrongPathsAndMethods) {
  start();
  const Client client(port_);
  client.send("GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.receive("endpoint\n"), StartsWith("HTTP/1.1 404 "));
  client.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.receive("method\n"), AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: POST\r\n")));
  client.send("DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.receive("method\n"), StartsWith("HTTP/1.1 405 "));
}

TEST_F(ServerTest, NothingIsCompressedAndNoRangesAreCut) {
  start();
  const Client client(port_);
  client.send(post("/echo", "abc", "Accept-Encoding: gzip\r\nRange: bytes=0-0\r\n"));
  EXPECT_THAT(client.receive("!"), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("abc!")));
}

TEST_F(ServerTest, AFailureInsideIs500AndSaysNothing) {
  start();
  const Client client(port_);
  client.send(post("/throw", "x"));
  const std::string got = client.receive("more\n");
  EXPECT_THAT(got, StartsWith("HTTP/1.1 500 "));
  EXPECT_EQ(got.find("secret"), std::string::npos);
  EXPECT_EQ(failures_, 1);
  client.send(kGet);
  EXPECT_THAT(client.receive("!"), HasSubstr("fine!"));
}

TEST_F(ServerTest, AFullQueueIs503AndTheProcessStillAnswers) {
  options_.workers = 1;
  options_.queue_depth = 1;
  start();
  const Client working(port_), waiting(port_), refused(port_), probe(port_);
  working.send(post("/wait", "a"));
  // The worker has taken the first one when the second one can wait.
  for (int i = 0; i < 500 && server_->counters().phases[static_cast<std::size_t>(Phase::kWorking)] == 0; ++i) {
    std::this_thread::sleep_for(milliseconds(2));
  }
  while (server_->waiting() > 0) std::this_thread::sleep_for(milliseconds(2));
  waiting.send(post("/wait", "b"));
  while (server_->waiting() == 0) std::this_thread::sleep_for(milliseconds(2));
  refused.send(post("/wait", "c"));
  EXPECT_THAT(refused.receive("waiting\n"), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1\r\n")));
  probe.send(kGet);
  EXPECT_THAT(probe.receive("!"), HasSubstr("fine!"));
  gate_.open();
  EXPECT_THAT(working.receive("!"), HasSubstr("waited!"));
  EXPECT_THAT(waiting.receive("!"), HasSubstr("waited!"));
  EXPECT_EQ(server_->counters().queue_full, 1u);
}

TEST_F(ServerTest, WhatNeedsNoWorkerDoesNotWaitForOne) {
  options_.workers = 1;
  start();
  const Client working(port_), client(port_);
  working.send(post("/wait", "a"));
  while (server_->counters().phases[static_cast<std::size_t>(Phase::kWorking)] == 0) std::this_thread::sleep_for(milliseconds(2));
  client.send(post("/short?timeout=5s", "easy"));
  EXPECT_THAT(client.receive("!"), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("at once!")));
  client.send(post("/short", "hard"));
  gate_.open();
  EXPECT_THAT(client.receive("!"), HasSubstr("worked!"));
}

TEST_F(ServerTest, AClientThatEndsBehindItsRequestIsAnsweredAndLetGo) {
  start();
  for (const char* body : {"easy", "hard"}) {
    const Client client(port_);
    client.send(post("/short", body));
    client.end();
    EXPECT_THAT(client.rest(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("!")));
  }
}

TEST_F(ServerTest, SlowClientsAreCut) {
  start();
  const Client head(port_), body(port_);
  head.send("POST /echo HT");
  body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
  EXPECT_EQ(head.rest(), "");
  EXPECT_EQ(body.rest(), "");
  EXPECT_EQ(server_->counters().endings[static_cast<std::size_t>(Ending::kTimeout)], 2u);
}

TEST_F(ServerTest, ARefusalArrivesThoughTheClientGoesOnSending) {
  start();
  const Client client(port_);
  client.send(post("/echo", std::string(1u << 20, 'a')));
  EXPECT_THAT(client.rest(), AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("Connection: close\r\n")));
}

TEST_F(ServerTest, TooManyConnectionsCloseTheOldestIdleOne) {
  options_.limits.connections = 2;
  start();
  const Client first(port_), second(port_);
  second.send(kGet);
  EXPECT_THAT(second.receive("!"), HasSubstr("fine!"));
  const Client third(port_);
  third.send(kGet);
  EXPECT_THAT(third.receive("!"), HasSubstr("fine!"));
  EXPECT_EQ(first.rest(), "");
  second.send(kGet);
  EXPECT_THAT(second.receive("!"), HasSubstr("fine!"));
}

TEST_F(ServerTest, LargeBodiesTogetherAreBounded) {
  options_.limits.body_bytes = 1u << 20;
  options_.limits.buffered_bytes = 1'100'000;   // room for one such body, not for two
  options_.limits.body = milliseconds(60000);
  start();
  const Client first(port_), second(port_);
  const std::string part = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(600000, 'a');
  first.send(part);
  for (int i = 0; i < 10000 && server_->buffered() < 600000; ++i) std::this_thread::sleep_for(milliseconds(2));
  ASSERT_GE(server_->buffered(), 600000u);
  second.send(part);
  EXPECT_THAT(second.rest(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After")));
  first.send(std::string(400000, 'a'));
  EXPECT_THAT(first.receive("!"), StartsWith("HTTP/1.1 200 "));
  for (int i = 0; i < 10000 && server_->buffered() > 0; ++i) std::this_thread::sleep_for(milliseconds(2));
  EXPECT_EQ(server_->buffered(), 0u);
}

TEST_F(ServerTest, ADrainAnswersWhatIsUnderWayAndClosesTheRest) {
  options_.drain_delay = milliseconds(2000);   // `late` comes within it
  start();
  const Client idle(port_), working(port_);
  working.send(post("/wait", "a"));
  while (server_->counters().phases[static_cast<std::size_t>(Phase::kWorking)] == 0) std::this_thread::sleep_for(milliseconds(2));
  server_->drain();
  const Client late(port_);
  late.send(kGet);
  EXPECT_THAT(late.rest(), AllOf(HasSubstr("fine!"), HasSubstr("Connection: close\r\n")));
  EXPECT_EQ(idle.rest(), "");
  EXPECT_FALSE(Client(port_).connected());
  gate_.open();
  EXPECT_THAT(working.rest(), HasSubstr("waited!"));
  loop_.join();
}

TEST_F(ServerTest, ARequestOlderThanItsTimeoutIsNotJudged) {
  options_.workers = 1;
  start();
  const Client first(port_), second(port_);
  first.send(post("/wait", "a"));
  while (server_->counters().phases[static_cast<std::size_t>(Phase::kWorking)] == 0) std::this_thread::sleep_for(milliseconds(2));
  second.send(post("/echo?timeout=0s", "a"));
  std::this_thread::sleep_for(milliseconds(20));
  gate_.open();
  EXPECT_THAT(second.receive("timeout\n"), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(server_->counters().expired, 1u);
}

}  // namespace
}  // namespace dynamo::webhook
