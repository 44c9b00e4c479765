// OCSF lines against facts of the published schema (tests/vectors/ocsf.json).
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consumers/siem/lines.h"
#include "domain/alert/events.h"
#include "tests/consumers/siem_parts.h"

namespace tweestap::consumers::siem {
namespace {

Json ocsf(const reader::Event& event) { return Json::parse(ocsf_line(event, kRelease), nullptr, false); }

bool is_of_ocsf_type(const Json& value, const std::string& type) {
  if (type == "boolean_t") return value.is_boolean();
  if (type == "integer_t" || type == "long_t" || type == "timestamp_t") return value.is_number_integer();
  return value.is_string();  // the rest of OCSF's types are texts
}

// What an event says that the schema does not allow, a sentence each.
class Judge {
 public:
  std::vector<std::string> faults_of(const Json& line) {
    faults_.clear();
    const std::string uid = line.contains("class_uid") ? line["class_uid"].dump() : "";
    if (!facts_["classes"].contains(uid)) return {"there is no class " + uid};
    judge(line, facts_["classes"][uid], "");
    return faults_;
  }
  std::string version() const { return facts_["version"]; }

 private:
  void judge(const Json& object, const Json& facts, const std::string& path) {
    if (!object.is_object()) return fault(path, "is no object");
    for (const Json& required : facts["required"]) {
      const std::string name = required;
      if (!object.contains(name)) fault(path, "lacks " + name);
    }
    if (facts.contains("at_least_one")) {
      std::size_t there = 0;
      for (const Json& one : facts["at_least_one"]) there += object.contains(one.get<std::string>()) ? 1 : 0;
      if (there == 0) fault(path, "has none of " + facts["at_least_one"].dump());
    }
    for (const auto& [name, value] : object.items()) {
      if (!facts["attributes"].contains(name)) {
        fault(path + "." + name, "is not known");
      } else {
        judge_member(object, name, facts["attributes"][name], path + "." + name);
      }
    }
  }

  void judge_member(const Json& object, const std::string& name, const Json& facts, const std::string& path) {
    const Json& value = object[name];
    if (facts.contains("list") != value.is_array()) return fault(path, "is a list or should be one");
    const Json values = value.is_array() ? value : Json::array({value});
    for (const Json& one : values) {
      if (facts.contains("object")) {
        // `object` is OCSF's name for one with whatever in it.
        const std::string type = facts["object"];
        if (type != "object") judge(one, facts_["objects"][type], path);
      } else if (!is_of_ocsf_type(one, facts["type"])) {
        fault(path, "is no " + facts["type"].get<std::string>());
      } else if (facts.contains("enum")) {
        judge_number(object, one, facts, path);
      }
    }
  }

  // A number of a list, and the caption beside it; the one for Other is the source's own.
  void judge_number(const Json& object, const Json& number, const Json& facts, const std::string& path) {
    if (!facts["enum"].contains(number.dump())) return fault(path, "may not be " + number.dump());
    if (!facts.contains("caption_in")) return;
    const std::string beside = facts["caption_in"];
    const std::string caption = facts["enum"][number.dump()];
    const std::string called = object.value(beside, caption);
    if (caption != "Other" && called != caption) fault(path, "is called " + called);
  }

  void fault(const std::string& path, const std::string& what) { faults_.push_back(path + " " + what); }

  const Json facts_ = facts_of("ocsf");
  std::vector<std::string> faults_;
};

TEST(Ocsf, EveryEventIsValidForTheClassThatItNames) {
  Judge judge;
  std::set<int> classes;
  for (const reader::Event& event : all_kinds_of_events()) {
    const Json line = ocsf(event);
    EXPECT_EQ(judge.faults_of(line), std::vector<std::string>{}) << event.type << "\n" << line.dump(1);
    EXPECT_EQ(line["metadata"]["version"], judge.version());
    const int class_uid = line["class_uid"];
    EXPECT_EQ(line["category_uid"], class_uid / 1000);
    EXPECT_EQ(line["type_uid"], class_uid * 100 + line["activity_id"].get<int>());
    classes.insert(class_uid);
  }
  EXPECT_EQ(classes, (std::set<int>{0, 2004, 3001, 3002, 3004, 6002}));
}

TEST(Ocsf, AnInvalidEventIsFoundOut) {
  Judge judge;
  const Json good = ocsf(golden_event("login.completed.v2"));
  const Json facts = facts_of("ocsf")["classes"]["3002"];
  ASSERT_GT(facts["required"].size(), 7U);
  for (const Json& required : facts["required"]) {
    Json without = good;
    without.erase(required.get<std::string>());
    EXPECT_FALSE(judge.faults_of(without).empty()) << required;
  }
  const auto with = [&](const char* pointer, const Json& value) {
    Json changed = good;
    changed[Json::json_pointer{pointer}] = value;
    return judge.faults_of(changed);
  };
  EXPECT_EQ(with("/severity", "Informational"), std::vector<std::string>{});
  for (const auto& [pointer, value] : std::vector<std::pair<const char*, Json>>{{"/activity_id", 7},
                                                                                {"/class_uid", 3999},
                                                                                {"/severity", "High"},
                                                                                {"/time", "now"},
                                                                                {"/user", Json::object()},
                                                                                {"/service", Json::object()},
                                                                                {"/nonsense", 1},
                                                                                {"/metadata/nonsense", 1},
                                                                                {"/auth_factors/0/factor_type_id", 12},
                                                                                {"/is_mfa", "yes"},
                                                                                {"/observables", "none"}}) {
    EXPECT_FALSE(with(pointer, value).empty()) << pointer;
  }
  Json homeless = good;
  homeless.erase("service");
  EXPECT_EQ(judge.faults_of(homeless).size(), 1U);
}

TEST(Ocsf, ALoginTellsWhetherItHadTwoFactors) {
  reader::Event event = golden_event("login.completed.v2");
  const auto factors = [&](const char* amr) {
    event.data["amr"] = reader::OtherJson{amr};
    return ocsf(event);
  };
  EXPECT_EQ(factors(R"(["pwd","otp"])")["is_mfa"], true);
  EXPECT_EQ(
      factors(R"(["pwd","otp"])")["auth_factors"].dump(),
      R"([{"factor_type_id":11,"factor_type":"Password"},{"factor_type_id":7,"factor_type":"OTP","is_totp":true}])");
  EXPECT_EQ(factors(R"(["hwk","pin"])")["is_mfa"], true);
  // A remembered device stands for the second step and is no second factor at this login.
  ASSERT_TRUE(event.text("device"));
  EXPECT_EQ(factors(R"(["pwd"])")["is_mfa"], false);
  EXPECT_EQ(factors(R"(["pwd","pwd"])")["is_mfa"], false);
  EXPECT_EQ(factors("[]")["is_mfa"], false);
  EXPECT_FALSE(factors("[]").contains("auth_factors"));
  // What a newer version calls something is a factor that we do not know.
  EXPECT_EQ(factors(R"(["face",7,["x"]])")["auth_factors"].dump(), R"([{"factor_type_id":99,"factor_type":"face"}])");
  EXPECT_FALSE(ocsf(golden_event("login.code_rejected.v1")).contains("is_mfa"));
}

TEST(Ocsf, AProofWithinASessionIsNoLogon) {
  reader::Event event = golden_event("login.password_rejected.v2");
  event.data.erase("session");
  EXPECT_EQ(ocsf(event)["activity_id"], 1);
  EXPECT_EQ(ocsf(event)["status_id"], 2);
  event.data["session"] = "ses_6acjk9pyb5cbx50vxsqhyh6exm";
  EXPECT_EQ(ocsf(event)["activity_id"], 99);
  EXPECT_EQ(ocsf(event)["activity_name"], "login.password_rejected");
  EXPECT_EQ(ocsf(event)["session"]["uid"], "ses_6acjk9pyb5cbx50vxsqhyh6exm");
  event.data["login"] = "lgn_7kt480tt1eh4zxdt2gjc4apewr";
  EXPECT_EQ(ocsf(event)["activity_id"], 1);
}

TEST(Ocsf, APseudonymIsNoAddress) {
  for (const reader::Event& event : all_kinds_of_events()) {
    const Json line = ocsf(event);
    if (!line.contains("src_endpoint")) continue;
    EXPECT_EQ(line["src_endpoint"].size(), 1U);
    EXPECT_EQ(line["src_endpoint"]["uid"], std::string{*event.text("network")});
  }
  const Json line = ocsf(golden_event("login.completed.v2"));
  EXPECT_EQ(line["src_endpoint"]["uid"], "2026-05-36a4f0d1c6ffd2ff59b8");
  EXPECT_EQ(line["observables"].size(), 3U);
}

TEST(Ocsf, AKeyThatAnAlertSuspectsIsAnObservable) {
  reader::Event event = alert_event("many_resets");
  EXPECT_FALSE(ocsf(event).contains("observables"));
  event.data["apikey"] = "apk_3";
  EXPECT_EQ(ocsf(event)["observables"].dump(),
            R"([{"name":"unmapped.data.apikey","type_id":99,"type":"API key","value":"apk_3"}])");
  event.data["apikey"] = "somebody";
  EXPECT_FALSE(ocsf(event).contains("observables"));
}

TEST(Ocsf, EvidenceIsOfAnAccountOrOfNone) {
  reader::Event event = golden_event("device.theft_suspected.v1");
  event.subject = "acc_1";
  EXPECT_EQ(ocsf(event)["evidences"][0]["user"]["uid"], "acc_1");
  event.subject = "service";
  EXPECT_FALSE(ocsf(event)["evidences"][0].contains("user"));
  event.data["account"] = "acc_2";
  EXPECT_EQ(ocsf(event)["evidences"][0]["user"]["uid"], "acc_2");
}

TEST(Ocsf, TheEventIsWholeInIt) {
  for (const reader::Event& event : golden_events()) {
    const Json line = ocsf(event);
    const Json envelope = Json::parse(event.envelope, nullptr, false);
    EXPECT_EQ(nlohmann::json(line["unmapped"]["data"]), nlohmann::json(envelope["data"])) << event.type;
    EXPECT_EQ(line["metadata"]["uid"], envelope["id"]);
    EXPECT_EQ(line["metadata"]["sequence"], envelope["position"]);
    EXPECT_EQ(line["metadata"]["original_time"], envelope["time"]);
    for (const char* attribute : {"subject", "version", "schemaversion", "command", "actor"}) {
      EXPECT_EQ(line["unmapped"][attribute], envelope[attribute]) << event.type;
    }
  }
}

TEST(Ocsf, TimesAreCutToMilliseconds) {
  reader::Event event = golden_event("session.used.v1");
  const auto at = [&](std::int64_t us) {
    event.time = std::chrono::sys_time<std::chrono::microseconds>{std::chrono::microseconds{us}};
    return ocsf(event)["time"].get<std::int64_t>();
  };
  EXPECT_EQ(at(1'758'463'999'999), 1'758'463'999);
  EXPECT_EQ(at(1'758'464'000'000), 1'758'464'000);
  EXPECT_EQ(at(0), 0);
  // Only a stranger's record has such a time; it has to give a line too.
  EXPECT_EQ(at(-1), -1);
  EXPECT_EQ(ocsf(event)["metadata"]["original_time"], "1970-01-01T00:00:00.000000Z");
}

TEST(Ocsf, AlertsOfEachRuleHaveATitleOfTheirOwn) {
  std::set<std::string> titles;
  for (const std::string_view rule : domain::kNames<domain::AlertRule>) {
    const Json line = ocsf(alert_event(std::string{rule}));
    const std::string title = line["finding_info"]["title"];
    EXPECT_TRUE(title.starts_with(std::string{rule} + ": ")) << title;
    EXPECT_EQ(line["message"], title);
    titles.insert(title);
  }
  EXPECT_EQ(titles.size(), domain::kNames<domain::AlertRule>.size());
  const Json unknown = ocsf(alert_event("moon_landing"));
  EXPECT_EQ(unknown["message"], std::string{domain::AlertRaised::kInfo.meaning}) << "of a newer version";
  EXPECT_EQ(unknown["status_detail"], "moon_landing");
}

}  // namespace
}  // namespace tweestap::consumers::siem
