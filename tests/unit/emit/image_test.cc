#include "emit/image.h"

#include <gtest/gtest.h>

namespace dynamo::emit {
namespace {

TEST(Image, RuntimeTakesThePlaceOfTheName) {
  EXPECT_EQ(derive_image("nvcr.io/nvidia/ai-dynamo/dynamo-frontend:1.0.1", "vllm-runtime", "9.9.9"),
            "nvcr.io/nvidia/ai-dynamo/vllm-runtime:1.0.1");
  EXPECT_EQ(derive_image("registry.example:5000/team/dynamo-planner:v1.2.0-rc1", "sglang-runtime", "9.9.9"),
            "registry.example:5000/team/sglang-runtime:v1.2.0-rc1");
  EXPECT_EQ(derive_image("dynamo-frontend:1.0.1", "vllm-runtime", "9.9.9"), "vllm-runtime:1.0.1");
}

TEST(Image, PortIsNoTag) {
  EXPECT_EQ(derive_image("registry.example:5000/dynamo-frontend", "vllm-runtime", "9.9.9"),
            "registry.example:5000/vllm-runtime");
  EXPECT_EQ(parse_image("registry.example:5000/dynamo-frontend").tag, "");
}

TEST(Image, VersionsTheOperatorReads) {
  for (const char* read : {"a/b:1.0.1", "b:v1.2.3-rc1", "r:5000/b:1.0.0@sha256:01"}) EXPECT_TRUE(has_version_tag(read)) << read;
  for (const char* not_read : {"a/b", "b:latest", "b:1.0", "b:1.02.3", "r:5000/b", "b@sha256:01"}) EXPECT_FALSE(has_version_tag(not_read)) << not_read;
}

TEST(Image, DigestNamesOneImageOnly) {
  const std::string pinned = "registry.example/vllm-runtime:1.0.1@sha256:0123";
  EXPECT_EQ(derive_image(pinned, "vllm-runtime", "9.9.9"), pinned);
  EXPECT_EQ(derive_image(pinned, "sglang-runtime", "9.9.9"), "registry.example/sglang-runtime:1.0.1");
  EXPECT_EQ(derive_image("registry.example/dynamo-frontend@sha256:0123", "vllm-runtime", "9.9.9"),
            "registry.example/vllm-runtime:9.9.9");
}

}  // namespace
}  // namespace dynamo::emit
