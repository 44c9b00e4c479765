#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/http/staff_service.h"

namespace tweestap::http {
namespace {

using domain::KeyRole;
using nlohmann::json;

TEST(Health, IsLiveOnBothListenersAndReadyOnStaffs) {
  StaffService service;
  for (const ListenerKind listener : {ListenerKind::Public, ListenerKind::Staff}) {
    for (const Method method : {Method::Get, Method::Head}) {
      const Heard heard = service.ask({.method = method, .target = "/health/live", .listener = listener});
      EXPECT_EQ(heard.body, R"({"status":"live"})");
    }
  }
  EXPECT_EQ(service.get("/health/ready", "").body, R"({"status":"ready"})");
  EXPECT_EQ(service.ask({.method = Method::Head, .target = "/health/ready"}).status, 200);
  EXPECT_EQ(service.ask({.target = "/health/ready", .listener = ListenerKind::Public}).code(), "not_found");
}

TEST(Health, IsNotReadyWhileItStopsOrCanStoreNothing) {
  StaffService service;
  std::stop_source stop;
  stop.request_stop();
  const Heard stopping = service.ask({.target = "/health/ready", .stopping = stop.get_token()});
  EXPECT_EQ(stopping.code(), "unavailable");
  EXPECT_EQ(std::ranges::count(stopping.headers, "Retry-After", &ResponseHeader::name), 1);
  service.partition->stop();
  EXPECT_EQ(service.get("/health/ready", "").code(), "unavailable");
  EXPECT_EQ(service.get("/health/live", "").status, 200);
}

TEST(Metrics, AreTextForPrometheus) {
  StaffService service;
  (void)service.key(KeyRole::Admin);
  const Heard heard = service.get("/metrics", "");
  EXPECT_EQ(heard.status, 200);
  EXPECT_TRUE(heard.body.contains("# TYPE tweestap_"));
  EXPECT_EQ(service.ask({.method = Method::Head, .target = "/metrics"}).code(), "method_not_allowed");
  EXPECT_EQ(service.ask({.target = "/metrics", .listener = ListenerKind::Public}).code(), "not_found");
}

TEST(Status, TellsHowTheStreamStands) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  EXPECT_FALSE(service.get("/v1/status", admin).json().contains("stream"));
  StreamProgress stream{.state = "streaming",
                        .topic = "tweestap.events",
                        .position = 4,
                        .lag_events = 3,
                        .lag_us = 2'500'000,
                        .in_flight = 2,
                        .last_error = {},
                        .last_error_ago_us = 0,
                        .advice = {}};
  service.facts.stream = [&stream] { return std::optional{stream}; };
  json status = service.get("/v1/status", admin).json();
  EXPECT_EQ(status.at("relay_lag"), 3);
  EXPECT_EQ(status.at("stream"), (json{{"state", "streaming"},
                                       {"topic", "tweestap.events"},
                                       {"position", 4},
                                       {"lag_seconds", 2},
                                       {"in_flight", 2}}));
  stream.state = "stopped";
  stream.last_error = "no broker";
  stream.last_error_ago_us = 61'000'000;
  stream.advice = "make a new topic";
  status = service.get("/v1/status", admin).json();
  EXPECT_EQ(status.at("stream").at("last_error"), "no broker");
  EXPECT_EQ(status.at("stream").at("last_error_seconds_ago"), 61);
  EXPECT_EQ(status.at("stream").at("advice"), "make a new topic");
}

TEST(Status, TellsAnAdminHowTheServiceIsDoing) {
  StaffService service;
  service.facts.followers = [] { return std::vector<FollowerProgress>{{.name = "relay", .position = 1}}; };
  const std::string admin = service.key(KeyRole::Admin);
  service.after(domain::seconds(90));
  const json status = service.get("/v1/status", admin).json();
  EXPECT_EQ(status.at("version"), "0.0.0 (test)");
  EXPECT_TRUE(domain::LogId::parse(status.at("log").get<std::string>()));
  EXPECT_EQ(status.at("head"), service.head());
  EXPECT_EQ(status.at("uptime_seconds"), 90);
  EXPECT_EQ(status.at("accepts_commands"), true);
  ASSERT_EQ(status.at("projections").size(), projections::kViewCount);
  for (const json& one : status.at("projections")) {
    EXPECT_EQ(one.size(), 3U);
    EXPECT_EQ(one.at("position"), service.head());
  }
  EXPECT_EQ(status.at("projections")[0].at("name"), "accounts");
  EXPECT_EQ(status.at("followers"), (json::array({{{"name", "relay"}, {"position", 1}}})));
  EXPECT_GT(status.at("disk").at("free_bytes").get<std::uint64_t>(), 0U);
  EXPECT_EQ(status.at("disk").at("reserve_bytes"), service.facts.reserve_bytes);
  EXPECT_FALSE(status.contains("relay_lag"));
  EXPECT_EQ(service.get("/v1/status", service.key(KeyRole::Helpdesk)).code(), "forbidden");
}

TEST(CLK_1, StatusShowsTheAlarmWhileTheClocksAreApartAndADayLonger) {
  StaffService service;
  std::optional<ClockJump> jump;
  service.facts.clock_jump = [&] { return jump; };
  const std::string admin = service.key(KeyRole::Admin);
  const auto clock = [&] { return service.get("/v1/status", admin).json().at("clock"); };
  EXPECT_EQ(clock(), (json{{"alarm", false}, {"difference_ms", 0}}));

  const std::int64_t right = service.clock.wall_us();
  service.clock.set_wall(right - domain::seconds(60).us);
  EXPECT_EQ(clock(), (json{{"alarm", false}, {"difference_ms", -60'000}}));
  service.clock.set_wall(right - domain::seconds(60).us - 1000);
  EXPECT_EQ(clock(), (json{{"alarm", true}, {"difference_ms", -60'001}}));
  const auto metric = [&] {
    const std::string all = service.get("/metrics", "").body;
    const std::string name = "\ntweestap_clock_difference_seconds ";
    const std::size_t at = all.find(name);
    return at == std::string::npos ? "absent" : all.substr(at + name.size(), all.find('\n', at + 1) - at - name.size());
  };
  EXPECT_EQ(metric(), "-60.001");
  service.clock.set_wall(right);
  EXPECT_EQ(clock(), (json{{"alarm", false}, {"difference_ms", 0}}));
  EXPECT_EQ(metric(), "0") << "and it is over when the two agree again";

  jump = ClockJump{.difference_us = 3'600'000'000, .at_monotonic_us = service.clock.monotonic_us()};
  service.after(domain::seconds(5));
  EXPECT_EQ(clock(),
            (json{{"alarm", true}, {"difference_ms", 0}, {"jumped_ms", 3'600'000}, {"jumped_seconds_ago", 5}}));
  service.after(domain::Duration{kClockAlarmUs - domain::seconds(5).us - 1});
  EXPECT_EQ(clock().at("alarm"), true);
  service.after(domain::Duration{1});
  EXPECT_EQ(clock().at("alarm"), false);
  EXPECT_EQ(clock().at("jumped_ms"), 3'600'000) << "what happened stays to be seen";
}

}  // namespace
}  // namespace tweestap::http
