#include "emit/image.h"

#include <gtest/gtest.h>

namespace dynamo::emit {
namespace {

TEST(Image, RuntimeTakesThePlaceOfTheName) {
  EXPECT_EQ(derive_image("nvcr.io/nvidia/ai-dynamo/dynamo-frontend:1.0.1", "vllm-runtime"),
            "nvcr.io/nvidia/ai-dynamo/vllm-runtime:1.0.1");
  EXPECT_EQ(derive_image("registry.example:5000/team/dynamo-planner:v1.2.0-rc1", "sglang-runtime"),
            "registry.example:5000/team/sglang-runtime:v1.2.0-rc1");
  EXPECT_EQ(derive_image("dynamo-frontend:1.0.1", "vllm-runtime"), "vllm-runtime:1.0.1");
}

TEST(Image, PortIsNoTag) {
  EXPECT_EQ(derive_image("registry.example:5000/dynamo-frontend", "vllm-runtime"),
            "registry.example:5000/vllm-runtime");
  EXPECT_EQ(parse_image("registry.example:5000/dynamo-frontend").tag, "");
}

TEST(Image, DigestNamesOneImageOnly) {
  const std::string pinned = "registry.example/vllm-runtime:1.0.1@sha256:0123";
  EXPECT_EQ(derive_image(pinned, "vllm-runtime"), pinned);
  EXPECT_EQ(derive_image(pinned, "sglang-runtime"), "registry.example/sglang-runtime:1.0.1");
  EXPECT_EQ(derive_image("registry.example/dynamo-frontend@sha256:0123", "vllm-runtime"), "");
}

}  // namespace
}  // namespace dynamo::emit
