#include "dynamo/profiler/facts.h"
#include "text/enum_text.h"

namespace dynamo {
namespace {

constexpr EnumText kBackends(std::array{
    std::pair{Backend::kTrtllm, std::string_view("trtllm")},
    std::pair{Backend::kSglang, std::string_view("sglang")},
    std::pair{Backend::kVllm, std::string_view("vllm")},
});

}  // namespace

std::string_view name_of(Backend backend) { return kBackends.text(backend); }
std::optional<Backend> backend_from_name(std::string_view name) { return kBackends.parse(name); }

}  // namespace dynamo
