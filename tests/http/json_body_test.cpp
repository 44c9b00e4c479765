// INP-1: strict JSON, read straight into what a route described.
#include "http/json_body.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "http/json_writer.h"
#include "http/utf8.h"

namespace tweestap::http {
namespace {

constexpr Member kMembers[] = {
    {"text", MemberType::String, Presence::Required, 8, "some text"},
    {"loud", MemberType::Boolean, Presence::Optional, 0, "yes or no"},
    {"times", MemberType::Integer, Presence::Optional, 30, "how often"},
    {"tags", MemberType::Strings, Presence::Optional, 2, "labels"},
    {"until", MemberType::Time, Presence::OptionalOrNull, 0, "an end"},
};

std::expected<Body, Problem> read(std::string& text) { return read_json_object(text, kMembers); }

struct Refused {
  std::string_view text;
  std::string_view member;
};

TEST(INP_1, RefusesWhatIsNotAsDescribedAndNamesTheMember) {
  const Refused table[] = {
      {"", "text"},
      {"{}", "text"},
      {R"({"loud":true})", "text"},
      {R"({"text":"a","text":"b"})", "text"},
      {R"({"text":"a","t\u0065xt":"b"})", "text"},
      {R"({"text":1})", "text"},
      {R"({"text":null})", "text"},
      {R"({"text":["a"]})", "text"},
      {R"({"text":"123456789"})", "text"},
      {R"({"text":"a","loud":"true"})", "loud"},
      {R"({"text":"a","loud":1})", "loud"},
      {R"({"text":"a","loud":null})", "loud"},
      {R"({"text":"a","times":"3"})", "times"},
      {R"({"text":"a","times":31})", "times"},
      {R"({"text":"a","times":-1})", "times"},
      {R"({"text":"a","times":03})", "times"},
      {R"({"text":"a","times":99999999999999999999999})", "times"},
      {R"({"text":"a","tags":"x"})", "tags"},
      {R"({"text":"a","tags":["x","y","z"]})", "tags"},
      {R"({"text":"a","tags":[1]})", "tags"},
      {R"({"text":"a","tags":[["x"]]})", "tags"},
      {R"({"text":"a","until":"tomorrow"})", "until"},
      {R"({"text":"a","until":5})", "until"},
      {R"({"text":"a","unknown":1})", "unknown"},
      {R"({"text":"a","__proto__":{}})", "__proto__"},
      {R"({"text":"a","not echoed":1})", ""},
      {R"({"text":"a","<script>":1})", ""},
      {R"({"text":"a","":1})", ""},
  };
  for (const Refused& row : table) {
    SCOPED_TRACE(row.text);
    std::string text{row.text};
    const auto body = read(text);
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().code, ProblemCode::MalformedRequest);
    EXPECT_EQ(body.error().member, row.member);
  }
}

TEST(INP_1, RefusesWhatIsNoStrictJson) {
  const std::string_view table[] = {"[]",
                                    "null",
                                    "1",
                                    "\"text\"",
                                    "{",
                                    "}",
                                    R"({"text")",
                                    R"({"text":)",
                                    R"({"text":"a)",
                                    R"({"text":"a")",
                                    R"({"text":"a",})",
                                    R"({"text":"a"}})",
                                    R"({"text":"a"} x)",
                                    R"({'text':'a'})",
                                    R"({text:"a"})",
                                    R"({"text":"a" "loud":true})",
                                    R"({,"text":"a"})",
                                    R"({"text":"a","times":3.0})",
                                    R"({"text":"a","times":3e0})",
                                    R"({"text":"a","times":+3})",
                                    R"({"text":"a","loud":TRUE})",
                                    R"({"text":"a","loud":truely})",
                                    R"({"text":"\x41"})",
                                    R"({"text":"\u12"})",
                                    R"({"text":"\ud800"})",
                                    R"({"text":"\udc00"})",
                                    R"({"text":"\ud800A"})",
                                    R"({"text":"\ud800\ud800"})",
                                    "{\"text\":\"a\nb\"}",
                                    "{\"text\":\"a\tb\"}",
                                    "{\"text\":\"\xff\"}",
                                    "{\"text\":\"\xc0\xaf\"}",
                                    "{\"text\":\"\xed\xa0\x80\"}",
                                    "{\"text\":\"\xf5\x80\x80\x80\"}",
                                    "{\"text\":\"\xe2\x82\"}",
                                    "\xef\xbb\xbf{\"text\":\"a\"}",
                                    "{\"text\":\"a\"/*c*/}",
                                    "{\"text\":\"a\"}\v",
                                    R"({"text":"a","tags":["x",]})",
                                    R"({"text":"a","tags":["x")"};
  for (const std::string_view row : table) {
    SCOPED_TRACE(row);
    std::string text{row};
    EXPECT_FALSE(read(text));
  }
  std::string with_nul{"{\"text\":\"a\"}\0", 13};
  EXPECT_FALSE(read(with_nul));
}

TEST(INP_1, RefusesDepthOverEight) {
  for (const int depth : {8, 9, 1000, 8000}) {
    std::string text = R"({"text":"a","tags":)" + std::string(static_cast<std::size_t>(depth), '[') +
                       std::string(static_cast<std::size_t>(depth), ']') + "}";
    EXPECT_FALSE(read(text));
    std::string unknown = R"({"text":"a","deep":)" + std::string(static_cast<std::size_t>(depth), '[');
    const auto body = read(unknown);
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().member, "deep");
  }
}

TEST(INP_1, RefusesMoreThan16KiB) {
  std::string inside = R"({"text":"a"})" + std::string(16 * 1024 - 12, ' ');
  EXPECT_TRUE(read(inside));
  std::string outside = R"({"text":"a"})" + std::string(16 * 1024 - 11, ' ');
  const auto body = read(outside);
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code, ProblemCode::PayloadTooLarge);
}

TEST(INP_1, EchoesAnUnknownNameOnlyUpTo64PlainCharacters) {
  EXPECT_TRUE(may_be_echoed(std::string(64, 'a')));
  EXPECT_FALSE(may_be_echoed(std::string(65, 'a')));
  EXPECT_FALSE(may_be_echoed(""));
  EXPECT_FALSE(may_be_echoed("a-b"));
  EXPECT_FALSE(may_be_echoed("\xc3\xa9"));
}

TEST(JsonBody, GivesWhatWasSent) {
  std::string text = R"( { "text" : "\u00e9\ud83d\ude00\"\/" , "loud":false,"times":30,"tags":["x","y"],)"
                     R"("until":"2026-03-15T00:00:00Z" } )";
  const auto body = read(text);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->string("text"), "\xc3\xa9\xf0\x9f\x98\x80\"/");
  EXPECT_EQ(body->boolean("loud"), false);
  EXPECT_EQ(body->integer("times"), 30);
  ASSERT_TRUE(body->strings("tags"));
  EXPECT_EQ((*body->strings("tags"))[1], "y");
  EXPECT_EQ(body->time("until"), domain::parse_rfc3339("2026-03-15T00:00:00Z"));
}

TEST(JsonBody, TellsAbsentFromNull) {
  std::string text = R"({"text":"a","until":null})";
  const auto body = read(text);
  ASSERT_TRUE(body);
  EXPECT_TRUE(body->is_null("until"));
  EXPECT_FALSE(body->time("until"));
  EXPECT_FALSE(body->is_null("loud"));
  EXPECT_FALSE(body->has("loud"));
}

TEST(JsonBody, APostWithoutMembersTakesNothingOrAnEmptyObject) {
  for (const std::string_view row : {"", "{}", " {\r\n} "}) {
    std::string text{row};
    EXPECT_TRUE(read_json_object(text, {}));
  }
  for (const std::string_view row : {"[]", "{\"a\":1}", " ", "null"}) {
    std::string text{row};
    EXPECT_FALSE(read_json_object(text, {}));
  }
}

// What the reader takes for a string, nlohmann's strict parser takes for the same string, and the other way round.
RC_GTEST_PROP(JsonBody, ReadsStringsLikeNlohmann, (const std::vector<std::uint8_t>& bytes)) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("a", "\\", "\"", "\\u00e9", "\\ud83d", "\\ude00", "\\n", "\\/", "\xc3\xa9", "\xc3",
                                    "\xf0\x9f\x98\x80", "\x01", "\\u0000"));
  std::string text = "{\"text\":\"";
  for (const std::string& piece : pieces) text += piece;
  for (const std::uint8_t byte : bytes) text += static_cast<char>(byte);
  text += "\"}";
  if (text.size() > kBodyBytesMax) return;
  constexpr Member kOne[] = {{"text", MemberType::String, Presence::Required, 16384, "any"}};

  std::size_t keys = 0;
  const auto count_keys = [&](int, nlohmann::json::parse_event_t event, nlohmann::json&) {
    if (event == nlohmann::json::parse_event_t::key) ++keys;
    return true;
  };
  const auto expected = nlohmann::json::parse(text, count_keys, false);
  const bool acceptable =
      expected.is_object() && keys == 1 && expected.contains("text") && expected["text"].is_string();
  const auto body = read_json_object(text, kOne);
  RC_ASSERT(body.has_value() == acceptable);
  if (acceptable) RC_ASSERT(std::string{body->string("text")} == expected["text"].get<std::string>());
}

RC_GTEST_PROP(JsonBody, AnyBytesAreReadOrRefused, (std::string text)) { static_cast<void>(read(text)); }

RC_GTEST_PROP(JsonWriter, WritesStringsThatNlohmannReads, (const std::string& text)) {
  JsonWriter writer{1};
  writer.begin_object().member("text", std::string_view{text}).end_object();
  const auto read_back = nlohmann::json::parse(writer.view(), nullptr, false);
  RC_ASSERT(read_back.is_object());
  if (is_utf8(text)) RC_ASSERT(read_back["text"].get<std::string>() == text);
}

TEST(JsonWriter, PutsCommasAndLeavesOutWhatIsAbsent) {
  JsonWriter writer{1};
  writer.begin_object().member("a", 1).member("gone", std::optional<std::string>{}).member("b", true);
  writer.member_array("c").string("x").integer(-2).begin_object().end_object().end_array();
  writer.member("d", "text").member("e", std::optional<int>{5}).member_object("f").end_object();
  writer.key("g").raw(R"({"raw":1})").end_object();
  EXPECT_EQ(writer.view(), R"({"a":1,"b":true,"c":["x",-2,{}],"d":"text","e":5,"f":{},"g":{"raw":1}})");
}

TEST(JsonWriter, EscapesOnlyWhatJsonDemands) {
  std::string out;
  append_json_string(out, std::string_view{"\"\\/\b\f\n\r\t\x01\x1f\x7f\0\xc3\xa9\xff", 15});
  EXPECT_EQ(out, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\\u0000\xc3\xa9\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace tweestap::http
