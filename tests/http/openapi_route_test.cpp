#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <span>
#include <string>

#include "tests/http/staff_service.h"

namespace tweestap::http {
namespace {

TEST(OpenApiRoute, DescribesEveryRouteOfItsListenerAndNoOther) {
  StaffService service;
  for (const ListenerKind listener : {ListenerKind::Public, ListenerKind::Staff}) {
    const Heard heard = service.ask({.target = "/openapi.json", .listener = listener});
    ASSERT_EQ(heard.status, 200);
    const nlohmann::json document = heard.json();
    EXPECT_EQ(document.at("openapi").get<std::string>().substr(0, 4), "3.1.");
    EXPECT_EQ(document.at("info").at("version"), "0.0.0 (test)");
    std::set<std::string> described;
    for (const auto& [path, unused] : document.at("paths").items()) described.insert(path);
    std::set<std::string> served;
    // Behind its own route stands what is for people and not for programs.
    const auto own = std::ranges::find(service.table, "/openapi.json", [](const Route& one) { return one.path.text; });
    ASSERT_NE(own, service.table.end());
    for (const Route& route : std::span{service.table.begin(), own + 1}) {
      if (on_listener(route, listener)) served.insert(std::string{route.path.text});
    }
    EXPECT_EQ(described, served);
    EXPECT_TRUE(served.contains("/openapi.json"));
  }
}

TEST(OpenApiRoute, TellsNothingOfPages) {
  StaffService service;
  const Heard heard = service.ask({.target = "/openapi.json", .listener = ListenerKind::Public});
  for (const char* path : {"/", "/settings", "/pages/{hash}/{name}"}) {
    EXPECT_FALSE(heard.json().at("paths").contains(path)) << path;
  }
}

TEST(OpenApiRoute, TellsNothingOfADemo) {
  StaffService service{InProcessService::Options{.demo = true}};
  EXPECT_EQ(service.ask({.target = "/demo/messages", .listener = ListenerKind::Public}).status, 200);
  const Heard heard = service.ask({.target = "/openapi.json", .listener = ListenerKind::Public});
  EXPECT_FALSE(heard.json().at("paths").contains("/demo/messages"));
  EXPECT_FALSE(heard.json().at("paths").contains("/demo/phone"));
}

}  // namespace
}  // namespace tweestap::http
