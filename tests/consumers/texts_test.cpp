#include "consumers/texts.h"

#include <gtest/gtest.h>

#include <string>

namespace tweestap::consumers {
namespace {

std::string code_text(const Texts& texts, std::string_view language, std::string_view organisation) {
  return std::string{
      texts.filled(language, "code", {{"organisation", organisation}, {"code", "014874"}, {"minutes", "10"}})
          .reveal_text()};
}

TEST(MessageTexts, AreInThePersonsLanguage) {
  const Texts texts{"nl"};
  EXPECT_EQ(code_text(texts, "nl", "De Linde"),
            "Uw code voor De Linde is 014874. Hij is 10 minuten geldig. Geef hem aan niemand.");
  EXPECT_EQ(code_text(texts, "en", "De Linde"),
            "Your code for De Linde is 014874. It is valid for 10 minutes. Give it to nobody.");
}

TEST(MessageTexts, AreInTheOrganisationsLanguageWhereThePersonsHasNone) {
  EXPECT_EQ(code_text(Texts{"nl"}, "fy", "De Linde"), code_text(Texts{"nl"}, "nl", "De Linde"));
  EXPECT_EQ(code_text(Texts{"fy"}, "", "De Linde"), code_text(Texts{"nl"}, "en", "De Linde"));
}

TEST(MessageTexts, DoNotLookAtWhatIsFilledIn) {
  EXPECT_EQ(code_text(Texts{"en"}, "en", "{code}"),
            "Your code for {code} is 014874. It is valid for 10 minutes. Give it to nobody.");
}

TEST(MessageTexts, HaveACatalogueALanguage) { EXPECT_EQ(embedded_texts().size(), 2U); }

}  // namespace
}  // namespace tweestap::consumers
