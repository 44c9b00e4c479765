// The catalogues and the choice of a language.
#include "http/texts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "http/problem.h"

namespace tweestap::http {
namespace {

const Texts& catalogue() {
  static const Texts loaded = Texts::load().value();
  return loaded;
}

TEST(Texts, HaveTheSameKeysInEveryLanguageAndLeaveNothingOpen) {
  const Texts& texts = catalogue();
  ASSERT_GE(texts.languages(), 2U);
  std::vector<std::string_view> expected = texts.keys({0});
  std::ranges::sort(expected);
  for (std::uint8_t i = 0; i < texts.languages(); ++i) {
    std::vector<std::string_view> keys = texts.keys({i});
    std::ranges::sort(keys);
    EXPECT_EQ(keys, expected) << texts.code({i});
    for (const std::string_view key : keys) {
      EXPECT_FALSE(texts.at({i}, key).empty()) << key;
      EXPECT_EQ(texts.at({i}, key).find_first_of("{}"), std::string_view::npos) << key;
    }
  }
}

TEST(Texts, NameTheLengthsThatTheSettingsSay) {
  const Texts texts = Texts::load("en", {.points_min = 12, .points_max = 99}).value();
  for (const std::string_view language : {"en", "nl"}) {
    const std::string_view detail = texts.at(*texts.named(language), "problem.weak_password.detail");
    EXPECT_NE(detail.find(" 12 "), std::string_view::npos) << detail;
    EXPECT_NE(detail.find(" 99 "), std::string_view::npos) << detail;
  }
}

TEST(Texts, SayEachProblem) {
  for (const ProblemCode code : all_problem_codes()) {
    const std::string key = "problem." + std::string{problem_info(code).name};
    EXPECT_TRUE(catalogue().find({0}, key + ".title")) << key;
    EXPECT_TRUE(catalogue().find({0}, key + ".detail")) << key;
  }
}

TEST(Texts, ChooseByAcceptLanguage) {
  const Texts& texts = catalogue();
  const auto chosen = [&](std::string_view header) { return texts.code(texts.choose(header)); };
  EXPECT_EQ(chosen(""), "en");
  EXPECT_EQ(chosen("nl"), "nl");
  EXPECT_EQ(chosen("NL-be"), "nl");
  EXPECT_EQ(chosen("nl;q=0.5, en;q=0.8"), "en");
  EXPECT_EQ(chosen("en;q=0.499,nl;q=0.5"), "nl");
  EXPECT_EQ(chosen("nl,en"), "nl");
  EXPECT_EQ(chosen("en,nl"), "en");
  EXPECT_EQ(chosen("de, nl;q=0.1"), "nl");
  EXPECT_EQ(chosen("nl;q=0"), "en");
  EXPECT_EQ(chosen("de, fr"), "en");
  EXPECT_EQ(chosen("*"), "en");
  EXPECT_EQ(chosen("nl;q=1.5"), "en");
  EXPECT_EQ(chosen("nl; q=1.000"), "nl");
  EXPECT_EQ(chosen(",,;q=,nl;"), "en");
  const Texts dutch = Texts::load("nl").value();
  EXPECT_EQ(dutch.code(dutch.choose("de")), "nl");
  EXPECT_EQ(dutch.code(dutch.choose("")), "nl");
  EXPECT_FALSE(Texts::load("xx"));
}

}  // namespace
}  // namespace tweestap::http
