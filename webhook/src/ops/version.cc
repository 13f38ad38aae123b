#include "ops/version.h"

namespace dynamo::webhook {

std::string_view version() { return DYNAMO_VERSION; }

std::string version_line() { return "dynamo-webhook " + std::string(version()) + "\n"; }

}  // namespace dynamo::webhook
