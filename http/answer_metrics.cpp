#include "http/answer_metrics.h"

#include <chrono>
#include <mutex>
#include <string>

#include "domain/terms.h"

namespace tweestap::http {
namespace {

using platform::CounterInfo;
using platform::HistogramInfo;

constexpr HistogramInfo<2> kSeconds{"tweestap_http_request_seconds",
                                    "From a whole request to its answer being ready, by route of the contract.",
                                    platform::kLatencyBuckets,
                                    {"listener", "route"}};
constexpr CounterInfo<2> kAnswers{"tweestap_http_answers_total", "Answers, by HTTP status.", {"listener", "status"}};
constexpr CounterInfo<2> kRefusals{"tweestap_http_refusals_total",
                                   "Requests refused before they were read whole, by what was wrong with them.",
                                   {"listener", "reason"}};

std::string_view listener_name(ListenerKind listener) {
  return domain::name_of(listener == ListenerKind::Public ? domain::Listener::Public : domain::Listener::Staff);
}

}  // namespace

template <class Key, class Series>
template <class Make>
Series AnswerMetrics::Kept<Key, Series>::of(const Key& key, const Make& make) {
  {
    const std::shared_lock lock{mutex_};
    if (const auto found = series_.find(key); found != series_.end()) return found->second;
  }
  const std::unique_lock lock{mutex_};
  return series_.try_emplace(key, make()).first->second;
}

void AnswerMetrics::answered(const AnswerRecord& answer) {
  const std::string_view listener = listener_name(answer.listener);
  const std::string_view route = answer.route.empty() ? std::string_view{"none"} : answer.route;
  const std::chrono::duration<double> took = answer.took;
  seconds_.of({answer.listener, route},
              [&] {
                return metrics_.histogram(kSeconds, {listener, route});
              })
      .observe(took.count());
  answers_
      .of({answer.listener, answer.status},
          [&] {
            return metrics_.counter(kAnswers, {listener, std::to_string(answer.status)});
          })
      .add();
}

void AnswerMetrics::refused(ListenerKind listener, GuardRefusal why) {
  refusals_
      .of({listener, why},
          [&] {
            return metrics_.counter(kRefusals, {listener_name(listener), guard_refusal_name(why)});
          })
      .add();
}

}  // namespace tweestap::http
