#include "http/routes/events.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "http/authenticate.h"
#include "tests/http/staff_service.h"

namespace tweestap::http {
namespace {

using domain::KeyRole;
using nlohmann::json;
using std::chrono::steady_clock;

std::vector<std::uint64_t> positions(const Heard& heard) {
  std::vector<std::uint64_t> out;
  const json page = heard.json();
  for (const json& event : page.at("events")) out.push_back(event.at("position"));
  return out;
}

TEST(Feed, GivesTheStoredBytesFromAPositionOn) {
  StaffService service;
  const std::string stream = service.key(KeyRole::Stream);
  (void)service.account("alex@example.org");
  const Heard heard = service.get("/v1/events", stream);
  ASSERT_EQ(heard.status, 200);
  std::string expected = R"({"events":[)";
  const auto records = service.partition->log().read(0).value();
  for (const auto& record : records) expected += (record.position == 1 ? "" : ",") + record.envelope;
  expected += R"(],"scanned_to":)" + std::to_string(records.back().position) + "}";
  EXPECT_EQ(heard.body, expected);

  EXPECT_EQ(positions(service.get("/v1/events?after=1&limit=1", stream)), (std::vector<std::uint64_t>{2}));
  EXPECT_EQ(service.get("/v1/events?after=1&limit=1", stream).json().at("scanned_to"), 2);
  EXPECT_EQ(service.get("/v1/events?after=2", stream).body, R"({"events":[],"scanned_to":2})");
  EXPECT_EQ(service.get("/v1/events?after=99", stream).body, R"({"events":[],"scanned_to":99})");
  // Reading the feed leaves no trace.
  EXPECT_EQ(service.head(), 2U);
}

TEST(Feed, FiltersWithoutHidingAGap) {
  StaffService service;
  const std::string stream = service.key(KeyRole::Stream);
  for (int i = 0; i < 4; ++i) (void)service.account("a" + std::to_string(i) + "@example.org");
  (void)service.key(KeyRole::Stream);  // position 6
  EXPECT_EQ(positions(service.get("/v1/events?type=api_key.created", stream)), (std::vector<std::uint64_t>{1, 6}));
  const Heard none = service.get("/v1/events?type=sms_code.issued&after=1", stream);
  EXPECT_EQ(none.body, R"({"events":[],"scanned_to":6})");
  // A full page ends at its last event.
  EXPECT_EQ(service.get("/v1/events?type=api_key.created&limit=1", stream).json().at("scanned_to"), 1);
}

TEST(Feed, LooksAtABoundedNumberOfPositionsAndBytes) {
  StaffService service;
  const std::string stream = service.key(KeyRole::Stream);
  for (int i = 0; i < 9; ++i) (void)service.key(KeyRole::Stream);
  service.table = event_routes(*service.services, {.waiting_max = 1, .scanned_max = 4, .bytes_max = 1});
  service.staff = std::make_unique<Router>(ListenerKind::Staff, service.table, front_door(*service.services));
  EXPECT_EQ(service.get("/v1/events?type=login.completed", stream).body, R"({"events":[],"scanned_to":4})");
  EXPECT_EQ(service.get("/v1/events?type=login.completed&after=4&wait=30", stream).body,
            R"({"events":[],"scanned_to":8})");
  EXPECT_EQ(service.get("/v1/events?type=login.completed&after=8", stream).body, R"({"events":[],"scanned_to":10})");
  // At least one event, however large.
  EXPECT_EQ(positions(service.get("/v1/events", stream)), (std::vector<std::uint64_t>{1}));
}

TEST(Feed, RefusesNumbersOutOfBounds) {
  StaffService service;
  const std::string stream = service.key(KeyRole::Stream);
  for (const std::string good :
       {"after=0", "after=9007199254740991", "limit=1", "limit=1000", "wait=0", "after=1&limit=5&wait=0&type=a"}) {
    EXPECT_EQ(service.get("/v1/events?" + good, stream).status, 200) << good;
  }
  const std::pair<const char*, const char*> kBad[] = {
      {"after=-1", "after"},
      {"after=9007199254740992", "after"},
      {"after=01", "after"},
      {"after=", "after"},
      {"after=1&after=2", "after"},
      {"limit=0", "limit"},
      {"limit=1001", "limit"},
      {"limit=ten", "limit"},
      {"wait=31", "wait"},
      {"wait=1.5", "wait"},
      {"type=", "type"},
      {"from=1", "from"},
  };
  for (const auto& [query, member] : kBad) {
    const Heard heard = service.get(std::string{"/v1/events?"} + query, stream);
    EXPECT_EQ(heard.code(), "malformed_request") << query;
    EXPECT_EQ(heard.member(), member) << query;
  }
}

TEST(Feed, WaitsForTheNextEvent) {
  StaffService service;
  const std::string stream = service.key(KeyRole::Stream);
  auto waiting = std::async(std::launch::async,
                            [&] { return service.get("/v1/events?after=1&wait=30&type=account.registered", stream); });
  // Another type does not end the wait, the right one does.
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  (void)service.key(KeyRole::Stream);
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  (void)service.account("alex@example.org");
  const Heard heard = waiting.get();
  EXPECT_EQ(positions(heard), (std::vector<std::uint64_t>{3}));
}

TEST(Feed, StopsWaitingWhenItsTimeIsOver) {
  StaffService service;
  const std::string stream = service.key(KeyRole::Stream);
  const auto from = steady_clock::now();
  EXPECT_EQ(service.get("/v1/events?after=1&wait=1", stream).body, R"({"events":[],"scanned_to":1})");
  const auto took = steady_clock::now() - from;
  EXPECT_GE(took, std::chrono::seconds(1));
  EXPECT_LT(took, std::chrono::seconds(10));
}

TEST(Feed, StopsWaitingWhenTheServiceDoes) {
  StaffService service;
  const std::string stream = service.key(KeyRole::Stream);
  std::stop_source stop;
  auto waiting = std::async(std::launch::async, [&] {
    return service.ask({.target = "/v1/events?after=1&wait=30", .token = stream, .stopping = stop.get_token()});
  });
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  const auto from = steady_clock::now();
  stop.request_stop();
  EXPECT_EQ(waiting.get().body, R"({"events":[],"scanned_to":1})");
  EXPECT_LT(steady_clock::now() - from, std::chrono::seconds(10));
}

TEST(Feed, AnswersAtOnceWhereEveryPlaceToWaitIsTaken) {
  StaffService service;
  const std::string stream = service.key(KeyRole::Stream);
  service.table = event_routes(*service.services, {.waiting_max = 1});
  service.staff = std::make_unique<Router>(ListenerKind::Staff, service.table, front_door(*service.services));
  std::stop_source stop;
  std::atomic<int> answered = 0;
  const auto reader = [&] {
    EXPECT_EQ(service.ask({.target = "/v1/events?after=1&wait=30", .token = stream, .stopping = stop.get_token()}).body,
              R"({"events":[],"scanned_to":1})");
    ++answered;
    answered.notify_all();
  };
  // Two come for one place: one of them waits, the other is answered at once.
  const auto began = steady_clock::now();
  std::jthread one{reader};
  std::jthread other{reader};
  answered.wait(0);
  EXPECT_EQ(answered, 1);
  EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(20));
  stop.request_stop();
  one.join();
  other.join();
  EXPECT_EQ(answered, 2);
  // The place is free again.
  const auto from = steady_clock::now();
  EXPECT_EQ(service.get("/v1/events?after=1&wait=1", stream).status, 200);
  EXPECT_GE(steady_clock::now() - from, std::chrono::seconds(1));
}

TEST(Feed, TellsNothingToAKeyThatWasRevokedWhileItWaited) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  const json made = service.post("/v1/api-keys", R"({"name":"a","role":"stream"})", admin).json();
  const std::string key = made.at("key");
  auto waiting = std::async(std::launch::async, [&] { return service.get("/v1/events?after=2&wait=30", key); });
  EXPECT_EQ(waiting.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  ASSERT_EQ(service
                .ask({.method = Method::Delete,
                      .target = "/v1/api-keys/" + made.at("api_key").get<std::string>(),
                      .token = admin})
                .status,
            204);
  EXPECT_EQ(waiting.get().code(), "token_expired");
}

}  // namespace
}  // namespace tweestap::http
