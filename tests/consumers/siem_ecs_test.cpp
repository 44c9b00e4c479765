// ECS lines against facts of the published schema (tests/vectors/ecs.json).
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "consumers/siem/lines.h"
#include "tests/consumers/siem_parts.h"

namespace tweestap::consumers::siem {
namespace {

Json ecs(const reader::Event& event) { return Json::parse(ecs_line(event, kRelease), nullptr, false); }

// Every field with its value. What is below `labels` and `tweestap` has names of our own.
void for_each_leaf(const Json& json, const std::string& path,
                   const std::function<void(const std::string&, const Json&)>& visit) {
  for (const auto& [name, value] : json.items()) {
    const std::string field = path.empty() ? name : path + "." + name;
    if (field == "labels" || field == "tweestap") continue;
    if (value.is_object()) {
      for_each_leaf(value, field, visit);
    } else {
      visit(field, value);
    }
  }
}

bool is_of_elastic_type(const Json& value, const std::string& type) {
  return type == "long" ? value.is_number_integer() : value.is_string();
}

bool has(const Json& list, const Json& word) { return std::find(list.begin(), list.end(), word) != list.end(); }

TEST(Ecs, EveryEventHasFieldsOfTheSchemaOnly) {
  const Json facts = facts_of("ecs");
  std::set<std::string> used;
  for (const reader::Event& event : all_kinds_of_events()) {
    const Json line = ecs(event);
    EXPECT_EQ(line["ecs"]["version"], facts["version"]);
    for_each_leaf(line, "", [&](const std::string& field, const Json& value) {
      used.insert(field);
      ASSERT_TRUE(facts["fields"].contains(field)) << field;
      const Json& wanted = facts["fields"][field];
      ASSERT_EQ(value.is_array(), wanted.contains("list")) << field;
      const Json values = value.is_array() ? value : Json::array({value});
      for (const Json& one : values)
        EXPECT_TRUE(is_of_elastic_type(one, wanted["type"])) << field << ": " << one.dump();
    });
  }
  EXPECT_EQ(used.size(), facts["fields"].size()) << "a field of the facts that no event has";
}

TEST(Ecs, EveryCategoryHasATypeThatGoesWithItAndEveryTypeACategory) {
  const Json facts = facts_of("ecs");
  for (const reader::Event& event : all_kinds_of_events()) {
    const Json line = ecs(event)["event"];
    EXPECT_TRUE(has(facts["kinds"], line["kind"])) << event.type;
    EXPECT_TRUE(has(facts["outcomes"], line["outcome"])) << event.type;
    EXPECT_EQ(line.contains("category"), line.contains("type")) << event.type;
    if (!line.contains("category")) continue;
    std::set<std::string> placed;
    for (const Json& category : line["category"]) {
      const std::string name = category;
      ASSERT_TRUE(facts["types_of_category"].contains(name)) << name;
      std::size_t fitting = 0;
      for (const Json& type : line["type"]) {
        if (!has(facts["types_of_category"][name], type)) continue;
        ++fitting;
        placed.insert(type.get<std::string>());
      }
      EXPECT_GT(fitting, 0U) << event.type << ": " << name;
    }
    EXPECT_EQ(placed.size(), line["type"].size()) << event.type;
  }
}

TEST(Ecs, TellsWhoActsFromWhomItHappensTo) {
  reader::Event event = golden_event("account.disabled.v1");
  event.subject = "acc_1";
  event.actor = "acc_2";
  event.on_behalf_of.reset();
  EXPECT_EQ(ecs(event)["user"].dump(), R"({"id":"acc_2","target":{"id":"acc_1"}})");
  EXPECT_EQ(ecs(event)["related"]["user"].dump(), R"(["acc_1","acc_2"])");
  event.actor = "apk_3";
  EXPECT_EQ(ecs(event)["user"].dump(), R"({"id":"apk_3","target":{"id":"acc_1"}})");
  event.on_behalf_of = "acc_2";
  EXPECT_EQ(ecs(event)["user"].dump(), R"({"id":"acc_2","target":{"id":"acc_1"}})");
  EXPECT_EQ(ecs(event)["related"]["user"].dump(), R"(["acc_1","acc_2","apk_3"])");
  event.actor = event.subject;
  event.on_behalf_of.reset();
  EXPECT_EQ(ecs(event)["user"].dump(), R"({"id":"acc_1"})");
}

TEST(Ecs, AnAccountThatWasLookedAtIsTheTargetOfWhoLooked) {
  reader::Event event = golden_event("audit.read.v1");
  event.actor = "acc_2";
  event.on_behalf_of.reset();
  event.data["account"] = "acc_1";
  EXPECT_EQ(ecs(event)["user"].dump(), R"({"id":"acc_2","target":{"id":"acc_1"}})");
  event.data.erase("account");
  EXPECT_EQ(ecs(event)["user"].dump(), R"({"id":"acc_2"})");
  event.data["account"] = "somebody";
  EXPECT_EQ(ecs(event)["user"].dump(), R"({"id":"acc_2"})");
}

TEST(Ecs, AKeyThatAnAlertSuspectsIsAmongWhatASearchJoinsBy) {
  reader::Event event = alert_event("many_resets");
  event.actor = "system";
  event.on_behalf_of.reset();
  EXPECT_FALSE(ecs(event).contains("related"));
  event.data["apikey"] = "apk_3";
  EXPECT_EQ(ecs(event)["related"]["user"].dump(), R"(["apk_3"])");
  EXPECT_EQ(ecs(event)["user"].dump(), R"({"name":"system"})");  // it did not raise it
  event.actor = "apk_3";
  EXPECT_EQ(ecs(event)["related"]["user"].dump(), R"(["apk_3"])");  // once
  event.actor = "system";
  event.data["apikey"] = "somebody";
  EXPECT_FALSE(ecs(event).contains("related"));
}

TEST(Ecs, WhoeverLogsInIsTheUserWhoeverSentIt) {
  reader::Event event = golden_event("login.completed.v2");
  event.subject = "acc_1";
  event.actor = "apk_3";
  EXPECT_EQ(ecs(event)["user"].dump(), R"({"id":"acc_1"})");
  event.actor = event.subject = "visitor";
  event.on_behalf_of.reset();
  EXPECT_EQ(ecs(event)["user"].dump(), R"({"name":"visitor"})");
}

TEST(Ecs, APseudonymIsALabelAndNoAddress) {
  const Json line = ecs(golden_event("login.completed.v2"));
  EXPECT_FALSE(line.contains("source"));
  EXPECT_FALSE(line.contains("user_agent"));
  EXPECT_EQ(line["labels"]["network"], "2026-05-36a4f0d1c6ffd2ff59b8");
  EXPECT_EQ(line["labels"]["agent"], "2026-03-413ec2b8b58d3a4cea60");
  EXPECT_EQ(line["related"]["hash"].size(), 2U);
}

TEST(Ecs, WhatTheServiceTakesForAnAttackIsAnAlert) {
  EXPECT_EQ(ecs(golden_event("device.theft_suspected.v1"))["event"]["kind"], "alert");
  EXPECT_EQ(ecs(golden_event("login.code_rejected.v1"))["event"]["kind"], "event");
}

TEST(Ecs, AnAlertSaysItsRuleAndWhomItIsAbout) {
  const Json line = ecs(alert_event("mfa_fatigue", "acc_1"));
  EXPECT_TRUE(line["message"].get<std::string>().starts_with("mfa_fatigue: Somebody who knows the password"));
  EXPECT_EQ(line["rule"]["name"], "mfa_fatigue");
  EXPECT_EQ(line["user"].dump(), R"({"id":"acc_1"})");
  EXPECT_EQ(ecs(alert_event("password_spraying"))["user"].dump(), R"({"name":"system"})");
}

// Elasticsearch refuses a whole event for one field, and an alarm that was refused is none.
TEST(Ecs, WhatElasticsearchCouldNotTakeAsFieldsIsOneText) {
  reader::Event event = golden_event("policy.changed.v1");
  EXPECT_FALSE(ecs(event)["tweestap"].contains("others"));
  const std::string longest(64, 'a');
  event.data = {{"plain_1", "x"},
                {"a.b", "x"},
                {"", "x"},
                {"Upper", "x"},
                {longest, "x"},
                {longest + "a", "x"},
                {"list", reader::OtherJson{"[1,2]"}},
                {"nested", reader::OtherJson{"[1,[2]]"}},
                {"object", reader::OtherJson{R"({"a":1})"}}};
  const Json line = ecs(event)["tweestap"];
  EXPECT_EQ(line["data"].dump(), R"({")" + longest + R"(":"x","list":[1,2],"plain_1":"x"})");
  EXPECT_EQ(line["others"],
            R"({"":"x","Upper":"x","a.b":"x",")" + longest + R"(a":"x","nested":[1,[2]],"object":{"a":1}})");
}

}  // namespace
}  // namespace tweestap::consumers::siem
