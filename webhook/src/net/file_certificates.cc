#include "net/file_certificates.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <set>
#include <utility>

#include "ops/text_file.h"

namespace dynamo::webhook {
namespace {

constexpr int kLookEveryMs = 10000;
/// Certificate and key are two files: after news of one, the other gets this long to follow.
constexpr std::chrono::milliseconds kSettle{50};

}  // namespace

FileCertificates::FileCertificates(CertificateFiles files, const Log& log, CertificateCounters& counters)
    : files_(std::move(files)), log_(log), counters_(counters) {}

FileCertificates::~FileCertificates() { stop(); }

void FileCertificates::start(Sink sink) {
  sink_ = std::move(sink);
  inotify_ = Descriptor(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  wake_ = Descriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  watch();   // before the first look, so that no change falls between
  look();
  thread_ = std::jthread([this](const std::stop_token& ending) {
    while (!ending.stop_requested()) {
      wait_for_change();
      if (!ending.stop_requested()) look();
    }
  });
}

void FileCertificates::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
  thread_.join();
}

/// Directories that appear later get their watch at the next look.
void FileCertificates::watch() {
  std::set<std::string> folders;
  for (const std::string& file : {files_.certificate, files_.key, files_.client_ca}) {
    if (file.empty()) continue;
    const std::filesystem::path folder = std::filesystem::path(file).parent_path();
    folders.insert(folder.empty() ? "." : folder.string());
  }
  for (const std::string& folder : folders) {
    inotify_add_watch(inotify_.get(), folder.c_str(), IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE);
  }
}

void FileCertificates::wait_for_change() {
  std::array<pollfd, 2> news = {pollfd{inotify_.get(), POLLIN, 0}, pollfd{wake_.get(), POLLIN, 0}};
  if (poll(news.data(), news.size(), kLookEveryMs) > 0 && (news[0].revents & POLLIN) != 0) {
    std::this_thread::sleep_for(kSettle);
    std::array<char, 4096> events{};
    while (::read(inotify_.get(), events.data(), events.size()) > 0) {
    }
  }
  watch();
}

std::expected<CertificatePair, std::string> FileCertificates::read() const {
  auto chain = read_text_file(files_.certificate);
  if (!chain) return std::unexpected(chain.error());
  auto key = read_text_file(files_.key);
  if (!key) return std::unexpected(key.error());
  auto clients = files_.client_ca.empty() ? std::expected<std::string, std::string>("") : read_text_file(files_.client_ca);
  if (!clients) return std::unexpected(clients.error());
  return CertificatePair{std::move(*chain), std::move(*key), std::move(*clients)};
}

void FileCertificates::look() {
  auto pair = read();
  if (pair && seen_ == *pair) return;
  std::expected<void, std::string> used;
  if (pair) {
    used = sink_(*pair);
    seen_ = std::move(*pair);
  } else {
    used = std::unexpected(pair.error());
  }
  ++counters_.reads;
  if (used) {
    complaint_.clear();
    serving_ = true;
    log_.info("certificate loaded", {{"file", files_.certificate}});
    return;
  }
  ++counters_.errors;
  if (complaint_ != used.error()) {
    log_.error(serving_ ? "certificate not usable, the one before stays" : "certificate not usable, there is none to serve with",
               {{"file", files_.certificate}, {"reason", used.error()}});
  }
  complaint_ = used.error();
}

}  // namespace dynamo::webhook
