#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynamo/profiler/diagnostic.h"
#include "dynamo/profiler/document.h"

namespace dynamo {

/// The everyday fields of a request as a command line gives them. Absent = not given; nothing is judged here.
struct FlagValues {
  std::optional<std::string> name, namespace_name;
  std::optional<std::string> model, gpu, backend, image, strategy;
  std::optional<std::int64_t> gpus, gpus_per_node;
  std::optional<std::int64_t> isl, osl;          ///< tokens
  std::optional<double> ttft, itl, e2e_latency;  ///< milliseconds
  std::optional<double> request_rate;            ///< requests per second
  std::optional<double> concurrency;             ///< requests in flight
};

/// A full custom resource made of `flags`, source `<flags>`, named `dynamo` unless the flags name it. An end-to-end
/// goal brings the explicit nulls for ttft and itl that a file would need.
[[nodiscard]] Document request_from_flags(const FlagValues& flags);

/// `document` with the fields of `flags` written over it. An either/or pair is replaced as a whole: a ttft or itl drops
/// the file's e2eLatency and the reverse, a concurrency drops its requestRate and the reverse. A name or namespace
/// turns a bare spec into a custom resource. A document that is no object comes back unchanged: decoding reports it.
[[nodiscard]] Document merge_flags(Document document, const FlagValues& flags);

/// `document` with one field of its spec replaced: `path` as `sla.itl`, `text` as YAML reads it. Either/or pairs as above.
/// Errors: no such field (naming the nearest), a value of another type.
[[nodiscard]] std::expected<Document, Diagnostics> with_field(Document document, std::string_view path, std::string_view text);

/// Every field of a request that holds a single value, as `sla.itl`.
[[nodiscard]] std::vector<std::string> field_paths();

}  // namespace dynamo
