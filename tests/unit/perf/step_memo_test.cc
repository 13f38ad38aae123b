#include "perf/interp/step_memo.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "perf/shared_parts.h"

namespace dynamo::perf {
namespace {

TEST(StepMemo, AsksOnceAndTellsBatchFromSequence) {
  StepMemo memo;
  int asked = 0;
  for (int round = 0; round < 2; ++round) {
    for (int batch = 1; batch <= 40; ++batch) {
      for (int sequence = 1; sequence <= 100; ++sequence) {
        const Found found = memo.find_or_make(batch, sequence, [&] {
          ++asked;
          return Found::at(batch * 1000 + sequence, Method::kInterpolated);
        });
        ASSERT_EQ(found.ms, batch * 1000 + sequence);
        ASSERT_EQ(found.method, Method::kInterpolated);
      }
    }
  }
  EXPECT_EQ(asked, 4000);
}

TEST(StepMemo, AnswersRightWhenFull) {
  StepMemo memo;
  for (int round = 0; round < 2; ++round) {
    for (int sequence = 1; sequence <= 100'000; ++sequence) {
      ASSERT_EQ(memo.find_or_make(1, sequence, [&] { return Found::at(sequence, Method::kLookedUp); }).ms, sequence);
    }
  }
}

TEST(StepMemo, ThreadsGetTheSame) {
  StepMemo memo;
  std::vector<int> wrong(4, 0);
  {
    std::vector<std::jthread> threads;
    for (int& mine : wrong) {
      threads.emplace_back([&] {
        for (int sequence = 1; sequence <= 20'000; ++sequence) {
          const Found found = memo.find_or_make(7, sequence, [&] { return Found::at(sequence * 2, Method::kLookedUp); });
          if (found.ms != sequence * 2) ++mine;
        }
      });
    }
  }
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(SharedParts, MakesAPartOnce) {
  SharedParts parts;
  const auto first = parts.find_or_make<int>("a", [] { return std::make_shared<const int>(1); });
  const auto again = parts.find_or_make<int>("a", [] { return std::make_shared<const int>(2); });
  const auto other = parts.find_or_make<int>("b", [] { return std::make_shared<const int>(3); });
  EXPECT_EQ(first, again);
  EXPECT_EQ(*again, 1);
  EXPECT_EQ(*other, 3);
}

}  // namespace
}  // namespace dynamo::perf
