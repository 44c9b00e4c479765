#include "http/routes/events.h"

#include <algorithm>
#include <chrono>
#include <expected>
#include <memory>
#include <semaphore>
#include <string>
#include <string_view>
#include <utility>

#include "eventstore/envelope.h"
#include "eventstore/partition.h"
#include "http/authenticate.h"
#include "http/commands.h"
#include "http/json_writer.h"
#include "http/problem.h"

namespace tweestap::http {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t kFeedLimitDefault = 100;
constexpr std::uint64_t kWaitMax = 30;  // seconds: below what proxies usually cut

constexpr QueryParameter kQuery[] = {
    {"after", QueryType::Number, 0, kLogPositionMax,
     "Events behind this position; 0, the default, is the log's beginning."},
    {"limit", QueryType::Number, 1, kFeedLimitMax, "At most so many events; 100 by default."},
    {"type", QueryType::Text, 0, kEventTypeBytesMax, "Only events of this type, such as `login.completed`."},
    {"wait", QueryType::Number, 0, kWaitMax, "Seconds to wait for an event where there is none yet."},
};
constexpr AnswerMember kFeedPageMembers[] = {
    {"events", AnswerType::Anything, true, "Stored envelopes, byte for byte, oldest first."},
    {"scanned_to", AnswerType::Integer, true, "The last position looked at: ask on behind it."},
};
constexpr AnswerShape kFeedPageShape{"EventPage", kFeedPageMembers};

struct Question {
  std::uint64_t after = 0;
  std::size_t limit = kFeedLimitDefault;
  std::string_view type;  // empty: any
};

struct Page {
  std::vector<eventstore::Record> events;
  std::size_t bytes = 0;
  std::uint64_t scanned_to = 0;
};

// Goes on behind page.scanned_to until the page is full, the head is reached or `end` was looked at.
std::expected<void, platform::Failure> scan(const eventstore::Log& log, const Question& question, std::uint64_t end,
                                            std::size_t bytes_max, Page& page) {
  const auto full = [&] { return page.events.size() >= question.limit || page.bytes >= bytes_max; };
  while (!full() && page.scanned_to < end) {
    const std::uint64_t wanted = question.type.empty() ? question.limit - page.events.size() : kFeedLimitMax;
    auto records =
        log.read(page.scanned_to, {.count_max = std::min(wanted, end - page.scanned_to), .bytes_max = bytes_max});
    if (!records) return std::unexpected(std::move(records.error()));
    if (records->empty()) break;
    for (eventstore::Record& record : *records) {
      if (full()) break;
      page.scanned_to = record.position;
      if (!question.type.empty()) {
        const auto head = eventstore::scan_head(record.envelope);
        if (!head) return std::unexpected(head.error());
        if (head->type != question.type) continue;
      }
      page.bytes += record.envelope.size();
      page.events.push_back(std::move(record));
    }
  }
  return {};
}

// A place among the readers that wait; none where all are taken.
class WaitingPlace {
 public:
  explicit WaitingPlace(std::counting_semaphore<>& places) : places_(places), taken_(places.try_acquire()) {}
  ~WaitingPlace() {
    if (taken_) places_.release();
  }
  WaitingPlace(const WaitingPlace&) = delete;
  WaitingPlace& operator=(const WaitingPlace&) = delete;
  [[nodiscard]] bool taken() const { return taken_; }

 private:
  std::counting_semaphore<>& places_;
  bool taken_;
};

std::string render(const Page& page) {
  JsonWriter json{page.bytes + page.events.size() + 64};
  json.begin_object().member_array("events");
  for (const eventstore::Record& record : page.events) json.raw(record.envelope);
  json.end_array().member("scanned_to", page.scanned_to).end_object();
  return json.take();
}

// Whoever waited half a minute may have been logged out, or the key revoked, meanwhile.
std::optional<Response> no_longer_welcome(const Services& services, const Request& request) {
  const auto caller = authenticate(services, *request.route, request);
  if (caller) return std::nullopt;
  if (caller.error().why == TokenTrouble::Failed) return failure_response(services, request, caller.error().failure);
  return problem_response(request, ProblemCode::TokenExpired);
}

class Feed {
 public:
  Feed(const Services& services, FeedLimits limits)
      : services_(services), limits_(limits), places_(static_cast<std::ptrdiff_t>(limits.waiting_max)) {}

  Response answer(const Request& request) {
    const eventstore::Log& log = services_.partition.log();
    const Question question{.after = request.query_number("after").value_or(0),
                            .limit = request.query_number("limit").value_or(kFeedLimitDefault),
                            .type = request.query_parameter("type").value_or("")};
    const std::uint64_t end = question.after + limits_.scanned_max;
    Page page{.events = {}, .bytes = 0, .scanned_to = question.after};
    if (auto scanned = scan(log, question, end, limits_.bytes_max, page); !scanned) {
      return failure_response(services_, request, scanned.error());
    }
    const std::chrono::seconds patience{request.query_number("wait").value_or(0)};
    if (page.events.empty() && patience.count() > 0) {
      auto waited = wait(log, request, question, end, patience, page);
      if (!waited) return failure_response(services_, request, waited.error());
      if (*waited) {
        if (auto refused = no_longer_welcome(services_, request)) return std::move(*refused);
      }
    }
    return Response::json(Success::Ok, render(page));
  }

 private:
  // Until something that was asked for is there. False: there was no place to wait.
  std::expected<bool, platform::Failure> wait(const eventstore::Log& log, const Request& request,
                                              const Question& question, std::uint64_t end,
                                              std::chrono::seconds patience, Page& page) {
    const WaitingPlace place{places_};
    if (!place.taken()) return false;
    const auto until = steady_clock::now() + patience;
    while (page.events.empty() && page.scanned_to < end) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
      if (left.count() <= 0 || request.stopping.stop_requested()) break;
      if (log.wait_beyond(page.scanned_to, left, request.stopping) <= page.scanned_to) break;
      if (auto scanned = scan(log, question, end, limits_.bytes_max, page); !scanned) {
        return std::unexpected(std::move(scanned.error()));
      }
    }
    return true;
  }

  const Services& services_;
  FeedLimits limits_;
  std::counting_semaphore<> places_;
};

}  // namespace

std::vector<Route> event_routes(const Services& services, FeedLimits limits) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/events",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAuditor, Principal::KeyAuditor, Principal::KeyStream},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "The log from a position on, as stored; waits for more where there is none.",
      .query = kQuery,
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "a page of the log", kFeedPageShape)},
      .problems = Problems::none(),
      .handler = Handler{[feed = std::make_shared<Feed>(services, limits)](Request& request, const Body&) {
        return feed->answer(request);
      }},
  });
  return routes;
}

}  // namespace tweestap::http
