#include "consumers/json_scan.h"

#include <gtest/gtest.h>

#include <string>

namespace tweestap::consumers {
namespace {

std::string text_at(std::string_view json, std::string_view path) {
  const auto value = json_member(json, path);
  return value ? std::string(value->text) : "nothing";
}

TEST(JsonScan, FindsAMemberByItsPath) {
  constexpr std::string_view kJson =
      R"( {"a":{"b":[1,{"c":"x\"y"},-2.5e+3]},"ok":true,"none":null,"a.b":7,"empty":""} )";
  EXPECT_EQ(text_at(kJson, "a.b.0"), "1");
  EXPECT_EQ(text_at(kJson, "a.b.1.c"), R"(x\"y)");
  EXPECT_EQ(text_at(kJson, "a.b.2"), "-2.5e+3");
  EXPECT_EQ(text_at(kJson, "a.b"), R"([1,{"c":"x\"y"},-2.5e+3])");
  EXPECT_EQ(text_at(kJson, "ok"), "true");
  EXPECT_EQ(text_at(kJson, "none"), "null");
  EXPECT_EQ(text_at(kJson, "empty"), "");
  EXPECT_EQ(json_member(kJson, "ok")->kind, JsonValue::Kind::Boolean);
  EXPECT_EQ(json_member(kJson, "a.b.1.c")->kind, JsonValue::Kind::String);
  for (const auto* absent : {"", "a.c", "b", "a.b.3", "ok.x", "a.b.1.c.d", "a.", "o"}) {
    EXPECT_EQ(text_at(kJson, absent), "nothing") << absent;
  }
}

TEST(JsonScan, TheFirstOfTwoMembersCounts) { EXPECT_EQ(text_at(R"({"a":1,"a":2})", "a"), "1"); }

TEST(JsonScan, TakesWhatIsJson) {
  for (const auto* json : {"0", "-0", "10", "1.5", "1e9", "1E-2", "\"\"", R"("\u00e9\n\/")", "[]", "{}", "[[],{}]",
                           " [ 1 , 2 ] ", R"({"a" : "b"})", "\"\xE2\x80\xA8\"", "true", "false", "null"}) {
    EXPECT_TRUE(is_json(json)) << json;
  }
}

TEST(JsonScan, RefusesWhatIsNone) {
  for (const auto* text :
       {"",     " ",    "01",       "-",       "1.",          ".5",       "1e",         "+1",    "nul",
        "tru",  "\"",   "\"\n\"",   R"("\x")", R"("\u12g4")", R"("\u12)", R"("\)",      "[",     "[1",
        "[1,]", "[,1]", "[1 2]",    "{",       "{\"a\"}",     "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}",
        "1 2",  "{}{}", "\"\xff\"", "<html>",  "OK",          "]",        "}",          "NaN",   "\xEF\xBB\xBF{}"}) {
    EXPECT_FALSE(is_json(text)) << text;
    EXPECT_EQ(text_at(text, "a"), "nothing") << text;
  }
}

TEST(JsonScan, DepthHasALimit) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + "1" + std::string(depth, ']'); };
  EXPECT_TRUE(is_json(nested(kJsonDepthMax)));
  EXPECT_FALSE(is_json(nested(kJsonDepthMax + 1)));
  EXPECT_FALSE(is_json(nested(1'000'000)));
}

}  // namespace
}  // namespace tweestap::consumers
