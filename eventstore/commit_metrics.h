#pragma once
// What the committer counts. Only for eventstore/.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "domain/new_event.h"
#include "domain/terms.h"
#include "platform/metrics.h"

namespace tweestap::eventstore {

inline constexpr std::array<double, 9> kBatchBuckets{1, 2, 4, 8, 16, 32, 64, 128, 512};

/// Facts that have a figure of their own, counted beside the batch that carries them until it is durable: a decision
/// that was never stored held nothing back. Thread rule: as a plain value.
struct CountedFacts {
  std::array<std::uint32_t, std::variant_size_v<domain::EventVariant>> events{};              ///< by domain::Event's index
  std::array<std::uint32_t, domain::kNames<domain::SmsRefusal>.size()> sms_refused{};  ///< by domain::SmsRefusal

  void add(std::span<const domain::NewEvent> added) {
    for (const domain::NewEvent& one : added) {
      ++events[one.event.index()];
      const auto* refused = std::get_if<domain::SmsCodeRefused>(&one.event);
      if (refused != nullptr) ++sms_refused[static_cast<std::size_t>(refused->reason)];
    }
  }
};

/// Without a registry nothing is counted. Thread rule: any thread.
class CommitMetrics {
 public:
  CommitMetrics() = default;
  explicit CommitMetrics(platform::Metrics& metrics);

  void stored(double seconds, std::size_t commands, std::uint64_t position, const CountedFacts& facts) const;

 private:
  struct Series {
    platform::Histogram seconds;
    platform::Histogram commands;
    platform::Gauge position;
    std::vector<platform::Counter> events;       // by domain::Event's index
    std::vector<platform::Counter> sms_refused;  // by domain::SmsRefusal
  };

  std::optional<Series> series_;
};

}  // namespace tweestap::eventstore
