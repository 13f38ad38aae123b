#include "config/config_file.h"

#include <algorithm>
#include <expected>

#include "config/settings.h"
#include "dynamo/profiler/document_io.h"
#include "ops/text_file.h"

namespace dynamo::webhook {
namespace {

std::string place(std::string_view source, const SourceMark& mark) {
  std::string out(source);
  if (mark.line > 0) out += ":" + std::to_string(mark.line);
  return out + ": ";
}

/// A scalar, or a list of scalars with commas, as the text a flag would have.
std::expected<std::string, std::string> flag_text(const Value& value) {
  if (const Array* items = value.as_array()) {
    std::string out;
    for (const Value& item : *items) {
      const auto text = item.as_array() != nullptr ? std::unexpected(std::string()) : flag_text(item);
      if (!text) return std::unexpected(std::string("must be a value or a list of values"));
      out += (out.empty() ? "" : ",") + *text;
    }
    return out;
  }
  if (const std::string* text = value.as_string()) return *text;
  if (value.as_object() != nullptr || value.is_null()) return std::unexpected(std::string("must be a value or a list of values"));
  return write_json(value);
}

/// The mistake in a member; one that is good is noted as given.
std::string apply_member(const Member& member, Config& config, std::vector<Given>& given) {
  const auto known = std::ranges::find(settings(), std::string_view(member.key), &Setting::key);
  if (known == settings().end()) return member.key + " is no setting; dynamo-webhook --help lists them";
  const auto text = flag_text(member.value);
  if (!text) return member.key + " " + text.error();
  const Parsed parsed = known->set(config, *text);
  if (!parsed) return member.key + ": \"" + *text + "\" is not valid; expected " + parsed.error();
  given.push_back({&*known, *text});
  return {};
}

}  // namespace

std::vector<std::string> apply_config_text(std::string_view text, std::string_view source, Config& config) {
  std::vector<std::string> mistakes;
  const ReadResult read = read_yaml(text, source);
  for (const Diagnostic& found : read.diagnostics.items()) mistakes.push_back(place(source, found.mark) + found.reason);
  if (read.documents.size() > 1) mistakes.push_back(std::string(source) + ": more than one document");
  if (!mistakes.empty() || read.documents.empty()) return mistakes;
  const Object* object = read.documents.front().root.as_object();
  if (object == nullptr) return {std::string(source) + ": must be a mapping of settings to values"};
  std::vector<Given> given;
  for (const Member& member : *object) {
    const std::string mistake = apply_member(member, config, given);
    if (!mistake.empty()) mistakes.push_back(place(source, member.key_mark) + mistake);
  }
  if (const std::string opposed = contradiction(given, false); !opposed.empty()) mistakes.push_back(std::string(source) + ": " + opposed);
  return mistakes;
}

std::vector<std::string> apply_config_file(const std::string& path, Config& config) {
  const auto text = read_text_file(path);
  return text ? apply_config_text(*text, path, config) : std::vector{text.error()};
}

std::vector<std::string> check(const Config& config) {
  std::vector<std::string> mistakes;
  const auto require = [&](bool good, const char* mistake) {
    if (!good) mistakes.emplace_back(mistake);
  };
  require(config.max_connections >= 1, "--max-connections must be at least 1");
  require(config.queue_depth >= 1, "--queue-depth must be at least 1");
  require(config.workers <= 1024, "--workers must be at most 1024");
  require(config.max_body.count >= 1, "--max-body must be at least 1");
  require(config.max_buffered.count >= config.max_body.count, "--max-buffered must be at least --max-body");
  require(config.certificate_life >= std::chrono::seconds(5), "--certificate-life must be at least 5s");
  require(config.certificate_life <= config.authority_life / 3,
          "--certificate-life must be at most a third of --authority-life");
  require(config.authority_overlap <= config.authority_life / 6,
          "--authority-overlap must be at most a sixth of --authority-life: the old one has to outlast it");
  require(config.client_names.empty() || !config.client_ca_file.empty(),
          "--client-names needs --client-ca-file: without it nobody's certificate is checked");
  require(std::min({config.handshake_timeout, config.header_timeout, config.body_timeout, config.write_timeout,
                    config.idle_timeout}) >= Duration(1),
          "the timeouts must be at least 1ms");
  return mistakes;
}

}  // namespace dynamo::webhook
