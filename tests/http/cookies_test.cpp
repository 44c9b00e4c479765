// Tokens in cookies, for pages.
#include "http/cookies.h"

#include <gtest/gtest.h>

#include "http/texts.h"

namespace tweestap::http {
namespace {

struct Asked {
  std::vector<HeaderField> headers;
  Request request;
  explicit Asked(std::vector<HeaderField> fields) : headers(std::move(fields)) { request.headers = headers; }
};

const std::string kOrigin = "https://login.example.org";

TEST(Cookies, CountOnlyWithTheHeaderAndOneRightSign) {
  const CookieRules rules{ListenerKind::Public, kOrigin};
  const HeaderField ours{"X-Requested-With", "tweestap"};
  const HeaderField cookie{"Cookie", "__Host-session=sst_1"};
  const auto counts = [&](std::vector<HeaderField> fields) {
    const Asked asked{std::move(fields)};
    return rules.token(asked.request, TokenCookie::Session).has_value();
  };
  EXPECT_TRUE(counts({cookie, ours, {"Origin", kOrigin}}));
  EXPECT_TRUE(counts({cookie, ours, {"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_TRUE(counts({cookie, ours, {"Origin", kOrigin}, {"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_FALSE(counts({cookie, ours}));
  EXPECT_FALSE(counts({cookie, {"Origin", kOrigin}, {"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_FALSE(counts({cookie, {"X-Requested-With", "XMLHttpRequest"}, {"Origin", kOrigin}}));
  EXPECT_FALSE(counts({cookie, ours, {"Origin", "https://evil.example"}}));
  EXPECT_FALSE(counts({cookie, ours, {"Origin", "null"}}));
  EXPECT_FALSE(counts({cookie, ours, {"Origin", kOrigin + ":443"}}));
  EXPECT_FALSE(counts({cookie, ours, {"Origin", kOrigin}, {"Sec-Fetch-Site", "same-site"}}));
  EXPECT_FALSE(counts({cookie, ours, {"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_FALSE(counts({cookie, ours, {"Sec-Fetch-Site", "none"}}));
}

TEST(Cookies, AreFoundByTheirExactNameAndOnlyOnce) {
  const CookieRules rules{ListenerKind::Public, kOrigin};
  const auto token = [&](std::string_view line) -> std::string {
    const Asked asked{{{"Cookie", line}, {"X-Requested-With", "tweestap"}, {"Sec-Fetch-Site", "same-origin"}}};
    return std::string{rules.token(asked.request, TokenCookie::Login).value_or("-")};
  };
  EXPECT_EQ(token("a=b; __Host-login=lgt_1; c=d"), "lgt_1");
  EXPECT_EQ(token("__Host-login=lgt_1;__Host-loginx=2"), "lgt_1");
  EXPECT_EQ(token("__Host-login=lgt_1; __Host-login=lgt_2"), "-");
  EXPECT_EQ(token("__host-login=lgt_1"), "-");
  EXPECT_EQ(token("login=lgt_1"), "-");
  EXPECT_EQ(token("__Host-login="), "-");
  EXPECT_EQ(token("__Host-staff-login=lgt_1"), "-");
}

TEST(Cookies, AreWrittenAsTheContractSays) {
  const CookieRules rules{ListenerKind::Public, kOrigin};
  EXPECT_EQ(rules.set(TokenCookie::Login, "lgt_1").value,
            "__Host-login=lgt_1; Path=/; HttpOnly; SameSite=Strict; Secure");
  EXPECT_EQ(rules.set(TokenCookie::Device, "dvt_1", 43200).value,
            "__Host-device=dvt_1; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=43200");
  EXPECT_EQ(rules.clear(TokenCookie::Session).value,
            "__Host-session=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0");
  const CookieRules staff{ListenerKind::Staff, kOrigin};
  EXPECT_EQ(staff.name(TokenCookie::Session), "__Host-staff-session");
  EXPECT_EQ(staff.name(TokenCookie::Login), "__Host-staff-login");
}

TEST(Cookies, LoseTheirPrefixOnlyInDevelopment) {
  const CookieRules rules{ListenerKind::Staff, "http://127.0.0.1:8081"};
  EXPECT_EQ(rules.set(TokenCookie::Session, "sst_1").value, "staff-session=sst_1; Path=/; HttpOnly; SameSite=Strict");
  for (const std::string_view yes :
       {"http://127.0.0.1", "http://127.9.9.9:80", "http://localhost:8080", "http://[::1]:8080"}) {
    EXPECT_TRUE(is_development_origin(yes)) << yes;
  }
  for (const std::string_view no : {"https://127.0.0.1", "http://192.0.2.1", "http://localhost.evil.example",
                                    "http://127.0.0.1.evil.example", "http://[::1", "http://", ""}) {
    EXPECT_FALSE(is_development_origin(no)) << no;
  }
}

TEST(Cookies, StaffListenerHasNoDeviceCookie) {
  const CookieRules staff{ListenerKind::Staff, kOrigin};
  const Asked asked{{{"Cookie", "__Host-device=dvt_1; __Host-staff-device=dvt_1"},
                     {"X-Requested-With", "tweestap"},
                     {"Sec-Fetch-Site", "same-origin"}}};
  EXPECT_FALSE(staff.token(asked.request, TokenCookie::Device));
}

}  // namespace
}  // namespace tweestap::http
