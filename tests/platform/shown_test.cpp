#include "platform/text/shown.h"

#include <gtest/gtest.h>

#include <string>

namespace tweestap::platform {
namespace {

TEST(WordOrQuoted, LeavesAPlainWordAsItIs) {
  EXPECT_EQ(word_or_quoted("log.completed_2:a/b@c+d-E"), "log.completed_2:a/b@c+d-E");
  for (const char* odd : {"", " ", "two words", "a=b", "a,b", "a;b", "[a]"}) {
    EXPECT_EQ(word_or_quoted(odd), "\"" + std::string{odd} + "\"");
  }
}

TEST(WordOrQuoted, NoValueLooksAsIfAnotherMemberBegan) {
  EXPECT_EQ(word_or_quoted("x role=admin"), R"("x role=admin")");
  EXPECT_EQ(word_or_quoted("x\" role=\"admin"), R"("x\" role=\"admin")");
  EXPECT_EQ(word_or_quoted("x\\"), R"("x\\")");
}

TEST(LOG_2, WhatAPersonReadsHasLettersOfEveryAlphabetAndNothingThatIsNone) {
  EXPECT_EQ(word_or_quoted("Zo\xc3\xab"), "\"Zo\xc3\xab\"");
  EXPECT_EQ(word_or_quoted("\xe6\x9d\xb1\xe4\xba\xac"), "\"\xe6\x9d\xb1\xe4\xba\xac\"");
  EXPECT_EQ(word_or_quoted("\x1b[2J\x7f"), R"("\u001b[2J\u007f")");
  EXPECT_EQ(word_or_quoted("\xc2\x9b\x31m"), R"("\u009b1m")") << "C1: what a terminal takes for ESC [";
  EXPECT_EQ(word_or_quoted("\xe2\x80\xae\xe2\x80\xaa"), R"("\u202e\u202a")");
  EXPECT_EQ(word_or_quoted("\xe2\x81\xa6\xe2\x81\xa9"), R"("\u2066\u2069")");
  EXPECT_EQ(word_or_quoted("\xe2\x80\x8e\xe2\x80\x8f"), R"("\u200e\u200f")");
  EXPECT_EQ(word_or_quoted("\xe2\x80\xa8\xe2\x80\xa9"), R"("\u2028\u2029")");
  EXPECT_EQ(word_or_quoted("\xff\xc3"), R"("\\xff\\xc3")") << "no UTF-8";
}

}  // namespace
}  // namespace tweestap::platform
