// What `config check` and `serve` refuse before anything is made.
#include "app/check_settings.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/app/data_folder.h"

namespace tweestap::app {
namespace {

using platform::Settings;

// Empty where the settings are good.
std::string reason(const std::function<void(Settings&)>& change) {
  Settings settings;
  change(settings);
  const platform::SystemClock clock;
  const auto checked = check_settings(settings, clock);
  return checked ? "" : checked.error().reason;
}

TEST(CheckSettings, TheDefaultsAreGood) {
  EXPECT_EQ(reason([](Settings&) {}), "");
}

TEST(CheckSettings, ListenersAreHostAndPort) {
  for (const char* good : {"127.0.0.1:0", "127.0.0.1:65535", "[::1]:8080", "localhost:8080"}) {
    EXPECT_EQ(reason([good](Settings& s) { s.http_public = good; }), "") << good;
  }
  for (const char* bad : {"", "8080", "127.0.0.1", "127.0.0.1:", ":8080", "127.0.0.1:65536", "127.0.0.1:x",
                          "127.0.0.1:80 ", "127.0.0.1:-1"}) {
    EXPECT_TRUE(reason([bad](Settings& s) { s.http_public = bad; }).starts_with("http.public wants HOST:PORT")) << bad;
    EXPECT_TRUE(reason([bad](Settings& s) { s.http_staff = bad; }).starts_with("http.staff wants HOST:PORT")) << bad;
  }
  EXPECT_EQ(reason([](Settings& s) { s.http_staff = s.http_public; }),
            "http.public and http.staff cannot both have 127.0.0.1:8080");
  EXPECT_EQ(reason([](Settings& s) { s.http_staff = s.http_public = "127.0.0.1:0"; }), "");
}

TEST(HTTP_5, APublicAddressWithoutAProxyIsRefusedBeforeAnySocket) {
  const auto public_address = [](Settings& s) { s.http_public = "192.0.2.1:8080"; };
  EXPECT_TRUE(reason(public_address).starts_with("http.public: will not listen on 192.0.2.1:8080"));
  EXPECT_TRUE(reason([](Settings& s) { s.http_staff = "0.0.0.0:1"; }).starts_with("http.staff: will not listen"));
  EXPECT_EQ(reason([&](Settings& s) {
              public_address(s);
              s.http_proxies = {"10.0.0.0/8"};
            }),
            "");
}

TEST(CheckSettings, ProxiesAreNetworksAndTheirHeaderIsAName) {
  EXPECT_EQ(reason([](Settings& s) {
              s.http_proxies = {"::1", "proxy"};
            }),
            "http.proxies: \"proxy\" is not an address or network: write it like 192.0.2.7, 10.0.0.0/8 or "
            "2001:db8::/32");
  EXPECT_EQ(reason([](Settings& s) { s.http_forwarded_header = "Fly-Client-IP"; }), "");
  for (const char* bad : {"", "bad header", "X-Forwarded-For:", "h\xc3\xa9"}) {
    EXPECT_TRUE(reason([bad](Settings& s) { s.http_forwarded_header = bad; }).starts_with("http.forwarded_header"))
        << bad;
  }
}

TEST(CheckSettings, AnOriginIsWhatABrowserSends) {
  for (const char* good : {"", "https://login.example.org", "https://login.example.org:8443", "https://[2001:db8::1]",
                           "https://192.0.2.1:65535", "http://localhost:8080", "http://127.0.0.1", "http://[::1]:1"}) {
    EXPECT_EQ(reason([good](Settings& s) { s.http_public_origin = good; }), "") << good;
  }
  for (const char* bad : {"nonsense",
                          "https://",
                          "https://login.example.org/",
                          "https://login.example.org/path",
                          "ftp://example.org",
                          "http://login.example.org",
                          "http://192.0.2.1",
                          "https://Login.example.org",
                          "HTTPS://login.example.org",
                          "https://login.example.org:443",
                          "https://login.example.org:0",
                          "https://login.example.org:65536",
                          "https://login.example.org:",
                          "https://login.example.org:08443",
                          "https://u@login.example.org",
                          "https://login.example.org?x",
                          "https://[::1",
                          "https://[login]",
                          "http://localhost:80",
                          "http://",
                          "https://a b"}) {
    EXPECT_TRUE(reason([bad](Settings& s) { s.http_public_origin = bad; }).starts_with("http.public_origin wants"))
        << bad;
    EXPECT_TRUE(reason([bad](Settings& s) { s.http_staff_origin = bad; }).starts_with("http.staff_origin wants"))
        << bad;
  }
}

TEST(CheckSettings, WhatIsNamedHasToBeThere) {
  EXPECT_TRUE(reason([](Settings& s) { s.password_blocklist = "/not/there"; }).starts_with("password.blocklist: "));
  EXPECT_TRUE(reason([](Settings& s) { s.keys_kek = platform::Secret::from_text("short"); }).starts_with("keys.kek: "));
  const auto messages = [](const std::string& file) {
    return [file](Settings& s) {
      s.storage_data = "./there-later";
      static_cast<platform::FirstSmsGateway&>(s).kind = "file";
      static_cast<platform::FirstSmsGateway&>(s).file = file;
    };
  };
  EXPECT_EQ(reason(messages("there-later/sms.ndjson")), "");
  EXPECT_EQ(reason(messages(std::filesystem::absolute("there-later/sms.ndjson").string())), "");
  EXPECT_EQ(reason(messages("sms.ndjson")), "");
  EXPECT_EQ(reason(messages("there-later/sub/sms.ndjson")), "sms.file has to be in a folder that is there");
  EXPECT_EQ(reason(messages("elsewhere/sms.ndjson")), "sms.file has to be in a folder that is there");
  EXPECT_EQ(reason([](Settings& s) { static_cast<platform::SecondSmsGateway&>(s).kind = "file"; }),
            "sms.second_file has to be in a folder that is there");
}

TEST(CheckSettings, WhatPagesShowIsAColourAndAnImage) {
  EXPECT_EQ(reason([](Settings& s) { s.organisation_colour = "#FFCC00"; }), "");
  EXPECT_EQ(reason([](Settings& s) { s.organisation_colour = "teal"; }),
            "organisation.colour wants a colour such as #0b6b6b, and not \"teal\"");
  EXPECT_TRUE(reason([](Settings& s) { s.organisation_logo = "/not/there.svg"; }).starts_with("organisation.logo: "));
  EXPECT_EQ(reason([](Settings& s) { s.organisation_logo = "/dev/null"; }),
            "organisation.logo has to be an SVG or a PNG image");
}

// With less no try would ever begin: each may take as long as twice both limits.
TEST(CheckSettings, ACodeLivesLongerThanATryMayTake) {
  const auto lasting = [](std::int64_t seconds) {
    return [seconds](Settings& s) {
      s.storage_data = "./there-later";
      static_cast<platform::FirstSmsGateway&>(s).kind = "file";
      static_cast<platform::FirstSmsGateway&>(s).file = "there-later/sms.ndjson";
      static_cast<platform::FirstSmsGateway&>(s).timeout_s = 60;
      s.sms_code_lifetime_s = seconds;
    };
  };
  EXPECT_EQ(reason(lasting(136)), "");
  EXPECT_EQ(
      reason(lasting(135)),
      "sms.code_lifetime is too short for sms.timeout and sms.second_timeout: with these it has to be 136s at least");
}

using CheckedStart = OnADataFolder;

TEST_F(CheckedStart, ServeAndConfigCheckSayTheSameAndMakeNothing) {
  for (const auto& [name, value] : std::map<std::string, std::string>{{"TWEESTAP_HTTP_PUBLIC", "127.0.0.1:65536"},
                                                                      {"TWEESTAP_HTTP_STAFF", "192.0.2.1:80"},
                                                                      {"TWEESTAP_HTTP_PROXIES", "proxy"},
                                                                      {"TWEESTAP_HTTP_FORWARDED_HEADER", "bad header"},
                                                                      {"TWEESTAP_HTTP_PUBLIC_ORIGIN", "nonsense"},
                                                                      {"TWEESTAP_PASSWORD_BLOCKLIST", "/not/there"},
                                                                      {"TWEESTAP_SMS_GATEWAY", "http"},
                                                                      {"TWEESTAP_SMS_SECOND_GATEWAY", "file"},
                                                                      {"TWEESTAP_ORGANISATION_COLOUR", "teal"},
                                                                      {"TWEESTAP_ORGANISATION_LOGO", "/not/there"}}) {
    const auto checked = run({"config", "check"}, {{name, value}});
    const auto served = run({"serve"}, {{name, value}});
    EXPECT_EQ(checked.status, 2) << name;
    EXPECT_EQ(checked.out, "") << name;
    EXPECT_EQ(served.status, 2) << name;
    EXPECT_EQ(checked.err, served.err) << name;
    EXPECT_FALSE(std::filesystem::exists(data_)) << name;
  }
}

}  // namespace
}  // namespace tweestap::app
