#include <gtest/gtest.h>

#include <string>

#include "tests/http/staff_service.h"

namespace tweestap::http {
namespace {

using domain::KeyRole;
using nlohmann::json;

TEST(ApiKeys, AreShownOnceAndWorkUntilTheyAreRevoked) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  service.after(domain::seconds(1));  // oldest first, so they need an order
  const Heard made = service.post("/v1/api-keys", R"({"name":" feed ","role":"stream"})", admin);
  ASSERT_EQ(made.status, 201) << made.body;
  const json created = made.json();
  EXPECT_EQ(created.size(), 4U);
  EXPECT_EQ(created.at("name"), "feed");
  EXPECT_EQ(created.at("role"), "stream");
  const std::string id = created.at("api_key");
  const std::string key = created.at("key");
  EXPECT_TRUE(domain::ApiKeyId::parse(id));
  EXPECT_TRUE(key.starts_with("key_"));
  EXPECT_EQ(key.size(), 47U);

  EXPECT_EQ(service.get("/v1/events", key).status, 200);
  const Heard listed = service.get("/v1/api-keys", admin);
  EXPECT_FALSE(listed.body.contains("key_"));
  ASSERT_EQ(listed.json().at("api_keys").size(), 2U);
  EXPECT_EQ(listed.json().at("api_keys")[1], (json{{"api_key", id}, {"name", "feed"}, {"role", "stream"}}));
  for (const auto& event : service.events_after(0)) EXPECT_FALSE(event.dump().contains(key.substr(4)));

  const StaffAsk revoke{.method = Method::Delete, .target = "/v1/api-keys/" + id, .token = admin};
  EXPECT_EQ(service.ask(revoke).status, 204);
  EXPECT_EQ(service.get("/v1/events", key).code(), "token_expired");
  EXPECT_EQ(service.ask(revoke).code(), "not_found");
  EXPECT_EQ(service.get("/v1/api-keys", admin).json().at("api_keys").size(), 1U);
}

TEST(ApiKeys, EndAtTheirTime) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  const auto create = [&](const std::string& at) {
    return service.post("/v1/api-keys", R"({"name":"a","role":"stream","expires_at":")" + at + R"("})", admin);
  };
  const domain::Time now = service.services->now();
  EXPECT_EQ(create(domain::rfc3339(now)).member(), "expires_at");
  const Heard made = create(domain::rfc3339(now + domain::hours(1)));
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.json().at("expires_at"), domain::rfc3339(now + domain::hours(1)));
  const std::string key = made.json().at("key");
  service.after(domain::seconds(3599));
  EXPECT_EQ(service.get("/v1/events", key).status, 200);
  service.after(domain::seconds(1));
  EXPECT_EQ(service.get("/v1/events", key).code(), "token_expired");
  service.after(domain::hours(24));
  EXPECT_EQ(service.get("/v1/events", key).code(), "session_required");
}

TEST(ApiKeys, NameTheMemberThatIsWrong) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  const auto member = [&](const std::string& body) { return service.post("/v1/api-keys", body, admin).member(); };
  EXPECT_EQ(member(R"({"role":"stream"})"), "name");
  EXPECT_EQ(member(R"({"name":"","role":"stream"})"), "name");
  EXPECT_EQ(member(R"({"name":")" + std::string(101, 'x') + R"(","role":"stream"})"), "name");
  EXPECT_EQ(member(R"({"name":"alex@example.org","role":"stream"})"), "name");
  EXPECT_EQ(member(R"({"name":"a"})"), "role");
  EXPECT_EQ(member(R"({"name":"a","role":"person"})"), "role");
  EXPECT_EQ(member(R"({"name":"a","role":"stream","expires_at":null})"), "expires_at");
  EXPECT_EQ(
      service.post("/v1/api-keys", R"({"name":")" + std::string(100, 'x') + R"(","role":"auditor"})", admin).status,
      201);
}

TEST(ApiKeys, AnswerARepeatWithTheSameKey) {
  StaffService service;
  const StaffAsk ask{.method = Method::Post,
                     .target = "/v1/api-keys",
                     .body = R"({"name":"a","role":"stream"})",
                     .token = service.key(KeyRole::Admin),
                     .idempotency_key = "k"};
  const Heard first = service.ask(ask);
  ASSERT_EQ(first.status, 201);
  EXPECT_EQ(service.ask(ask).body, first.body);
  EXPECT_EQ(service.count("api_key.created"), 2U);
}

TEST(ApiKeys, ThatRevokesItselfHearsItsAnswerAgain) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  const json made = service.post("/v1/api-keys", R"({"name":"a","role":"admin"})", admin).json();
  const StaffAsk ask{.method = Method::Delete,
                     .target = "/v1/api-keys/" + made.at("api_key").get<std::string>(),
                     .token = made.at("key"),
                     .idempotency_key = "bye"};
  EXPECT_EQ(service.ask(ask).status, 204);
  EXPECT_EQ(service.ask(ask).status, 204);
  EXPECT_EQ(service.get("/v1/policy", ask.token).code(), "token_expired");
  EXPECT_EQ(service.count("api_key.revoked"), 1U);
}

TEST(ApiKeys, AreNamedInCharactersAndNotInBytes) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  const auto create = [&](const std::string& name) {
    return service.post("/v1/api-keys", json{{"name", name}, {"role", "stream"}}.dump(), admin);
  };
  std::string hundred;
  for (int i = 0; i < 100; ++i) hundred += "\U0001F511";
  const Heard made = create(hundred);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.json().at("name"), hundred);
  EXPECT_EQ(create(hundred + "a").member(), "name");
  EXPECT_EQ(create(std::string(101, 'a')).member(), "name");
  EXPECT_EQ(create(std::string(100, 'a')).status, 201);
  EXPECT_EQ(create(" ").member(), "name");
}

}  // namespace
}  // namespace tweestap::http
