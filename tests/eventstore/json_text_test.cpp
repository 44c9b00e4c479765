#include "eventstore/json_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace tweestap::eventstore {
namespace {

std::string written(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

TEST(JsonText, EscapesOnlyWhatJsonDemands) {
  EXPECT_EQ(written("a/b"), R"("a/b")");
  EXPECT_EQ(written("\"\\"), R"("\"\\")");
  EXPECT_EQ(written("\b\t\n\f\r"), R"("\b\t\n\f\r")");
  EXPECT_EQ(written(std::string_view{"\0\x01\x1f", 3}), R"("\u0000\u0001\u001f")");
  EXPECT_EQ(written("\x7f é \u2028 😀"), "\"\x7f é \u2028 😀\"");
}

TEST(JsonText, ReadsBackWhateverItWrites) {
  for (const std::string_view text :
       {std::string_view{""}, std::string_view{"\0\x01\b\t\n\f\r\x1f\x7f", 9}, std::string_view{"\"\\/é漢😀\u2028"}}) {
    const std::string json = written(text);
    JsonCursor cursor{json};
    EXPECT_EQ(cursor.string(100), text);
    EXPECT_TRUE(cursor.finished());
    JsonCursor secret{json};
    EXPECT_EQ(secret.secret_string(100).reveal(), text);
    EXPECT_TRUE(secret.finished());
  }
}

TEST(INP_2, AStoredStringHasNoOtherFormThanTheWrittenOne) {
  for (const std::string_view json : {R"()",
                                      R"(a)",
                                      R"("a)",
                                      R"("\/")",
                                      R"("\u0041")",
                                      R"("\u000A")",
                                      R"("\u000a")",
                                      R"("\u001F")",
                                      R"("\u0020")",
                                      R"("\u00)",
                                      R"("\)",
                                      R"("\x")",
                                      R"("\ud83d\ude00")",
                                      "\"\n\"",
                                      "\"\x01\"",
                                      "\"\x80\"",
                                      "\"\xc3\"",
                                      "\"\xed\xa0\x80\"",
                                      "\"\xc0\xaf\"",
                                      " \"a\"",
                                      "'a'"}) {
    JsonCursor cursor{json};
    const std::string read = cursor.string(100);
    EXPECT_FALSE(cursor.finished()) << json << " was read as " << read;
  }
}

TEST(INP_2, AStringBeyondItsMaximumIsRefused) {
  JsonCursor fits{R"("\n23")"};
  EXPECT_EQ(fits.string(3), "\n23");
  EXPECT_TRUE(fits.finished());
  JsonCursor beyond{R"("\n234")"};
  EXPECT_EQ(beyond.string(3), "");
  EXPECT_FALSE(beyond.good());
}

TEST(INP_2, AnIntegerHasNoOtherFormThanTheWrittenOne) {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{7}, std::int64_t{-7}, kJsonIntegerMax, -kJsonIntegerMax}) {
    std::string json;
    append_json_integer(value, json);
    JsonCursor cursor{json};
    EXPECT_EQ(cursor.integer(), value);
    EXPECT_TRUE(cursor.finished());
  }
  for (const std::string_view json : {"", "-", "-0", "00", "01", "+1", "1.0", "1e3", " 1", "9007199254740992",
                                      "-9007199254740992", "99999999999999999", "18446744073709551617", "0x1"}) {
    JsonCursor cursor{json};
    static_cast<void>(cursor.integer());
    EXPECT_FALSE(cursor.finished()) << json;
  }
  JsonCursor cursor{"256"};
  static_cast<void>(cursor.count(255));
  EXPECT_FALSE(cursor.good());
}

TEST(JsonText, AFailureStays) {
  JsonCursor cursor{R"(x"a")"};
  cursor.expect("y");
  EXPECT_FALSE(cursor.take("x"));
  EXPECT_EQ(cursor.string(9), "");
  EXPECT_FALSE(cursor.boolean());
  EXPECT_FALSE(cursor.finished());
}

TEST(JsonText, TakesMembersInOrderWithTheirCommas) {
  JsonCursor cursor{R"({"a":1,"b":2})"};
  bool first = true;
  EXPECT_FALSE(cursor.take_member(R"("b":)", first));
  EXPECT_TRUE(cursor.take_member(R"("a":)", first));
  EXPECT_EQ(cursor.integer(), 1);
  EXPECT_FALSE(cursor.take_member(R"("a":)", first));
  EXPECT_TRUE(cursor.take_member(R"("b":)", first));
  EXPECT_EQ(cursor.integer(), 2);
  cursor.expect_end(first);
  EXPECT_TRUE(cursor.finished());

  JsonCursor empty{"{}"};
  first = true;
  EXPECT_FALSE(empty.take_member(R"("a":)", first));
  empty.expect_end(first);
  EXPECT_TRUE(empty.finished());
}

TEST(JsonText, HexIsLowerCaseAndOfTheRightLength) {
  std::uint8_t bytes[2]{};
  EXPECT_TRUE(parse_lower_hex("0aff", bytes, 2));
  EXPECT_EQ(bytes[0], 0x0a);
  EXPECT_EQ(bytes[1], 0xff);
  EXPECT_FALSE(parse_lower_hex("0AFF", bytes, 2));
  EXPECT_FALSE(parse_lower_hex("0aff0", bytes, 2));
  EXPECT_FALSE(parse_lower_hex("0a", bytes, 2));
}

TEST(JsonTextDeathTest, WhatCannotBeStoredIsABug) {
  std::string out;
  EXPECT_DEATH(append_json_string("\xff", out), "UTF-8");
  EXPECT_DEATH(append_json_integer(kJsonIntegerMax + 1, out), "2\\^53");
  EXPECT_DEATH(append_json_integer(std::numeric_limits<std::int64_t>::min(), out), "2\\^53");
  EXPECT_DEATH(append_json_count(std::numeric_limits<std::uint64_t>::max(), out), "2\\^53");
}

}  // namespace
}  // namespace tweestap::eventstore
