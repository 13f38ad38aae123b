#pragma once

#include <string_view>

namespace dynamo::fuzz {

// Each reads the input, writes what was read and reads that again; a difference or a diagnostic without place or reason
// ends the process.
void check_yaml(std::string_view text);
void check_json(std::string_view text);

/// Has an AdmissionReview answered on both paths: a well-formed answer with the same uid, or a reason in plain text; and a
/// patched object needs no patch.
void check_review(std::string_view text);

/// Has the bytes of a connection cut into requests: within the limits, and the same however they come in pieces.
void check_http(std::string_view text);

}  // namespace dynamo::fuzz
