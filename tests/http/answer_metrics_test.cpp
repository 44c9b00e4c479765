#include "http/answer_metrics.h"

#include <gtest/gtest.h>

#include <string>

namespace tweestap::http {
namespace {

using std::chrono::milliseconds;

AnswerRecord answer(ListenerKind listener, std::string_view route, std::uint16_t status) {
  return {.listener = listener,
          .method = "POST",
          .route = route,
          .status = status,
          .took = milliseconds{3},
          .request_id = "req_1"};
}

TEST(AnswerMetrics, CountAnswersByRouteAndStatus) {
  platform::Metrics metrics;
  AnswerMetrics counted{metrics};
  counted.answered(answer(ListenerKind::Public, "/v1/logins", 201));
  counted.answered(answer(ListenerKind::Public, "/v1/logins", 401));
  counted.answered(answer(ListenerKind::Staff, "", 404));
  const std::string text = metrics.render();
  for (const std::string_view line : {
           R"(tweestap_http_request_seconds_count{listener="public",route="/v1/logins"} 2)",
           R"(tweestap_http_request_seconds_count{listener="staff",route="none"} 1)",
           R"(tweestap_http_answers_total{listener="public",status="201"} 1)",
           R"(tweestap_http_answers_total{listener="public",status="401"} 1)",
           R"(tweestap_http_answers_total{listener="staff",status="404"} 1)",
       }) {
    EXPECT_TRUE(text.contains(line)) << line << "\n" << text;
  }
}

TEST(AnswerMetrics, CountRefusalsByWhatWasWrong) {
  platform::Metrics metrics;
  AnswerMetrics counted{metrics};
  counted.refused(ListenerKind::Public, GuardRefusal::ForbiddenHeader);
  counted.refused(ListenerKind::Public, GuardRefusal::ForbiddenHeader);
  EXPECT_TRUE(
      metrics.render().contains(R"(tweestap_http_refusals_total{listener="public",reason="forbidden_header"} 2)"))
      << metrics.render();
}

}  // namespace
}  // namespace tweestap::http
