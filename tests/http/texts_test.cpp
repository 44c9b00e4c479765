// The catalogues and the choice of a language.
#include "http/texts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "http/problem.h"

namespace tweestap::http {
namespace {

const Texts& catalogue() {
  static const Texts loaded = Texts::load().value();
  return loaded;
}

TEST(Texts, HaveTheSameKeysAndPlaceholdersInEveryLanguage) {
  const Texts& texts = catalogue();
  ASSERT_GE(texts.languages(), 2U);
  const auto placeholders = [](std::string_view text) {
    std::set<std::string> found;
    for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1)) {
      found.emplace(text.substr(open, text.find('}', open) - open + 1));
    }
    return found;
  };
  const Language first{0};
  std::vector<std::string_view> expected = texts.keys(first);
  std::ranges::sort(expected);
  for (std::uint8_t i = 1; i < texts.languages(); ++i) {
    std::vector<std::string_view> keys = texts.keys({i});
    std::ranges::sort(keys);
    EXPECT_EQ(keys, expected) << texts.code({i});
    for (const std::string_view key : keys) {
      EXPECT_EQ(placeholders(texts.at({i}, key)), placeholders(texts.at(first, key))) << key;
      EXPECT_FALSE(texts.at({i}, key).empty()) << key;
    }
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
