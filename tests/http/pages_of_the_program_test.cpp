// The pages that ship in the program, as the routes show them.
#include <gtest/gtest.h>

#include <algorithm>

#include "http/pages/embedded.h"
#include "http/pages/pages.h"
#include "tests/http/in_process_service.h"

namespace tweestap::http {
namespace {

const Texts& shipped_languages() {
  static const Texts loaded = Texts::load().value();
  return loaded;
}

const Pages& shipped_pages() {
  static const Pages made = must(Pages::make({embedded_page_texts(), embedded_assets()},
                                             must(organisation_of(platform::Settings{})), shipped_languages()));
  return made;
}

std::string shipped_page(std::string_view name, std::string_view language) {
  const Served* page = shipped_pages().page(name, *shipped_languages().named(language));
  return page == nullptr ? "" : page->content;
}

TEST(PagesOfTheProgram, AreThoseThatRoutesShow) {
  for (const char* name : {"login.html", "settings.html", "staff.html", "phone.html"}) {
    for (const std::string language : {"nl", "en"}) {
      EXPECT_NE(shipped_page(name, language).find("<html lang=\"" + language + "\""), std::string::npos) << name;
    }
  }
}

TEST(PagesOfTheProgram, NameNoFileThatIsNotThere) {
  const std::string folder = std::string{shipped_pages().assets_folder()} + "/";
  std::size_t named = 0;
  for (const EmbeddedFile& file : embedded_page_texts()) {
    const std::string page = shipped_page(file.name, "nl");
    for (std::size_t at = page.find(folder); at != std::string::npos; at = page.find(folder, at + 1)) {
      const std::string path = page.substr(at, page.find_first_of("\"' )", at) - at);
      EXPECT_NE(shipped_pages().asset(path), nullptr) << file.name << " names " << path;
      ++named;
    }
  }
  EXPECT_GE(named, 4U);
}

// As they are sent to a browser that unpacks, in one language and with the words of all.
TEST(PagesOfTheProgram, AreSmall) {
  std::size_t bytes = 0;
  const auto count = [&](const Served* served) {
    if (served != nullptr) bytes += served->gzip.empty() ? served->content.size() : served->gzip.size();
  };
  for (const EmbeddedFile& file : embedded_page_texts()) {
    count(shipped_pages().page(file.name, *shipped_languages().named("nl")));
  }
  for (const EmbeddedFile& file : embedded_assets()) {
    count(shipped_pages().asset(std::string{shipped_pages().assets_folder()} + "/" + std::string{file.name}));
  }
  EXPECT_GT(bytes, 20U * 1024);
  EXPECT_LE(bytes, 100U * 1024);
}

// What the organisation's colour is computed for is what the style sheet has in the dark.
TEST(PagesOfTheProgram, HaveTheDarkCardThatTheAccentIsReadOn) {
  EXPECT_TRUE(std::ranges::any_of(embedded_assets(), [](const EmbeddedFile& file) {
    return file.name.ends_with(".css") && file.content.contains(kDarkCard.text());
  })) << kDarkCard.text();
}

}  // namespace
}  // namespace tweestap::http
