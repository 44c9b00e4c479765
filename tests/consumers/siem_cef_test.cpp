#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "consumers/siem/lines.h"
#include "consumers/siem/member_places.h"
#include "domain/terms.h"
#include "tests/consumers/cef_reader.h"
#include "tests/consumers/siem_parts.h"

namespace tweestap::consumers::siem {
namespace {

using tests::Cef;
using tests::read_cef;

reader::Event event_with(std::map<std::string, reader::Member, std::less<>> data) {
  reader::Event event;
  event.log = "log_01040g2081040g2081040g2081";
  event.position = 42;
  event.version = 7;
  event.type = "login.code_rejected";
  event.schema_version = 1;
  event.subject = "acc_1";
  event.time = std::chrono::sys_time<std::chrono::microseconds>{std::chrono::microseconds{1'790'000'000'123'456}};
  event.command = "cmd_1";
  event.correlation = "lgn_1";
  event.actor = "visitor";
  event.data = std::move(data);
  return event;
}

TEST(Cef, IsOneLineOfHeaderAndExtension) {
  EXPECT_EQ(cef_line(event_with({{"reason", "replayed"},
                                 {"method", "totp"},
                                 {"failures", std::int64_t{3}},
                                 {"network", "2026-11-36a4f0d1c6ffd2ff59b8"}}),
                     kRelease),
            "CEF:0|Tweestap|Tweestap|0.1.0|login.code_rejected|A code was submitted and did not count.|3|"
            "rt=1790000000123 externalId=42 deviceExternalId=log_01040g2081040g2081040g2081 cat=Authentication "
            "act=Logon outcome=failure cs1=2026-11-36a4f0d1c6ffd2ff59b8 cs1Label=network reason=replayed cn1=3 "
            "cn1Label=failures duid=acc_1 suser=visitor cs3=lgn_1 cs3Label=correlation cs5=otp cs5Label=factors "
            R"(cs6={"failures":3,"method":"totp","network":"2026-11-36a4f0d1c6ffd2ff59b8","reason":"replayed"} )"
            "cs6Label=data");
}

TEST(Cef, EscapesInTheHeaderWhatEndsAField) {
  reader::Event event = event_with({});
  event.type = "a|b\\c=d\ne\tf\x7fg\xc3\xa9";
  const std::string line = cef_line(event, "1|2");
  EXPECT_TRUE(line.starts_with(R"(CEF:0|Tweestap|Tweestap|1\|2|a\|b\\c=d?e?f?g??|An event of)")) << line;
  EXPECT_EQ(read_cef(line).header.at(4), "a|b\\c=d?e?f?g??");
}

TEST(Cef, EscapesInTheExtensionWhatEndsAValue) {
  const std::string line = cef_line(event_with({{"reason", "a|b\\c=d\ne\r\nf\tg\x7fh\xc3\xa9 cs1=i"}}), kRelease);
  EXPECT_NE(line.find(R"( reason=a|b\\c\=d\ne\r\nf?g?h?? cs1\=i duid=)"), std::string::npos) << line;
  EXPECT_EQ(read_cef(line).extension.at("reason"), "a|b\\c=d\ne\r\nf?g?h?? cs1=i");
  EXPECT_FALSE(read_cef(line).extension.contains("cs1"));
}

TEST(Cef, HasEachKeyOnceAndNoneWithoutAValue) {
  const Cef cef = read_cef(cef_line(
      event_with({{"reason", "first"}, {"why", "second"}, {"trouble", "third"}, {"session", ""}, {"failures", "many"}}),
      kRelease));
  EXPECT_EQ(cef.extension.at("reason"), "first");
  EXPECT_FALSE(cef.extension.contains("cs4"));
  EXPECT_FALSE(cef.extension.contains("cs4Label"));
  // A number that is none is no number, and is in the data.
  EXPECT_FALSE(cef.extension.contains("cn1"));
  for (const reader::Event& event : all_kinds_of_events()) {
    const Cef one = read_cef(cef_line(event, kRelease));
    EXPECT_EQ(one.doubled, std::vector<std::string>{}) << event.type;
    for (const auto& [key, value] : one.extension) {
      EXPECT_NE(value, "") << event.type << ": " << key;
      if (is_labelled(key) && !key.ends_with("Label")) {
        EXPECT_TRUE(one.extension.contains(key + "Label")) << event.type << ": " << key;
      }
    }
  }
}

TEST(Cef, KeepsToTheKeysOfTheStandard) {
  const std::set<std::string> known{
      "rt",   "externalId", "deviceExternalId", "cat", "act", "outcome", "reason", "duid", "duser",
      "suid", "suser",      "sourceServiceName"};
  for (const reader::Event& event : all_kinds_of_events()) {
    for (const auto& [key, value] : read_cef(cef_line(event, kRelease)).extension) {
      EXPECT_TRUE(known.contains(key) || is_labelled(key)) << event.type << ": " << key;
    }
  }
}

TEST(Cef, TellsWhoDidItToWhom) {
  reader::Event event = event_with({});
  event.actor = "apk_3";
  event.on_behalf_of = "acc_2";
  Cef cef = read_cef(cef_line(event, kRelease));
  EXPECT_EQ(cef.extension.at("duid"), "acc_1");
  EXPECT_EQ(cef.extension.at("suid"), "acc_2");
  EXPECT_EQ(cef.extension.at("sourceServiceName"), "apk_3");
  EXPECT_FALSE(cef.extension.contains("suser"));
  EXPECT_FALSE(cef.extension.contains("duser"));
  event.subject = event.actor = "visitor";
  event.on_behalf_of.reset();
  cef = read_cef(cef_line(event, kRelease));
  EXPECT_EQ(cef.extension.at("duser"), "visitor");
  EXPECT_EQ(cef.extension.at("suser"), "visitor");
  event.data["identifierhash"] = "idh_5";
  EXPECT_EQ(read_cef(cef_line(event, kRelease)).extension.at("duser"), "idh_5");
}

TEST(Cef, CallsTheSeverityByItsOwnNumbers) {
  const auto severity = [](const char* golden) {
    return read_cef(cef_line(golden_event(golden), kRelease)).header.at(6);
  };
  EXPECT_EQ(severity("session.used.v1"), "1");
  EXPECT_EQ(severity("login.code_rejected.v1"), "3");
  EXPECT_EQ(severity("second_step.locked.v1"), "6");
  EXPECT_EQ(severity("device.theft_suspected.v1"), "8");
  reader::Event unknown = event_with({});
  unknown.type = "moon.landed";
  EXPECT_EQ(read_cef(cef_line(unknown, kRelease)).header.at(6), "Unknown");
}

// Receivers cut custom strings at 4000 characters, and a cut JSON is none.
TEST(Cef, TheLargestDataOfAnEventOfOursIsNotCut) {
  constexpr std::size_t kCountriesMax = 250;
  std::string countries;
  for (std::size_t i = 0; i < kCountriesMax; ++i) countries += (i == 0 ? "[" : ",") + std::string{"\"abcdefgh\""};
  const Cef policy =
      read_cef(cef_line(event_with({{"mandatoryfrom", "2026-09-27T17:51:10.106949Z"},
                                    {"methods", reader::OtherJson{R"(["totp","sms"])"}},
                                    {"rememberdurations", reader::OtherJson{R"(["never","12h","3d","1w"])"}},
                                    {"foureyes", false},
                                    {"smscountries", reader::OtherJson{countries + "]"}}}),
                        kRelease));
  EXPECT_LE(policy.extension.at("cs6").size(), 4000U);
  // A name of the most bytes, each character twice as an escape of six.
  std::string name;
  while (name.size() < domain::kKeyNameMax.count) name += "\xf0\x9f\x94\x91";
  const Cef key = read_cef(cef_line(event_with({{"name", name}}), kRelease));
  EXPECT_EQ(key.extension.at("cs6").substr(0, 21), R"({"name":"\ud83d\udd11)");
  EXPECT_LE(key.extension.at("cs6").size() + 200, 4000U);
}

TEST(Cef, AnAlertsNameBeginsWithItsRule) {
  EXPECT_TRUE(cef_line(alert_event("sms_pumping"), kRelease)
                  .starts_with("CEF:0|Tweestap|Tweestap|0.1.0|alert.raised|sms_pumping: One network asks"));
}

}  // namespace
}  // namespace tweestap::consumers::siem
