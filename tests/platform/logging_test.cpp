#include "platform/logging.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "platform/text/unicode.h"

namespace tweestap::platform {
namespace {

std::string written(Log::Format format, std::string_view event, std::string_view key, std::string_view value) {
  std::string line;
  Log log(format, LogLevel::Debug, [&](std::string_view text) { line = text; });
  log.write(LogLevel::Info, event, {{key, value}});
  return line;
}

// What follows the time.
std::string json_tail(std::string_view value) {
  const std::string line = written(Log::Format::Json, "e", "k", value);
  return line.substr(line.find("\"k\":") + 4);
}

TEST(LOG_2, WhateverIsInItARecordIsOneLine) {
  EXPECT_EQ(json_tail("two\nlines\r\n"), R"("two\u000alines\u000d\u000a"})");
  EXPECT_EQ(json_tail("\x1b[31mred\x07"), R"("\u001b[31mred\u0007"})");
  EXPECT_EQ(json_tail("\xe2\x80\xa8\xe2\x80\xa9\xc2\x85"), R"("\u2028\u2029\u0085"})");
  EXPECT_EQ(json_tail("\xe2\x80\xae"
                      "gnp.exe"),
            R"("\u202egnp.exe"})");
  EXPECT_EQ(json_tail("\xff\xc3z\xed\xa0\x80"), R"("\\xff\\xc3z\\xed\\xa0\\x80"})");
  EXPECT_EQ(json_tail("quote\" back\\slash"), R"("quote\" back\\slash"})");
  EXPECT_EQ(json_tail("%0d%0a"), R"("%0d%0a"})") << "encoded line ends stay encoded";
  EXPECT_EQ(json_tail("caf\xc3\xa9 \xf0\x9f\x98\x80"), "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"}");
  EXPECT_EQ(json_tail("\xf3\xa0\x80\x81"), R"("\udb40\udc01"})") << "an invisible tag";
  EXPECT_EQ(json_tail(std::string_view("a\0b", 3)), R"("a\u0000b"})");
}

RC_GTEST_PROP(LOG_2, AnyBytesGiveOneLineOfText, (const std::string& event, const std::string& key)) {
  const auto value = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  for (const auto format : {Log::Format::Json, Log::Format::Human}) {
    const std::string line = written(format, event, key, value);
    RC_ASSERT(is_utf8(line));
    RC_ASSERT(std::ranges::none_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
    RC_ASSERT(line.find("\xe2\x80\xa8") == std::string::npos);
  }
}

TEST(Log, HasTwoForms) {
  std::vector<std::string> lines;
  const auto keep = [&](std::string_view line) { lines.emplace_back(line); };
  Log json(Log::Format::Json, LogLevel::Info, keep);
  json.write(LogLevel::Warning, "storage.low", {{"free_bytes", 512}, {"serving", false}, {"folder", "./data"}});
  EXPECT_EQ(lines.back().substr(lines.back().find(",\"level\"")),
            R"(,"level":"warning","event":"storage.low","free_bytes":512,"serving":false,"folder":"./data"})");
  EXPECT_TRUE(lines.back().starts_with("{\"time\":\"20"));
  Log human(Log::Format::Human, LogLevel::Info, keep);
  human.write(LogLevel::Error, "storage.low", {{"free_bytes", std::int64_t{512}}, {"why", std::string("two words")}});
  EXPECT_EQ(lines.back().substr(9), "error   storage.low  free_bytes=512  why=\"two words\"");
}

TEST(Log, LeavesOutWhatIsBelowItsLevelAndCutsWhatIsTooLong) {
  std::string line;
  Log log(Log::Format::Json, LogLevel::Warning, [&](std::string_view text) { line = text; });
  log.write(LogLevel::Info, "e");
  EXPECT_EQ(line, "");
  log.write(LogLevel::Error, "e", {{"k", std::string(100'000, 'x')}});
  EXPECT_LT(line.size(), 4300U);
  EXPECT_NE(line.find("(cut)"), std::string::npos);
}

TEST(Log, WritesWholeLinesToStderrFromManyThreads) {
  testing::internal::CaptureStderr();
  {
    Log log(Log::Format::Json);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) log.write(LogLevel::Info, "e", {{"i", i}});
      });
    }
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(text, '\n'), 200);
  std::size_t whole = 0;
  for (std::size_t at = text.find("{\"time\""); at != std::string::npos; at = text.find("{\"time\"", at + 1)) {
    whole += at == 0 || text[at - 1] == '\n' ? 1 : 0;
  }
  EXPECT_EQ(whole, 200U);
}

}  // namespace
}  // namespace tweestap::platform
