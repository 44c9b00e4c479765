#pragma once
// What the listeners answered and refused, counted for operators: by route and status, never by anything a caller wrote
// (LOG-1).
#include <map>
#include <shared_mutex>
#include <string_view>
#include <utility>

#include "http/guard.h"
#include "http/listener.h"
#include "http/request.h"
#include "platform/metrics.h"

namespace tweestap::http {

/// Outlives the listeners that tell it. Thread rule: any thread.
class AnswerMetrics {
 public:
  explicit AnswerMetrics(platform::Metrics& metrics) : metrics_(metrics) {}

  void answered(const AnswerRecord& answer);
  void refused(ListenerKind listener, GuardRefusal why);

 private:
  // Series that were asked for once: asking costs a look-up by text.
  template <class Key, class Series>
  class Kept {
   public:
    template <class Make>
    Series of(const Key& key, const Make& make);

   private:
    std::shared_mutex mutex_;
    std::map<Key, Series> series_;
  };

  platform::Metrics& metrics_;
  Kept<std::pair<ListenerKind, std::string_view>, platform::Histogram> seconds_;  // by route, whose text lives on
  Kept<std::pair<ListenerKind, std::uint16_t>, platform::Counter> answers_;
  Kept<std::pair<ListenerKind, GuardRefusal>, platform::Counter> refusals_;
};

}  // namespace tweestap::http
