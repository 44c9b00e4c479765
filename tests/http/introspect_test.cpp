#include <gtest/gtest.h>

#include <string>

#include "tests/http/staff_service.h"

namespace tweestap::http {
namespace {

using domain::KeyRole;
using nlohmann::json;

Heard introspect(const StaffService& service, const std::string& token, const std::string& frontend) {
  return service.ask({.method = Method::Post,
                      .target = "/v1/introspect",
                      .body = json{{"token", token}}.dump(),
                      .token = frontend,
                      .listener = ListenerKind::Public});
}

constexpr std::string_view kNotActive = R"({"active":false})";

TEST(Introspect, TellsWhoseALiveSessionIs) {
  StaffService service;
  const auto account = service.account("alex@example.org");
  const std::string frontend = service.key(KeyRole::Frontend);
  const std::string session = service.session(account, domain::Listener::Public);
  const std::int64_t opened = service.state(account).sessions.at(0).started_at.us / 1'000'000;
  service.after(domain::minutes(3));
  const Heard heard = introspect(service, session, frontend);
  EXPECT_EQ(heard.status, 200);
  EXPECT_EQ(heard.json(), (json{{"active", true},
                                {"sub", account.text()},
                                {"amr", {"pwd"}},
                                {"auth_time", opened},
                                {"exp", opened + 12 * 3600},
                                {"roles", {"person"}}}));
}

TEST(Introspect, SaysNothingMoreOfATokenThatDoesNotCount) {
  StaffService service;
  const auto account = service.account("alex@example.org");
  const auto staff = service.account("s@example.org", {domain::Role::Admin});
  const std::string frontend = service.key(KeyRole::Frontend);
  const std::string ended = service.session(account, domain::Listener::Public);
  ASSERT_EQ(
      service.ask({.method = Method::Delete, .target = "/v1/session", .token = ended, .listener = ListenerKind::Public})
          .status,
      204);
  const std::string idle = service.session(account, domain::Listener::Public);
  service.after(domain::hours(1));
  const std::string of_staff = service.session(staff, domain::Listener::Staff);  // live, but not here
  const std::string stranger = "sst_" + std::string(43, 'A');
  for (const std::string& token :
       {ended, idle, of_staff, stranger, frontend, std::string{"x"}, std::string(4096, 'x')}) {
    const Heard heard = introspect(service, token, frontend);
    EXPECT_EQ(heard.status, 200);
    EXPECT_EQ(heard.body, kNotActive);
  }
  EXPECT_EQ(introspect(service, std::string(4097, 'x'), frontend).member(), "token");
}

TEST(Introspect, IsAUseOfTheSession) {
  StaffService service;
  const auto account = service.account("alex@example.org");
  const std::string frontend = service.key(KeyRole::Frontend);
  const std::string session = service.session(account, domain::Listener::Public);
  for (int i = 0; i < 5; ++i) {
    service.after(domain::minutes(30));
    ASSERT_EQ(introspect(service, session, frontend).json().at("active"), true) << i;
    service.after(domain::minutes(9));
    ASSERT_EQ(introspect(service, session, frontend).json().at("active"), true) << i;
  }
  EXPECT_EQ(service.count("session.used"), 5U);
}

TEST(Introspect, IsForFrontEndsOnThePublicListener) {
  StaffService service;
  const std::string session = service.session(service.account("alex@example.org"), domain::Listener::Public);
  EXPECT_EQ(introspect(service, session, service.key(KeyRole::Admin)).code(), "forbidden");
  EXPECT_EQ(introspect(service, session, session).code(), "session_required");
  EXPECT_EQ(introspect(service, session, "").code(), "session_required");
  EXPECT_EQ(service.post("/v1/introspect", R"({"token":"x"})", service.key(KeyRole::Frontend)).code(), "not_found");
}

}  // namespace
}  // namespace tweestap::http
