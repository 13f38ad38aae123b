#pragma once

#include <string>
#include <vector>

namespace dynamo::webhook {

/// `dynamo-webhook certs`: an authority and a serving certificate, once. Returns the exit code.
[[nodiscard]] int run_certs(const std::vector<std::string>& arguments);

}  // namespace dynamo::webhook
