// Pages from their files to what a browser is sent. The files are this test's own, but where it says that they are
// those of the program.
#include "http/pages/pages.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "http/pages/render.h"
#include "http/router.h"
#include "http/routes/demo.h"
#include "http/routes/pages.h"
#include "platform/files.h"
#include "tests/http/staff_service.h"

namespace tweestap::http {
namespace {

constexpr EmbeddedFile kSomePages[] = {
    {"login.html",
     "<html lang=\"{{language}}\">{{include parts/head.html}}<main title=\"{{organisation.name}}\">log in</main>"},
    {"parts/head.html", "<link href=\"{{assets}}/organisation.css\"><img src=\"{{logo}}\">{{include parts/foot.html}}"},
    {"parts/foot.html", "<p>{{organisation.help}}</p><p>{{organisation.support}}</p>"},
    {"phone.html", "phone"},
    {"settings.html", "settings"},
    {"staff.html", "staff"},
};
constexpr EmbeddedFile kSomeAssets[] = {
    {"api.js", "export const a = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';"},
    {"logo.svg", "<svg/>"},
    {"page.css", "p {}"},
    {"texts.nl.json", "{}"},
};

Organisation some_organisation() {
  return {.name = "De Linde",
          .help = {{"en", "Ask us."}, {"nl", "Vraag het ons."}},
          .support = "030 1234567",
          .logo_name = {},
          .logo = {},
          .accent = {0x0b, 0x6b, 0x6b}};
}

const Texts& languages_of_pages() {
  static const Texts loaded = Texts::load().value();
  return loaded;
}

std::string on_page(const Pages& pages, std::string_view name, std::string_view language) {
  const Served* page = pages.page(name, *languages_of_pages().named(language));
  return page == nullptr ? "" : page->content;
}

// A page of nothing but `text`, or why there is none.
std::string made_of(std::string_view text, const Organisation& organisation = some_organisation()) {
  const EmbeddedFile files[] = {{"a.html", text}};
  const auto pages = Pages::make({files, kSomeAssets}, organisation, languages_of_pages());
  return pages ? on_page(*pages, "a.html", "en") : pages.error().reason;
}

std::string folder_with(std::span<const EmbeddedFile> assets, const Organisation& organisation = some_organisation()) {
  return std::string{must(Pages::make({kSomePages, assets}, organisation, languages_of_pages())).assets_folder()};
}

// A browser before both listeners of a demo, or of a service that is none.
class PageVisitor {
 public:
  explicit PageVisitor(bool demo = true)
      : pages(must(Pages::make({kSomePages, kSomeAssets}, some_organisation(), languages_of_pages()))) {
    std::vector<Route> table = page_routes(pages);
    if (demo) {
      for (Route& route : demo_routes("none", pages)) table.push_back(std::move(route));
    }
    people_.emplace(ListenerKind::Public, table, Around{});
    staff_.emplace(ListenerKind::Staff, table, Around{});
  }

  [[nodiscard]] Response get(std::string_view path, std::vector<HeaderField> headers = {},
                             ListenerKind listener = ListenerKind::Public, Method method = Method::Get) const {
    Request request;
    request.method = method;
    request.target = path;
    const std::size_t mark = path.find('?');
    request.path = path.substr(0, mark);
    if (mark != std::string_view::npos) request.query = path.substr(mark + 1);
    request.headers = headers;
    request.listener = listener;
    request.language = languages_of_pages().choose(request.header("Accept-Language").value_or(""));
    request.texts = &languages_of_pages();
    return (listener == ListenerKind::Public ? people_ : staff_)->answer(request);
  }
  [[nodiscard]] std::string file(std::string_view name) const {
    return std::string{pages.assets_folder()} + "/" + std::string{name};
  }

  const Pages pages;

 private:
  std::optional<Router> people_;
  std::optional<Router> staff_;
};

// As a browser unpacks it; empty where it is no gzip form of at most 4 KiB.
std::string unpacked(std::string_view packed) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) return {};
  std::string plain(4096, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  const bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END;
  plain.resize(whole ? stream.total_out : 0);
  inflateEnd(&stream);
  return plain;
}

std::string page_header(const Response& response, std::string_view name) {
  const auto found = std::ranges::find(response.headers, name, &ResponseHeader::name);
  return found == response.headers.end() ? "" : found->value;
}

TEST(Pages, AreFilledInWithTheirPartsAndTheOrganisation) {
  const PageVisitor visitor;
  const std::string folder{visitor.pages.assets_folder()};
  EXPECT_EQ(on_page(visitor.pages, "login.html", "nl"),
            "<html lang=\"nl\"><link href=\"" + folder + "/organisation.css\"><img src=\"" + folder +
                "/logo.svg\"><p>Vraag het ons.</p><p>030 1234567</p><main title=\"De Linde\">log in</main>");
  EXPECT_NE(on_page(visitor.pages, "login.html", "en").find("<p>Ask us.</p>"), std::string::npos);
  EXPECT_EQ(visitor.pages.page("parts/head.html", {0}), nullptr) << "a part is no page";
}

TEST(Pages, HoldNoHtmlThatASettingBrings) {
  Organisation hostile = some_organisation();
  hostile.name = "<script>alert('1')</script>\" onload=\"x & y";
  EXPECT_EQ(made_of("<p title=\"{{organisation.name}}\">", hostile),
            "<p title=\"&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onload=&quot;x &amp; y\">");
  hostile.name = "{{logo}}{{include a.html}}";
  EXPECT_EQ(made_of("{{organisation.name}}", hostile), hostile.name) << "what is filled in is not filled in again";
}

TEST(Pages, AreNotMadeFromWhatLeavesSomethingOpen) {
  EXPECT_EQ(made_of("{{organisation.nam}}"),
            "the page's file a.html asks for {{organisation.nam}}, which nothing fills in");
  EXPECT_EQ(made_of("{{ language }}"), "the page's file a.html asks for {{ language }}, which nothing fills in");
  EXPECT_EQ(made_of("{{language"), "the page's file a.html opens {{ and does not close it");
  EXPECT_EQ(made_of("{{include parts/b.html}}"), "the page's file a.html includes parts/b.html, which is not there");
  EXPECT_EQ(made_of("{{include a.html}}"), "the page's file a.html includes a.html, which includes it");
  const EmbeddedFile loop[] = {{"a.html", "{{include parts/b.html}}"},
                               {"parts/b.html", "{{include parts/c.html}}"},
                               {"parts/c.html", "{{include parts/b.html}}"}};
  const auto pages = Pages::make({loop, {}}, some_organisation(), languages_of_pages());
  ASSERT_FALSE(pages);
  EXPECT_EQ(pages.error().reason, "the page's file parts/c.html includes parts/b.html, which includes it");
}

TEST(Pages, MayIncludeAPartTwiceAndHaveSingleBraces) {
  const EmbeddedFile files[] = {{"a.html", "{{include parts/b.html}} {x} }} {{include parts/b.html}}"},
                                {"parts/b.html", "b"}};
  const Pages pages = must(Pages::make({files, {}}, some_organisation(), languages_of_pages()));
  EXPECT_EQ(on_page(pages, "a.html", "en"), "b {x} }} b");
}

TEST(Pages, NeedHelpInEachLanguageAndAssetsOfKnownTypes) {
  Organisation silent = some_organisation();
  silent.help.erase("nl");
  EXPECT_EQ(made_of("x", silent), "there is no organisation.help_nl to show on pages");
  const auto reason = [](EmbeddedFile file) {
    const auto pages = Pages::make({{}, {&file, 1}}, some_organisation(), languages_of_pages());
    return pages ? "" : pages.error().reason;
  };
  EXPECT_EQ(reason({"a.exe", "x"}), "nothing says what type the static file a.exe has");
  EXPECT_EQ(reason({"a.js", "x"}), "");
}

TEST(Pages, NameTheirAssetsAfterWhatIsInThem) {
  const std::string folder = folder_with(kSomeAssets);
  EXPECT_EQ(folder.size(), std::string_view{"/pages/"}.size() + 16);
  EXPECT_EQ(folder, folder_with(kSomeAssets));
  const EmbeddedFile one[] = {{"a.js", "x"}};
  std::set<std::string> folders{folder, folder_with(one)};
  for (const EmbeddedFile& other : {EmbeddedFile{"a.js", "y"}, EmbeddedFile{"b.js", "x"}, EmbeddedFile{"a.css", "x"}}) {
    EXPECT_TRUE(folders.insert(folder_with({&other, 1})).second) << other.name << other.content;
  }
  Organisation other = some_organisation();
  other.accent = {0x0b, 0x6b, 0x6c};
  EXPECT_TRUE(folders.insert(folder_with(one, other)).second) << "the colour is in a style sheet";
  other.logo_name = "logo.svg";
  other.logo = "<svg id='other'/>";
  EXPECT_TRUE(folders.insert(folder_with(one, other)).second);
  other.name = "Another name";
  EXPECT_FALSE(folders.insert(folder_with(one, other)).second) << "the name is in pages, which nobody keeps";
}

TEST(Pages, ShowTheOrganisationsLogoInsteadOfOurs) {
  Organisation other = some_organisation();
  other.logo_name = "logo.svg";
  other.logo = "<svg id='other'/>";
  const EmbeddedFile files[] = {{"a.html", "{{logo}}"}};
  const Pages vector = must(Pages::make({files, kSomeAssets}, other, languages_of_pages()));
  const Served* logo = vector.asset(on_page(vector, "a.html", "en"));
  ASSERT_NE(logo, nullptr);
  EXPECT_EQ(logo->content, other.logo);
  EXPECT_EQ(logo->gzip, "");
  other.logo_name = "logo.png";
  const Pages pixels = must(Pages::make({files, kSomeAssets}, other, languages_of_pages()));
  EXPECT_EQ(on_page(pixels, "a.html", "en"), std::string{pixels.assets_folder()} + "/logo.png");
  EXPECT_EQ(pixels.asset(on_page(pixels, "a.html", "en"))->content_type, "image/png");
}

TEST(PageRoutes, AnswerWithTheHeadersOfAPage) {
  const PageVisitor visitor;
  for (const Method method : {Method::Get, Method::Head}) {
    const Response response = visitor.get("/", {}, ListenerKind::Public, method);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(response.cache_control, "no-store");
    EXPECT_EQ(response.body, on_page(visitor.pages, "login.html", "en"));
    std::map<std::string_view, std::string> headers;
    for (const ResponseHeader& one : response.headers) {
      EXPECT_TRUE(headers.emplace(one.name, one.value).second) << one.name << " twice";
    }
    EXPECT_EQ(headers["Content-Security-Policy"],
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
              "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
              "trusted-types 'none'");
    EXPECT_EQ(headers["Referrer-Policy"], "no-referrer");
    EXPECT_EQ(headers["Cross-Origin-Opener-Policy"], "same-origin");
    EXPECT_EQ(headers["Cross-Origin-Resource-Policy"], "same-origin");
    EXPECT_TRUE(headers["Permissions-Policy"].starts_with("accelerometer=(), ")) << headers["Permissions-Policy"];
    EXPECT_EQ(headers["Permissions-Policy"].find("clipboard-write"), std::string::npos) << "codes are copied";
    EXPECT_EQ(headers["Vary"], "Accept-Encoding");
    EXPECT_EQ(headers.size(), 6U) << "X-Content-Type-Options is the listener's, on every answer";
  }
}

TEST(PageRoutes, ShowEachListenerItsOwnPages) {
  const PageVisitor visitor;
  const auto shown = [&](std::string_view path, ListenerKind listener) {
    const Response response = visitor.get(path, {}, listener);
    return response.status == 200 ? response.body : std::to_string(response.status);
  };
  EXPECT_NE(shown("/", ListenerKind::Public).find("log in"), std::string::npos);
  EXPECT_EQ(shown("/", ListenerKind::Staff), "staff");
  EXPECT_EQ(shown("/settings", ListenerKind::Public), "settings");
  EXPECT_EQ(shown("/settings", ListenerKind::Staff), "404");
  EXPECT_EQ(shown("/demo/phone", ListenerKind::Public), "phone");
  EXPECT_EQ(shown("/demo/phone", ListenerKind::Staff), "404");
  EXPECT_EQ(shown(visitor.file("api.js"), ListenerKind::Public), kSomeAssets[0].content);
  EXPECT_EQ(shown(visitor.file("api.js"), ListenerKind::Staff), kSomeAssets[0].content);
}

TEST(PageRoutes, HaveAPhoneInADemoOnly) {
  const PageVisitor visitor{false};
  EXPECT_EQ(visitor.get("/demo/phone").status, 404);
  EXPECT_EQ(visitor.get("/").status, 200);
  const StaffService service;
  const StaffService demo{InProcessService::Options{.demo = true}};
  const auto has_phone = [](const StaffService& one) {
    return std::ranges::any_of(one.table, [](const Route& route) { return route.path.text == "/demo/phone"; });
  };
  EXPECT_FALSE(has_phone(service));
  EXPECT_TRUE(has_phone(demo));
}

// Mail programs and advertisers put parameters on links.
TEST(PageRoutes, AreFoundWhateverFollowsTheQuestionMark) {
  const PageVisitor visitor;
  for (const char* path : {"/?fbclid=abc", "/settings?a=1&a=2", "/?", "/?=", "/?%zz"}) {
    EXPECT_EQ(visitor.get(path).status, 200) << path;
  }
}

TEST(PageRoutes, TakeNothingButGetAndHead) {
  const PageVisitor visitor;
  for (const std::string& path : {std::string{"/"}, std::string{"/settings"}, visitor.file("api.js")}) {
    for (const Method method : {Method::Post, Method::Put, Method::Patch, Method::Delete}) {
      const Response response = visitor.get(path, {}, ListenerKind::Public, method);
      EXPECT_EQ(response.status, 405) << path;
      EXPECT_EQ(page_header(response, "Allow"), "GET, HEAD") << path;
    }
  }
}

TEST(PageRoutes, SpeakTheLanguageOfTheBrowser) {
  const PageVisitor visitor;
  const auto dutch = [&](std::string_view header) {
    const Response response = visitor.get("/", {{"Accept-Language", header}});
    return response.body.starts_with("<html lang=\"nl\">");
  };
  EXPECT_TRUE(dutch("nl-NL,nl;q=0.9,en;q=0.8"));
  EXPECT_TRUE(dutch("de, en;q=0.5, nl;q=0.6"));
  EXPECT_FALSE(dutch("en, nl;q=0.9"));
  EXPECT_FALSE(dutch("nl;q=0"));
  EXPECT_FALSE(dutch("de"));
  EXPECT_FALSE(dutch(""));
}

TEST(PageRoutes, LetAssetsBeKeptForEver) {
  const PageVisitor visitor;
  for (const auto& [name, type] :
       {std::pair{"api.js", "text/javascript; charset=utf-8"}, std::pair{"page.css", "text/css; charset=utf-8"},
        std::pair{"organisation.css", "text/css; charset=utf-8"}, std::pair{"logo.svg", "image/svg+xml"},
        std::pair{"texts.nl.json", "application/json"}}) {
    const Response response = visitor.get(visitor.file(name));
    EXPECT_EQ(response.status, 200) << name;
    EXPECT_EQ(response.content_type, type) << name;
    EXPECT_EQ(response.cache_control, "public, max-age=31536000, immutable") << name;
    EXPECT_EQ(page_header(response, "Vary"), "Accept-Encoding") << name;
    EXPECT_EQ(page_header(response, "Content-Security-Policy"),
              page_header(visitor.get("/"), "Content-Security-Policy"))
        << name << ": an image is a page too where somebody opens it";
  }
  EXPECT_EQ(visitor.get(visitor.file("api.js"), {}, ListenerKind::Public, Method::Head).status, 200);
}

TEST(PageRoutes, PackWhatABrowserUnpacks) {
  const PageVisitor visitor;
  const auto packed = [&](std::vector<HeaderField> headers, std::string_view name = "api.js") {
    const Response response = visitor.get(visitor.file(name), std::move(headers));
    const bool said = page_header(response, "Content-Encoding") == "gzip";
    EXPECT_EQ(said ? unpacked(response.body) : response.body, visitor.pages.asset(visitor.file(name))->content);
    return said;
  };
  EXPECT_FALSE(packed({}));
  for (const char* takes :
       {"gzip", "GZIP", "x-gzip", "br, gzip", "gzip;q=0.001", "*", "gzip , *;q=0", "deflate;q=0, *"}) {
    EXPECT_TRUE(packed({{"Accept-Encoding", takes}})) << takes;
  }
  for (const char* takes_not : {"", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "gzip;q=2", "gzi"}) {
    EXPECT_FALSE(packed({{"Accept-Encoding", takes_not}})) << takes_not;
  }
  EXPECT_TRUE(packed({{"Accept-Encoding", "br"}, {"Accept-Encoding", "gzip"}}));
  EXPECT_FALSE(packed({{"Accept-Encoding", "gzip"}}, "page.css")) << "which is smaller as it is";
  // Pages too: they hold nothing of anybody, so their length tells nothing (BREACH).
  const Response page = visitor.get("/", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(page_header(page, "Content-Encoding"), "gzip");
  EXPECT_EQ(unpacked(page.body), on_page(visitor.pages, "login.html", "en"));
}

TEST(PageRoutes, KnowEachFileByOneSpelling) {
  const PageVisitor visitor;
  const std::string folder{visitor.pages.assets_folder()};
  const std::vector<std::string> wrong = {"/pages/0000000000000000/api.js",
                                          folder,
                                          folder + "/",
                                          folder + "/none.js",
                                          folder + "/api.js.gz",
                                          folder + "/../api.js",
                                          folder + "/../../login.html",
                                          folder + "//api.js",
                                          folder + "/./api.js",
                                          folder + "/%61pi.js",
                                          folder + "/%2e%2e/api.js",
                                          folder + "/..%2fapi.js",
                                          folder + "/api.js/",
                                          folder + "/API.js",
                                          folder + "/login.html",
                                          folder + "/parts/head.html",
                                          folder + "/api.js%00",
                                          "/pages",
                                          "/pages/",
                                          "/pages/../settings",
                                          "//",
                                          "/settings/",
                                          "/%73ettings",
                                          "/login.html"};
  for (const std::string& path : wrong) {
    const Response response = visitor.get(path);
    EXPECT_TRUE(response.status == 404 || response.status == 400) << path << ": " << response.status;
    EXPECT_EQ(response.content_type, "application/problem+json") << path;
    EXPECT_EQ(response.cache_control, "no-store") << path;
  }
}

// By the formula that WCAG 2.2 prints, written a second time.
double wcag_contrast(const std::string& one, const std::string& other) {
  const auto luminance = [](const std::string& colour) {
    double sum = 0;
    for (const auto& [at, weight] : {std::pair{1, 0.2126}, std::pair{3, 0.7152}, std::pair{5, 0.0722}}) {
      const double value = std::stoi(colour.substr(static_cast<std::size_t>(at), 2), nullptr, 16) / 255.0;
      sum += weight * (value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4));
    }
    return sum;
  };
  const double a = luminance(one);
  const double b = luminance(other);
  return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

std::string css_value(const std::string& css, const std::string& name) {
  const std::size_t at = css.find("  " + name + ": ");
  return at == std::string::npos ? "" : css.substr(at + name.size() + 4, 7);
}

TEST(OrganisationColour, IsReadableWhateverItIs) {
  constexpr int kSteps[] = {0, 1, 31, 64, 96, 119, 128, 160, 192, 224, 254, 255};
  for (const int red : kSteps) {
    for (const int green : kSteps) {
      for (const int blue : kSteps) {
        const Colour colour{static_cast<std::uint8_t>(red), static_cast<std::uint8_t>(green),
                            static_cast<std::uint8_t>(blue)};
        const std::string css = organisation_css(colour);
        const std::string on_light = css_value(css, "--accent");
        const std::string on_dark = css_value(css, "--accent-on-dark");
        ASSERT_GE(wcag_contrast(on_light, "#ffffff"), 4.5) << css;
        ASSERT_EQ(css_value(css, "--on-accent"), "#ffffff");
        if (wcag_contrast(colour.text(), "#ffffff") >= 4.5) {
          ASSERT_EQ(on_light, colour.text()) << "left as it is where it can be read";
        }
        ASSERT_GE(wcag_contrast(on_dark, "#202428"), 4.5) << css;
        ASSERT_GE(wcag_contrast(on_dark, "#14181a"), 4.5) << css << "what is behind the card is darker";
        ASSERT_GE(wcag_contrast(on_dark, css_value(css, "--on-accent-dark")), 4.5) << css;
        if (wcag_contrast(colour.text(), "#202428") >= 4.5) {
          ASSERT_EQ(on_dark, colour.text()) << "left as it is where it can be read";
        }
      }
    }
  }
}

TEST(OrganisationColour, HasContrastsAsWcagSays) {
  EXPECT_DOUBLE_EQ(contrast(kWhite, kBlack), 21.0);
  EXPECT_DOUBLE_EQ(contrast(kBlack, kWhite), 21.0);
  EXPECT_DOUBLE_EQ(contrast(kWhite, kWhite), 1.0);
  // The lightest grey that can be read on white, and the one beyond.
  EXPECT_EQ(text_colour_on({0x76, 0x76, 0x76}), kWhite);
  EXPECT_EQ(text_colour_on({0x77, 0x77, 0x77}), kBlack);
  EXPECT_EQ(readable_on_dark(kWhite), kWhite);
  EXPECT_EQ(readable_on_light(kBlack), kBlack);
}

TEST(OrganisationColour, IsSixHexadecimalDigits) {
  EXPECT_EQ(Colour::parse("#0b6B6c"), (Colour{0x0b, 0x6b, 0x6c}));
  EXPECT_EQ(Colour::parse("#0B6B6C")->text(), "#0b6b6c");
  for (const char* bad : {"", "#", "#fff", "0b6b6b", "#0b6b6", "#0b6b6b0", "#0b6b6g", "teal", " #0b6b6", "##b6b6b"}) {
    EXPECT_FALSE(Colour::parse(bad)) << bad;
  }
}

TEST(OrganisationLogo, IsAnImageByItsContent) {
  const tests::TemporaryFolder folder;
  const auto made = [&](const std::string& content) {
    platform::Settings settings;
    settings.organisation_logo = (folder.path() / "logo").string();
    EXPECT_TRUE(platform::write_file_atomically(settings.organisation_logo, platform::bytes_of(content)));
    const auto organisation = organisation_of(settings);
    return organisation ? organisation->logo_name : organisation.error().reason;
  };
  EXPECT_EQ(made("<svg xmlns='http://www.w3.org/2000/svg'/>"), "logo.svg");
  EXPECT_EQ(made("\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a logo -->\n<svg/>"), "logo.svg");
  EXPECT_EQ(made(std::string{"\x89PNG\r\n\x1a\n"} + std::string(10, '\0')), "logo.png");
  const std::string no_image = "organisation.logo has to be an SVG or a PNG image";
  for (const char* bad :
       {"", "x", "x <svg/>", "<html></html>", "GIF89a", "\xff\xd8\xff\xe0", "<svg>\xff</svg>", "\x89PNG"}) {
    EXPECT_EQ(made(bad), no_image) << bad;
  }
  EXPECT_TRUE(made("<svg><ScRipt>x</ScRipt></svg>").starts_with("organisation.logo has a script in it"));
  const auto padded = [](std::size_t size) { return "<svg/>" + std::string(size - 6, ' '); };
  EXPECT_EQ(made(padded(kLogoBytesMax)), "logo.svg");
  EXPECT_TRUE(made(padded(kLogoBytesMax + 1)).starts_with("organisation.logo: ")) << made(padded(kLogoBytesMax + 1));
}

}  // namespace
}  // namespace tweestap::http
