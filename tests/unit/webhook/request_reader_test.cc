#include <gtest/gtest.h>

#include "net/request_reader.h"

namespace dynamo::webhook {
namespace {

using State = RequestReader::State;

constexpr Limits kLimits{.head_bytes = 1024, .target_bytes = 100, .header_lines = 5, .body_bytes = 100};

int status_of(std::string_view bytes) {
  RequestReader reader(kLimits);
  return reader.feed(bytes) == State::kRefused ? reader.refusal().status : 0;
}

std::string post(std::string_view headers, std::string_view body = {}) {
  return "POST /x HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

TEST(RequestReader, RefusesWhatServersReadDifferently) {
  struct Case {
    const char* name;
    std::string bytes;
    int status;
  };
  const Case cases[] = {
      {"length beside coding", post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"two lengths", post("Content-Length: 3\r\nContent-Length: 4\r\n"), 400},
      {"two equal lengths", post("Content-Length: 3\r\nContent-Length: 3\r\n"), 400},
      {"list of lengths", post("Content-Length: 3, 3\r\n"), 400},
      {"signed length", post("Content-Length: +3\r\n"), 400},
      {"hexadecimal length", post("Content-Length: 0x3\r\n"), 400},
      {"empty length", post("Content-Length:\r\n"), 400},
      {"endless length", post("Content-Length: 99999999999999999999999\r\n"), 413},
      {"coding twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"other coding", post("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {"hidden coding", post("Transfer-Encoding : chunked\r\n"), 400},
      {"folded line", post("A: b\r\n c\r\n"), 400},
      {"bare line feed", "POST /x HTTP/1.1\nHost: a\r\n\r\n", 400},
      {"bare carriage return", post("A: b\rc\r\n"), 400},
      {"zero byte", post(std::string("A: b\0c\r\n", 8)), 400},
      {"no colon", post("nonsense\r\n"), 400},
      {"no host", "GET /x HTTP/1.1\r\nA: b\r\n\r\n", 400},
      {"two hosts", post("Host: b\r\n"), 400},
      {"two types", post("Content-Type: a\r\nContent-Type: b\r\n"), 400},
      {"empty first line", "\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"absolute target", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"space in target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\n", 400},
      {"other version", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"long target", "GET /" + std::string(200, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {"many lines", post("A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: 6\r\n"), 431},
      {"long head", "GET / HTTP/1.1\r\nA: " + std::string(2000, 'a'), 431},
      {"compressed", post("Content-Encoding: gzip\r\nContent-Length: 3\r\n"), 415},
      {"other expectation", post("Expect: cake\r\n"), 417},
      {"large body", post("Content-Length: 101\r\n"), 413},
      {"coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
  };
  for (const Case& test : cases) EXPECT_EQ(status_of(test.bytes), test.status) << test.name;
}

TEST(RequestReader, RefusesMalformedChunks) {
  const std::string chunked = post("Transfer-Encoding: chunked\r\n");
  for (const char* bad : {"x\r\n", "\r\n", "-1\r\n", "3;a=b\r\nabc\r\n", "3\r\nabcd\r\n", "3\nabc", "00000000000000000003\r\n"}) {
    EXPECT_EQ(status_of(chunked + bad), 400) << bad;
  }
  EXPECT_EQ(status_of(chunked + "65\r\n"), 413);
  EXPECT_EQ(status_of(chunked + "60\r\n" + std::string(0x60, 'a') + "\r\n5\r\n"), 413);
  EXPECT_EQ(status_of(chunked + "ffffffffffffffff\r\n"), 413);
}

TEST(RequestReader, EveryCutOfTheBytesGivesTheSameRequests) {
  const std::string bytes = post("Content-Length: 3\r\nContent-Type: a/b\r\n", "abc") +
                            post("Transfer-Encoding: chunked\r\nConnection: close\r\n", "2\r\nde\r\n1\r\nf\r\n0\r\nT: x\r\n\r\n");
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    RequestReader reader(kLimits);
    std::vector<HttpRequest> requests;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      reader.feed(std::string_view(bytes).substr(at, step));
      while (reader.state() == State::kComplete) requests.push_back(reader.take());
    }
    ASSERT_EQ(requests.size(), 2u) << step;
    EXPECT_EQ(requests[0].body, "abc");
    EXPECT_EQ(requests[0].content_type, "a/b");
    EXPECT_TRUE(requests[0].keep_alive);
    EXPECT_EQ(requests[1].body, "def");
    EXPECT_FALSE(requests[1].keep_alive);
    EXPECT_EQ(reader.state(), State::kEmpty);
    EXPECT_FALSE(reader.has_more());
  }
}

TEST(RequestReader, OffersToContinueOnce) {
  RequestReader reader(kLimits);
  EXPECT_EQ(reader.feed(post("Expect: 100-continue\r\nContent-Length: 3\r\n")), State::kBody);
  EXPECT_TRUE(reader.take_continue());
  EXPECT_FALSE(reader.take_continue());
  EXPECT_EQ(reader.feed("abc"), State::kComplete);
}

TEST(Query, ValuesAreFoundByName) {
  EXPECT_EQ(query_value("/x?timeout=5s", "timeout"), "5s");
  EXPECT_EQ(query_value("/x?a=b&timeout=5s&c", "timeout"), "5s");
  EXPECT_EQ(query_value("/x?timeouts=5s&", "timeout"), "");
  EXPECT_EQ(query_value("/x", "timeout"), "");
}

TEST(Query, TheTimeoutIsAWholeNumberOfSeconds) {
  const auto timeout = [](const char* target) {
    HttpRequest request;
    request.target = target;
    return timeout_of(request);
  };
  EXPECT_EQ(timeout("/x?timeout=30s"), std::chrono::seconds(30));
  for (const char* none : {"/x", "/x?timeout=", "/x?timeout=5", "/x?timeout=5ms", "/x?timeout=s", "/x?timeout=-5s"}) {
    EXPECT_EQ(timeout(none), std::nullopt) << none;
  }
}

}  // namespace
}  // namespace dynamo::webhook
