// THR-5: who calls.
#include "http/client_address.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/http/front_door.h"

namespace tweestap::http {
namespace {

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

ForwardingRule behind(std::initializer_list<std::string_view> networks) {
  ForwardingRule rule;
  for (const std::string_view network : networks) rule.proxies.push_back(Network::parse(network).value());
  return rule;
}

std::string seen(const ForwardingRule& rule, std::string_view peer, std::vector<std::string_view> lines) {
  const auto client = client_address(rule, ip(peer), lines);
  return client ? client->text() : "400";
}

TEST(THR_5, TakesTheRightMostEntryThatIsNoProxy) {
  const ForwardingRule rule = behind({"10.0.0.0/8", "2001:db8:aa::/48", "127.0.0.1"});
  EXPECT_EQ(seen(rule, "10.0.0.1", {"192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(seen(rule, "10.0.0.1", {"203.0.113.9, 192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(seen(rule, "10.0.0.1", {"203.0.113.9, 192.0.2.1, 10.2.3.4 ,10.0.0.7"}), "192.0.2.1");
  EXPECT_EQ(seen(rule, "10.0.0.1", {"203.0.113.9", "192.0.2.1,10.2.3.4"}), "192.0.2.1");
  EXPECT_EQ(seen(rule, "10.0.0.1", {"203.0.113.9", "10.2.3.4"}), "203.0.113.9");
  EXPECT_EQ(seen(rule, "10.0.0.1", {"what the client wrote, 192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(seen(rule, "2001:db8:aa:1::5", {"2001:DB8:0:0::7"}), "2001:db8::7");
  EXPECT_EQ(seen(rule, "::ffff:10.0.0.1", {"::ffff:192.0.2.1"}), "192.0.2.1");
  EXPECT_EQ(seen(rule, "127.0.0.1", {"192.0.2.1"}), "192.0.2.1");
}

TEST(THR_5, BelievesNobodyElse) {
  EXPECT_EQ(seen(behind({}), "127.0.0.1", {"192.0.2.1"}), "127.0.0.1");
  EXPECT_EQ(seen(behind({"10.0.0.0/8"}), "127.0.0.1", {"192.0.2.1"}), "127.0.0.1");
  EXPECT_EQ(seen(behind({"10.0.0.0/8"}), "11.0.0.1", {"192.0.2.1"}), "11.0.0.1");
  EXPECT_EQ(seen(behind({"10.0.0.0/8"}), "11.0.0.1", {}), "11.0.0.1");
}

TEST(THR_5, RefusesAMissingOrMalformedHeaderOfAProxy) {
  const ForwardingRule rule = behind({"10.0.0.0/8"});
  EXPECT_EQ(seen(rule, "10.0.0.1", {}), "400");
  for (const std::string_view line : {"", " ", ",", "192.0.2.1,", "192.0.2.1, ,10.0.0.2", "unknown", "192.0.2.1:80",
                                      "[2001:db8::1]", "192.0.2", "192.0.2.256", "fe80::1%eth0", "0x7f.1",
                                      "192.0.2.1 x", "192.0.2.1, for=192.0.2.2", "10.0.0.2", "10.0.0.2, 10.0.0.3"}) {
    EXPECT_EQ(seen(rule, "10.0.0.1", {line}), "400") << line;
  }
}

TEST(THR_5, TheListenerUsesTheNamedHeaderAlone) {
  ListenerOptions options;
  options.forwarding = behind({"127.0.0.0/8"});
  options.forwarding.header = "X-Real-Client";
  FrontDoor door{std::move(options)};
  RawSocket socket = door.connect();
  const auto ask = [&](const std::string& target, const std::string& headers) {
    socket.send(get(target, headers));
    return socket.answer().value();
  };
  const RawAnswer told =
      ask("/items/a", "X-Forwarded-For: 203.0.113.1\r\nx-real-client: 192.0.2.1\r\nForwarded: for=1.2.3.4\r\n");
  EXPECT_EQ(nlohmann::json::parse(told.body)["client"], "192.0.2.1");
  EXPECT_EQ(ask("/items/a", "X-Forwarded-For: 203.0.113.1\r\n").status, 400);
  EXPECT_EQ(ask("/items/a", "X-Real-Client: nonsense\r\n").status, 400);
  EXPECT_EQ(ask("/health/live", "").status, 200);
  EXPECT_EQ(ask("/health/live", "X-Real-Client: nonsense\r\n").status, 200);
}

TEST(THR_5, TheListenerDoesNotBelieveLoopbackAlone) {
  FrontDoor door;
  const auto answer = door.ask(get("/items/a", "X-Forwarded-For: 192.0.2.1\r\n"));
  EXPECT_EQ(nlohmann::json::parse(answer->body)["client"], "127.0.0.1");
}

TEST(THR_5, HealthAndMetricsNeedNoClientAddress) {
  EXPECT_TRUE(answers_without_client_address("/health/live"));
  EXPECT_TRUE(answers_without_client_address("/health/ready"));
  EXPECT_TRUE(answers_without_client_address("/metrics"));
  EXPECT_FALSE(answers_without_client_address("/metricsx"));
  EXPECT_FALSE(answers_without_client_address("/healthy"));
  EXPECT_FALSE(answers_without_client_address("/v1/logins"));
}

TEST(Network, ParsesAddressesAndNetworks) {
  EXPECT_TRUE(Network::parse("10.0.0.0/8")->contains(ip("10.255.255.255")));
  EXPECT_FALSE(Network::parse("10.0.0.0/8")->contains(ip("11.0.0.0")));
  EXPECT_TRUE(Network::parse("10.0.0.128/25")->contains(ip("10.0.0.129")));
  EXPECT_FALSE(Network::parse("10.0.0.128/25")->contains(ip("10.0.0.127")));
  EXPECT_TRUE(Network::parse("0.0.0.0/0")->contains(ip("192.0.2.1")));
  EXPECT_FALSE(Network::parse("0.0.0.0/0")->contains(ip("2001:db8::1")));
  EXPECT_TRUE(Network::parse("2001:db8::/33")->contains(ip("2001:db8:7fff::1")));
  EXPECT_FALSE(Network::parse("2001:db8::/33")->contains(ip("2001:db8:8000::1")));
  EXPECT_TRUE(Network::parse("192.0.2.7")->contains(ip("192.0.2.7")));
  for (const std::string_view bad : {"", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x",
                                     "::/129", "proxy.example", "10.0.0.0/8/8"}) {
    EXPECT_FALSE(Network::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace tweestap::http
