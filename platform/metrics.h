#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tweestap::platform {

/// What is counted, described once where it is counted:
///   constexpr CounterInfo<0> kEvents{"tweestap_events_total", "Events stored."};
/// Label values come from small sets known to the program, never from a request (LOG-1).
template <std::size_t Labels>
struct CounterInfo {
  std::string_view name;
  std::string_view help;
  std::array<std::string_view, Labels> labels{};
};

template <std::size_t Labels>
struct GaugeInfo {
  std::string_view name;
  std::string_view help;
  std::array<std::string_view, Labels> labels{};
};

/// `buckets` are upper bounds in the metric's unit, rising; the array has to live as long as the program.
template <std::size_t Labels>
struct HistogramInfo {
  std::string_view name;
  std::string_view help;
  std::span<const double> buckets;
  std::array<std::string_view, Labels> labels{};
};

/// Seconds, from a tenth of a millisecond to ten seconds: requests, syncs and hashes.
inline constexpr std::array<double, 16> kLatencyBuckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                        0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};

/// Handles: cheap to copy, valid as long as their `Metrics`. Thread rule: any thread.
class Counter {
 public:
  void add(double amount = 1) const noexcept;

 private:
  friend class Metrics;
  explicit Counter(void* series) : series_(series) {}
  void* series_;
};

class Gauge {
 public:
  void set(double value) const noexcept;
  void add(double amount) const noexcept;

 private:
  friend class Metrics;
  explicit Gauge(void* series) : series_(series) {}
  void* series_;
};

class Histogram {
 public:
  void observe(double value) const noexcept;

 private:
  friend class Metrics;
  explicit Histogram(void* series) : series_(series) {}
  void* series_;
};

/// The figures of one service, passed by reference to whoever counts. Asking for a series takes a lock and a look-up:
/// keep the handle. A metric has at most 256 series; further label values share one whose labels are all `other`.
/// Thread rule: any thread.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  template <std::size_t N>
  [[nodiscard]] Counter counter(const CounterInfo<N>& info, const std::array<std::string_view, N>& values = {}) {
    return counter_series(info.name, info.help, info.labels, values);
  }
  template <std::size_t N>
  [[nodiscard]] Gauge gauge(const GaugeInfo<N>& info, const std::array<std::string_view, N>& values = {}) {
    return gauge_series(info.name, info.help, info.labels, values);
  }
  template <std::size_t N>
  [[nodiscard]] Histogram histogram(const HistogramInfo<N>& info, const std::array<std::string_view, N>& values = {}) {
    return histogram_series(info.name, info.help, info.buckets, info.labels, values);
  }

  /// Everything in Prometheus' text exposition format 0.0.4.
  [[nodiscard]] std::string render() const;

 private:
  using Texts = std::span<const std::string_view>;
  Counter counter_series(std::string_view name, std::string_view help, Texts labels, Texts values);
  Gauge gauge_series(std::string_view name, std::string_view help, Texts labels, Texts values);
  Histogram histogram_series(std::string_view name, std::string_view help, std::span<const double> buckets,
                             Texts labels, Texts values);

  struct Registry;
  std::unique_ptr<Registry> registry_;
};

}  // namespace tweestap::platform
