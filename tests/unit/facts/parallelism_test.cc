#include "dynamo/profiler/parallelism.h"

#include <gtest/gtest.h>

#include <map>

namespace dynamo {
namespace {

struct Case {
  Parallelism layout;
  bool moe;
  const char* label;
};

class Label : public testing::TestWithParam<Case> {};

TEST_P(Label, Reads) { EXPECT_EQ(GetParam().layout.label(GetParam().moe), GetParam().label); }

INSTANTIATE_TEST_SUITE_P(
    Parallelism, Label,
    testing::Values(Case{{.tp = 8}, false, "tp8"}, Case{{.tp = 4, .pp = 2}, false, "tp4-pp2"},
                    Case{{.tp = 2, .dp = 4}, false, "tp2-dp4"}, Case{{}, false, "tp1"}, Case{{}, true, "tp1"},
                    Case{{.tp = 8, .moe_tp = 8}, true, "tp8"}, Case{{.tp = 8, .moe_ep = 8}, true, "tep8"},
                    Case{{.dp = 8, .moe_ep = 8}, true, "dep8"},
                    Case{{.pp = 2, .dp = 8, .moe_ep = 8}, true, "dep8-pp2"},
                    Case{{.tp = 2, .dp = 4, .moe_tp = 2, .moe_ep = 4}, true, "tp2-dp4-etp2-ep4"},
                    Case{{.dp = 4, .moe_tp = 4}, true, "tp1-dp4-etp4-ep1"},
                    Case{{.moe_ep = 4, .cp = 4}, true, "tp1-cp4-etp1-ep4"}));

TEST(Parallelism, NoTwoLayoutsShareALabel) {
  for (const bool moe : {false, true}) {
    std::map<std::string, Parallelism> seen;
    const auto visit = [&](const Parallelism& layout) {
      const auto [place, is_new] = seen.emplace(layout.label(moe), layout);
      EXPECT_TRUE(is_new) << place->first;
    };
    for (int tp : {1, 2, 4, 8})
      for (int pp : {1, 2, 4})
        for (int dp : {1, 2, 4, 8})
          for (int cp : {1, 2, 4})
            for (int moe_tp : {1, 2, 4, 8})
              for (int moe_ep : {1, 2, 4, 8}) {
                // Expert widths mean nothing to a dense model.
                if (!moe && (moe_tp != 1 || moe_ep != 1)) continue;
                visit({tp, pp, dp, moe_tp, moe_ep, cp});
              }
  }
}

}  // namespace
}  // namespace dynamo
