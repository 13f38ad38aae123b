#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "dynamo/profiler/document.h"

namespace dynamo::admission {

/// What matters of an AdmissionReview's request.
struct Review {
  std::string uid, operation, name, namespace_name, subresource;
  bool dry_run = false;
  Value object;       ///< an object for CREATE and UPDATE
  Value old_object;   ///< an object for UPDATE
};

/// Why a call cannot be answered at all. The text holds no value of the request.
struct Refusal {
  int http_status = 400;
  std::string text;
};

[[nodiscard]] std::expected<Review, Refusal> read_review(std::string_view content_type, std::string_view body);

}  // namespace dynamo::admission
