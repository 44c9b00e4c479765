#include "platform/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

namespace tweestap::platform {
namespace {

constexpr CounterInfo<1> kRefusals{"tweestap_refusals_total", "Commands refused, by reason.", {"reason"}};
constexpr GaugeInfo<0> kQueue{"tweestap_queue", "Commands that wait.", {}};
constexpr HistogramInfo<0> kSync{"tweestap_sync_seconds", "Time of a sync.", kLatencyBuckets, {}};

TEST(Metrics, AreRenderedAsTextExposition) {
  Metrics metrics;
  metrics.counter(kRefusals, {"locked"}).add();
  metrics.counter(kRefusals, {"locked"}).add(2);
  metrics.counter(kRefusals, {"expired"}).add();
  metrics.gauge(kQueue).set(7);
  metrics.gauge(kQueue).add(-2);
  metrics.histogram(kSync).observe(0.003);
  const std::string text = metrics.render();
  for (const std::string_view line :
       {"# HELP tweestap_refusals_total Commands refused, by reason.", "# TYPE tweestap_refusals_total counter",
        "tweestap_refusals_total{reason=\"locked\"} 3", "tweestap_refusals_total{reason=\"expired\"} 1",
        "tweestap_queue 5", "tweestap_sync_seconds_bucket{le=\"0.0025\"} 0",
        "tweestap_sync_seconds_bucket{le=\"0.005\"} 1", "tweestap_sync_seconds_count 1"}) {
    EXPECT_NE(text.find(std::string(line) + "\n"), std::string::npos) << line << "\n" << text;
  }
}

TEST(Metrics, TwoRegistriesShareNothing) {
  Metrics one;
  const Metrics other;
  one.gauge(kQueue).set(1);
  EXPECT_EQ(other.render(), "");
}

TEST(Metrics, ALabelThatGrowsWithoutBoundEndsInOther) {
  Metrics metrics;
  for (int i = 0; i < 1000; ++i) metrics.counter(kRefusals, {std::to_string(i)}).add();
  const std::string text = metrics.render();
  EXPECT_LT(std::ranges::count(text, '\n'), 300);
  EXPECT_NE(text.find("{reason=\"other\"} 744\n"), std::string::npos) << text.substr(text.size() - 200);
}

TEST(Metrics, CountFromManyThreads) {
  Metrics metrics;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) metrics.counter(kRefusals, {"locked"}).add();
      });
    }
  }
  EXPECT_NE(metrics.render().find("{reason=\"locked\"} 4000\n"), std::string::npos);
}

}  // namespace
}  // namespace tweestap::platform
