#include "consumers/sms/message_template.h"

#include <gtest/gtest.h>

namespace tweestap::consumers::sms {
namespace {

std::string filled(std::string_view text, Escape escape, const TemplateValues& values) {
  const auto parsed = MessageTemplate::parse(text, escape);
  return parsed ? std::string(parsed->fill(values).reveal_text()) : parsed.error();
}

TEST(MessageTemplate, FillsItsPlaces) {
  const TemplateValues values{.to = "T", .text = "X", .from = "F", .reference = "R", .secret = "S"};
  EXPECT_EQ(filled("{to}{text}|{from}-{reference} {secret}.", Escape::None, values), "TX|F-R S.");
  EXPECT_EQ(filled("{to}{to}", Escape::None, values), "TT");
  EXPECT_EQ(filled("", Escape::None, values), "");
}

TEST(MessageTemplate, OtherBracesStandForThemselves) {
  for (const auto* text : {R"({"a":{"b":[{}]}})", "{", "}", "{}", "{TO}", "{to", "to}", "{to1}", "{ to }"}) {
    EXPECT_EQ(filled(text, Escape::Json, {.to = "T"}), text);
  }
  EXPECT_EQ(filled("{{to}}", Escape::None, {.to = "T"}), "{T}");
}

TEST(MessageTemplate, AnUnknownPlaceIsNamed) {
  EXPECT_EQ(filled("{number}", Escape::None, {}), "{number} is none of {to}, {text}, {from}, {reference}, {secret}");
}

TEST(MessageTemplate, AValueInJsonStaysInItsString) {
  EXPECT_EQ(filled(R"({"t":"{text}"})", Escape::Json, {.text = "a\"b\\c\nd\te\x01\x7f"}),
            "{\"t\":\"a\\\"b\\\\c\\nd\\te\\u0001\x7f\"}");
  // U+2028 ends a line of JavaScript and not of JSON; it and all else beyond ASCII stay as they are.
  EXPECT_EQ(filled(R"("{text}")", Escape::Json, {.text = "\xE2\x80\xA8\xC3\xA9\xF0\x9F\x98\x80"}),
            "\"\xE2\x80\xA8\xC3\xA9\xF0\x9F\x98\x80\"");
  // Once: what a value holds is no place.
  EXPECT_EQ(filled(R"("{text}")", Escape::Json, {.text = "{secret}", .secret = "S"}), R"("{secret}")");
}

TEST(MessageTemplate, AValueInAFormStaysInItsField) {
  EXPECT_EQ(filled("To={to}&Body={text}", Escape::Form, {.to = "+316", .text = "a b&c=d%\n\xC3\xA9"}),
            "To=%2B316&Body=a%20b%26c%3Dd%25%0A%C3%A9");
}

TEST(MessageTemplate, KnowsItsPlaces) {
  const auto parsed = MessageTemplate::parse("{to} text", Escape::None);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->has("to"));
  EXPECT_FALSE(parsed->has("text"));
}

}  // namespace
}  // namespace tweestap::consumers::sms
