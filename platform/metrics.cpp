#include "platform/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <vector>

#include "platform/bug.h"

namespace tweestap::platform {
namespace {

constexpr std::size_t kSeriesMax = 256;  // a metric; beyond it whoever stores the metrics pays for a mistake of ours

using Texts = std::span<const std::string_view>;

prometheus::Labels labels_of(Texts names, Texts values, bool other) {
  prometheus::Labels labels;
  for (std::size_t i = 0; i < names.size(); ++i) {
    labels.emplace(std::string(names[i]), other ? std::string("other") : std::string(values[i]));
  }
  return labels;
}

}  // namespace

void Counter::add(double amount) const noexcept { static_cast<prometheus::Counter*>(series_)->Increment(amount); }
void Gauge::set(double value) const noexcept { static_cast<prometheus::Gauge*>(series_)->Set(value); }
void Gauge::add(double amount) const noexcept { static_cast<prometheus::Gauge*>(series_)->Increment(amount); }
void Histogram::observe(double value) const noexcept { static_cast<prometheus::Histogram*>(series_)->Observe(value); }

struct Metrics::Registry {
  // One metric of a type, and the series that it has.
  template <typename Series>
  struct Known {
    prometheus::Family<Series>* family = nullptr;
    std::map<prometheus::Labels, Series*> series;
  };

  template <typename Series, typename Builder, typename... Extra>
  Series* find(std::map<std::string, Known<Series>, std::less<>>& all, Builder builder, std::string_view name,
               std::string_view help, Texts labels, Texts values, const Extra&... extra) {
    const std::lock_guard lock(mutex);
    auto known = all.find(name);
    if (known == all.end()) {
      if (!names.emplace(name, true).second) bug("two kinds of metric have one name");
      auto& family = builder.Name(std::string(name)).Help(std::string(help)).Register(registry);
      known = all.emplace(std::string(name), Known<Series>{&family, {}}).first;
    }
    auto& series = known->second.series;
    prometheus::Labels wanted = labels_of(labels, values, false);
    if (const auto found = series.find(wanted); found != series.end()) return found->second;
    if (series.size() >= kSeriesMax) wanted = labels_of(labels, values, true);
    Series* const made = &known->second.family->Add(wanted, extra...);
    series.emplace(std::move(wanted), made);
    return made;
  }

  prometheus::Registry registry;
  std::mutex mutex;
  std::map<std::string, bool, std::less<>> names;
  std::map<std::string, Known<prometheus::Counter>, std::less<>> counters;
  std::map<std::string, Known<prometheus::Gauge>, std::less<>> gauges;
  std::map<std::string, Known<prometheus::Histogram>, std::less<>> histograms;
};

Metrics::Metrics() : registry_(std::make_unique<Registry>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter_series(std::string_view name, std::string_view help, Texts labels, Texts values) {
  return Counter(registry_->find(registry_->counters, prometheus::BuildCounter(), name, help, labels, values));
}

Gauge Metrics::gauge_series(std::string_view name, std::string_view help, Texts labels, Texts values) {
  return Gauge(registry_->find(registry_->gauges, prometheus::BuildGauge(), name, help, labels, values));
}

Histogram Metrics::histogram_series(std::string_view name, std::string_view help, std::span<const double> buckets,
                                    Texts labels, Texts values) {
  const prometheus::Histogram::BucketBoundaries bounds(buckets.begin(), buckets.end());
  return Histogram(
      registry_->find(registry_->histograms, prometheus::BuildHistogram(), name, help, labels, values, bounds));
}

std::string Metrics::render() const { return prometheus::TextSerializer().Serialize(registry_->registry.Collect()); }

}  // namespace tweestap::platform
