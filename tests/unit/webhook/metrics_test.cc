#include <gtest/gtest.h>

#include <array>

#include "ops/metrics.h"

namespace dynamo::webhook {
namespace {

TEST(Metrics, CountersWithLabels) {
  LabelledCounter counter;
  counter.add({{"code", "200"}}, 0);
  counter.add({{"code", "a\"b\\c\nd"}});
  counter.add({{"code", "a\"b\\c\nd"}}, 2);
  MetricsText text;
  text.family("x_total", "counter", "Some help.");
  counter.write(text, {{"webhook", "/v"}});
  EXPECT_EQ(text.take(),
            "# HELP x_total Some help.\n# TYPE x_total counter\n"
            "x_total{webhook=\"/v\",code=\"200\"} 0\n"
            "x_total{webhook=\"/v\",code=\"a\\\"b\\\\c\\nd\"} 3\n");
}

TEST(Metrics, HistogramsAccumulate) {
  static constexpr std::array<double, 2> kBounds = {0.5, 1};
  Histogram histogram(kBounds);
  for (const double value : {0.25, 0.5, 0.75, 8.0}) histogram.observe(value);
  MetricsText text;
  text.family("t", "histogram", "h");
  histogram.write(text);
  EXPECT_EQ(text.take(),
            "# HELP t h\n# TYPE t histogram\nt_bucket{le=\"0.5\"} 2\nt_bucket{le=\"1\"} 3\nt_bucket{le=\"+Inf\"} 4\n"
            "t_sum 9.5\nt_count 4\n");
}

}  // namespace
}  // namespace dynamo::webhook
