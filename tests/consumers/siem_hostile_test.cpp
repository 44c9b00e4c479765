// Whatever an event has in it, a line for a SIEM is one line of visible ASCII that its own format reads back.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/siem/lines.h"
#include "consumers/siem/table.h"
#include "tests/consumers/cef_reader.h"
#include "tests/consumers/siem_parts.h"

namespace tweestap::consumers::siem {
namespace {

using tests::Cef;
using tests::read_cef;

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

std::vector<std::string> lines_of(const reader::Event& event) {
  return {ocsf_line(event, kRelease), ecs_line(event, kRelease), cef_line(event, kRelease)};
}

// An event of that type with the same text wherever one can be, also as the name of a member.
reader::Event made_of(const std::string& text, std::string type) {
  reader::Event event;
  event.log = event.subject = event.command = event.correlation = event.actor = text;
  event.on_behalf_of = text;
  event.type = std::move(type);
  for (const MemberPlace& place : kMemberPlaces) event.data[std::string{place.member}] = text;
  for (const char* member : {"method", "amr", "by", "account", "apikey"}) event.data[member] = text;
  event.data[text] = text;
  event.data["list"] = reader::OtherJson{text};
  return event;
}

void expect_harmless(const reader::Event& event, std::string_view about) {
  for (const std::string& line : lines_of(event)) EXPECT_TRUE(is_visible(line)) << about << "\n" << line;
  for (const std::string& json : {ocsf_line(event, kRelease), ecs_line(event, kRelease)}) {
    EXPECT_TRUE(Json::parse(json, nullptr, false).is_object()) << about << "\n" << json;
  }
  const Cef cef = read_cef(cef_line(event, kRelease));
  EXPECT_EQ(cef.header.size(), 7U) << about;
  EXPECT_EQ(cef.doubled, std::vector<std::string>{}) << about;
  if (!cef.extension.contains("cs6")) return;
  EXPECT_TRUE(Json::parse(cef.extension.at("cs6"), nullptr, false).is_object()) << about;
}

TEST(SiemLines, INP_2_WhatIsHostileInAnEventComesOutHarmless) {
  const std::string deep(16 * 1024, '[');
  const std::vector<std::string> hostile{
      std::string{"\0", 1},
      "\n",
      "\r\nCEF:0|Tweestap|Tweestap|0|login.completed|forged|1|",
      "\x1b[2J\x1b]0;title\x07",
      "\x7f",
      "\xc2\x85 next line",
      "\xe2\x80\xa8 line separator",
      "\xe2\x80\xae txet sdrawkcab",
      "\xff\xfe no UTF-8",
      "\xed\xa0\x80 a surrogate",
      "\xc0\xaf an overlong form",
      "\xf0\x9f\x94",
      "\" , \"class_uid\": 0, \"",
      "\\",
      "\\u000a\\n",
      "| cs1=x|\\|=\\=",
      "a=b cs1=c duid=acc_0",
      " ",
      "a.b.c",
      "..",
      "[1e999]",
      "{\"a\":{\"a\":[]}}",
      deep,
      std::string(16 * 1024, '\x01'),
  };
  for (const std::string& text : hostile) {
    expect_harmless(made_of(text, text), text.substr(0, 60));
    // What is long is so in all types alike, and would take its time in each.
    if (text.size() > 100) continue;
    for (const Row& row : kRows) expect_harmless(made_of(text, std::string{row.type}), row.type);
  }
}

RC_GTEST_PROP(SiemLines, INP_2_AnyBytesGiveOneLineThatIsReadBack, (const std::string& text)) {
  const auto type = *rc::gen::inRange<std::size_t>(0, kRows.size());
  const reader::Event event = made_of(text, std::string{kRows[type].type});
  for (const std::string& line : lines_of(event)) RC_ASSERT(is_visible(line));
  const Json ocsf = Json::parse(ocsf_line(event, kRelease), nullptr, false);
  RC_ASSERT(ocsf.is_object());
  RC_ASSERT(Json::parse(ecs_line(event, kRelease), nullptr, false).is_object());
  const Cef cef = read_cef(cef_line(event, kRelease));
  RC_ASSERT(cef.header.size() == 7U);
  RC_ASSERT(cef.doubled.empty());
  const bool lossless =
      std::ranges::all_of(text, [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\r'; });
  if (!lossless || text.empty()) return;
  RC_ASSERT(ocsf["unmapped"]["data"]["reason"].get<std::string>() == text);
  RC_ASSERT(cef.extension.at("reason") == text);
}

TEST(SiemLines, ATypeThatNobodyKnowsIsPassedOnWithAllThatItHas) {
  reader::Event event = golden_event("login.code_rejected.v1");
  event.type = "moon.landed";
  event.data["crew"] = reader::OtherJson{R"(["a","b"])"};
  const Json ocsf = Json::parse(ocsf_line(event, kRelease), nullptr, false);
  EXPECT_EQ(ocsf["class_uid"], 0);
  EXPECT_EQ(ocsf["activity_name"], "moon.landed");
  EXPECT_EQ(ocsf["severity"], "Unknown");
  EXPECT_EQ(ocsf["status_id"], 0);
  EXPECT_EQ(ocsf["unmapped"]["data"]["crew"].dump(), R"(["a","b"])");
  const Json ecs = Json::parse(ecs_line(event, kRelease), nullptr, false);
  EXPECT_EQ(ecs["event"]["action"], "moon.landed");
  EXPECT_EQ(ecs["event"]["outcome"], "unknown");
  EXPECT_FALSE(ecs["event"].contains("category"));
  EXPECT_EQ(ecs["tweestap"]["data"]["crew"].dump(), R"(["a","b"])");
  const Cef cef = read_cef(cef_line(event, kRelease));
  EXPECT_EQ(cef.header.at(4), "moon.landed");
  EXPECT_NE(cef.extension.at("cs6").find(R"("crew":["a","b"])"), std::string::npos);
}

// tests/golden/siem/<event>.txt: its line in OCSF, in ECS and in CEF, as examples and against a change that nobody
// meant.
TEST(SiemLines, AreThoseOfTheGoldenFiles) {
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator{tests::source_dir() / "tests/golden/siem"}) {
    std::string now;
    for (const std::string& line : lines_of(golden_event(file.path().stem().string()))) now += line + "\n";
    EXPECT_EQ(tests::file_text(file.path()), now) << file.path();
    ++files;
  }
  EXPECT_GE(files, 6U);
}

}  // namespace
}  // namespace tweestap::consumers::siem
