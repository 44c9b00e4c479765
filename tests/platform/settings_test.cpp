#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "platform/settings/assign.h"
#include "platform/settings/load.h"
#include "platform/settings/nearest.h"
#include "platform/settings/quantity.h"
#include "tests/platform/temporary_folder.h"

namespace tweestap::platform {
namespace {

std::expected<EffectiveSettings, Failure> from_toml(const std::string& toml) {
  const TemporaryFolder folder;
  return load_settings({.file = folder.file("tweestap.toml", toml), .environment = {}, .flags = {}});
}

std::expected<EffectiveSettings, Failure> from_environment(const std::string& name, const std::string& value) {
  return load_settings({.file = std::nullopt, .environment = {{name, value}}, .flags = {}});
}

std::string reason(const std::expected<EffectiveSettings, Failure>& loaded) {
  return loaded ? "loaded" : loaded.error().reason;
}

// Every member has eight bytes or more of the same alignment, or is a yes or no that stands alone between such and is
// filled up to eight; so what is described has to add up to the whole struct.
TEST(Settings, EveryMemberIsDescribed) {
  std::size_t bytes = 0;
  std::set<std::string_view> names;
  for (const auto& description : setting_descriptions()) {
    const Settings settings;
    bytes += std::visit([&](auto member) { return std::max(sizeof(settings.*member), alignof(std::int64_t)); },
                        description.member);
    EXPECT_TRUE(names.insert(description.name).second) << description.name << " twice";
    EXPECT_EQ(std::ranges::count(description.name, '.'), 1) << description.name;
    EXPECT_TRUE(description.meaning.ends_with('.')) << description.name;
  }
  EXPECT_EQ(bytes, sizeof(Settings));
}

TEST(Settings, DefaultsAreWithinTheirBounds) {
  const auto defaults = load_settings({});
  ASSERT_TRUE(defaults) << reason(defaults);
  for (const auto& row : defaults->rows()) EXPECT_EQ(row.source, "default");
  const auto again = from_toml(settings_as_toml(*defaults));
  ASSERT_TRUE(again) << reason(again);
  for (std::size_t i = 0; i < again->rows().size(); ++i) {
    EXPECT_EQ(again->rows()[i].value, defaults->rows()[i].value) << again->rows()[i].name;
  }
}

using Entries = std::vector<std::string>;

TEST(Settings, ATableIsAListOfNamesWithValues) {
  const auto loaded = from_toml(
      "[kafka.librdkafka]\nlinger.ms = 5\n'queue.buffering.max.ms' = '7'\nsocket.keepalive.enable = true\na = ''\n");
  ASSERT_TRUE(loaded) << reason(loaded);
  Entries sorted = loaded->values.kafka_librdkafka;
  std::ranges::sort(sorted);
  EXPECT_EQ(sorted, (Entries{"a=", "linger.ms=5", "queue.buffering.max.ms=7", "socket.keepalive.enable=true"}));
  const auto listed = from_environment("TWEESTAP_KAFKA_LIBRDKAFKA", "linger.ms=5, a=b=c");
  ASSERT_TRUE(listed) << reason(listed);
  EXPECT_EQ(listed->values.kafka_librdkafka, (Entries{"linger.ms=5", "a=b=c"}));
}

TEST(Settings, ATableTakesOneValueForAName) {
  for (const auto* bad :
       {"[kafka.librdkafka]\na = [1]\n", "[kafka.librdkafka]\na = 1.5\n", "[kafka.librdkafka]\n'' = 1\n",
        "[kafka]\nlibrdkafka = 'a=b'\n", "[kafka]\nlibrdkafka = ['a']\n", "[kafka]\nbrokers = {}\n"}) {
    EXPECT_FALSE(from_toml(bad)) << bad;
  }
  const std::string longest(4096 - 2, 'v');
  EXPECT_TRUE(from_environment("TWEESTAP_KAFKA_LIBRDKAFKA", "a=" + longest));
  EXPECT_FALSE(from_environment("TWEESTAP_KAFKA_LIBRDKAFKA", "a=v" + longest));
}

TEST(LOG_1, TheValuesOfATableAreNotShown) {
  const auto loaded = from_toml("[kafka.librdkafka]\nsasl.oauthbearer.client.secret = 'canary=1'\n");
  ASSERT_TRUE(loaded) << reason(loaded);
  const std::string shown = settings_as_toml(*loaded);
  EXPECT_EQ(shown.find("canary"), std::string::npos);
  EXPECT_NE(shown.find("# librdkafka = [\"sasl.oauthbearer.client.secret=***\"]"), std::string::npos) << shown;
  EXPECT_TRUE(from_toml(shown));
  const auto refused = from_toml("[kafka.librdkafka]\na = 'canary\\n'\n");
  EXPECT_EQ(reason(refused).find("canary"), std::string::npos) << reason(refused);
}

TEST(Settings, TheLaterSourceWins) {
  const TemporaryFolder folder;
  const auto file = folder.file("t.toml", "[storage]\nreserve = '1GiB'\ndata = '/a'\n[session]\nidle = 1800\n");
  const auto loaded = load_settings({.file = file,
                                     .environment = {{"TWEESTAP_STORAGE_DATA", "/b"},
                                                     {"TWEESTAP_STORAGE_RESERVE", "2GiB"},
                                                     {"PATH", "/bin"},
                                                     {"TWEESTAP_API_KEY", "key_x"},
                                                     {"TWEESTAP_URL", "http://localhost"}},
                                     .flags = {{"storage.data", "--data", "/c"}}});
  ASSERT_TRUE(loaded) << reason(loaded);
  EXPECT_EQ(loaded->values.storage_data, "/c");
  EXPECT_EQ(loaded->source_of("storage.data"), "flag:--data");
  EXPECT_EQ(loaded->values.storage_reserve_bytes, std::int64_t{2} << 30);
  EXPECT_EQ(loaded->source_of("storage.reserve"), "env:TWEESTAP_STORAGE_RESERVE");
  EXPECT_EQ(loaded->values.session_idle_s, 1800);
  EXPECT_EQ(loaded->source_of("session.idle"), "file:" + file.string());
  EXPECT_EQ(loaded->source_of("session.lifetime"), "default");
}

TEST(Settings, AnUnknownOneNamesTheNearestThatIsNear) {
  EXPECT_NE(reason(from_toml("[storage]\nreserv = '1GiB'\n")).find("nearest known one is storage.reserve"),
            std::string::npos);
  EXPECT_NE(reason(from_toml("reserve = 1\n")).find("unknown setting reserve"), std::string::npos);
  EXPECT_NE(reason(from_toml("reserve = 1\n")).find("nearest known one is storage.reserve"), std::string::npos);
  EXPECT_NE(reason(from_toml("[a.b]\nc = 1\n")).find("unknown setting a.b"), std::string::npos);
  EXPECT_NE(reason(from_toml("[storag]\nreserve = 1\n")).find("storage.reserve"), std::string::npos);
  EXPECT_NE(reason(from_environment("TWEESTAP_SESION_IDLE", "1h")).find("nearest known one is TWEESTAP_SESSION_IDLE"),
            std::string::npos);
  EXPECT_NE(reason(from_environment("TWEESTAP_DATA", "/d")).find("nearest known one is TWEESTAP_STORAGE_DATA"),
            std::string::npos);
  EXPECT_TRUE(reason(from_environment("TWEESTAP_FOO", "1"))
                  .starts_with("unknown environment variable TWEESTAP_FOO; the nearest known one is TWEESTAP_"));
  EXPECT_NE(reason(from_environment("TWEESTAP_", "")).find("unknown environment variable"), std::string::npos);
}

TEST(Settings, ValuesHaveTheirTypeAndBounds) {
  EXPECT_EQ(from_toml("[session]\nidle = '90m'\n")->values.session_idle_s, 5400);
  EXPECT_EQ(from_toml("[http]\nproxies = ['10.0.0.0/8', '::1']\n")->values.http_proxies.size(), 2U);
  EXPECT_EQ(from_environment("TWEESTAP_HTTP_PROXIES", "10.0.0.0/8, ::1,")->values.http_proxies.size(), 2U);
  EXPECT_EQ(from_environment("TWEESTAP_ENROLMENT_TRIES", "7")->values.enrolment_tries, 7);
  EXPECT_EQ(from_toml("[organisation]\nlanguage = 'nl'\n")->values.organisation_language, "nl");
  for (const auto* wrong : {"[session]\nidle = '90 m'\n",
                            "[session]\nidle = '-1h'\n",
                            "[session]\nidle = 1.5\n",
                            "[session]\nidle = true\n",
                            "[session]\nidle = '8d'\n",
                            "[session]\nidle = '59s'\n",
                            "[session]\nidle = '99999999999999999999h'\n",
                            "[session]\nidle = '9999999999999999h'\n",
                            "[enrolment]\ntries = '7'\n",
                            "[enrolment]\ntries = 11\n",
                            "[enrolment]\ntries = 0\n",
                            "[organisation]\nlanguage = 'de'\n",
                            "[organisation]\nname = 7\n",
                            "[organisation]\nname = \"a\\nb\"\n",
                            "[http]\nproxies = '10.0.0.0/8'\n",
                            "[http]\nproxies = [1]\n",
                            "[storage]\nreserve = '512MB'\n",
                            "[password]\nargon2_memory = '18MiB'\n",
                            "[storage]\nreserve = '511MiB'\n",
                            "[session]\nidle = '7d'\n",
                            "[organisation]\nname = 1979-05-27\n"}) {
    EXPECT_FALSE(from_toml(wrong)) << wrong;
  }
  EXPECT_EQ(reason(from_environment("TWEESTAP_SESSION_IDLE", "forever")),
            "env:TWEESTAP_SESSION_IDLE: session.idle has to be a duration from 1m to 7d");
}

TEST(Settings, AListInTheEnvironmentHasCommasAndNoBrackets) {
  EXPECT_EQ(from_environment("TWEESTAP_SMS_HEADERS", "A: b, C: d")->values.sms_gateway().headers,
            (std::vector<std::string>{"A: b", "C: d"}));
  EXPECT_TRUE(from_environment("TWEESTAP_SMS_HEADERS", "A: [b]"));
  for (const auto* array : {R"(["A: b"])", R"( [ "A: b", "C: d" ])", "['A: b']", "[]"}) {
    EXPECT_EQ(
        reason(from_environment("TWEESTAP_SMS_HEADERS", array)),
        "env:TWEESTAP_SMS_HEADERS: sms.headers is a list: here its texts stand with commas between them, as a, b, "
        "without brackets and quotes");
  }
  EXPECT_TRUE(from_toml("[sms]\nheaders = ['[odd]: x']\n")) << "TOML knows what a list is";
}

TEST(Settings, BrokenTomlGivesItsLineAndNotItsText) {
  const auto loaded = from_toml("[keys]\nkek = 'c0ffee\n");
  ASSERT_FALSE(loaded);
  EXPECT_NE(reason(loaded).find("line 2"), std::string::npos) << reason(loaded);
  EXPECT_EQ(reason(loaded).find("c0ffee"), std::string::npos);
  EXPECT_FALSE(from_toml("[session]\nidle = 1\nidle = 2\n"));
  EXPECT_FALSE(load_settings({.file = "/nonexistent/tweestap.toml", .environment = {}, .flags = {}}));
}

TEST(KEY_3, ASecretSettingIsNeverShown) {
  const std::string canary = "5ec12e7";
  const auto loaded = from_environment("TWEESTAP_KEYS_KEK", canary);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->values.keys_kek.reveal_text(), canary);
  EXPECT_EQ(settings_as_toml(*loaded).find(canary), std::string::npos);
  EXPECT_NE(settings_as_toml(*loaded).find("# kek = \"***\"  # env:TWEESTAP_KEYS_KEK"), std::string::npos);
  const auto wrong = from_environment("TWEESTAP_KEYS_KEK", canary + std::string(200, 'x'));
  EXPECT_EQ(reason(wrong).find(canary), std::string::npos);
}

TEST(KEY_3, WhatMayHoldASecretIsMaskedWhereItIsPrinted) {
  const auto loaded = from_toml(
      "[sms]\nurl = 'https://u:5ec12e7@sms.example.org/a@b?c'\nsecond_url = 'https://sms.example.org/a@b'\n"
      "headers = ['Authorization: Bearer 5ec12e7', 'content-type: text/plain', 'X-Key:5ec12e7', 'ACCEPT: */*', "
      "'5ec12e7']\nsecond_headers = ['Accept: a']\n");
  ASSERT_TRUE(loaded) << reason(loaded);
  EXPECT_EQ(loaded->values.sms_gateway().headers.front(), "Authorization: Bearer 5ec12e7");
  const std::string printed = settings_as_toml(*loaded);
  EXPECT_EQ(printed.find("5ec12e7"), std::string::npos) << printed;
  EXPECT_NE(printed.find("\n# url = \"https://***@sms.example.org/a@b?c\"  #"), std::string::npos) << printed;
  EXPECT_NE(printed.find("\nsecond_url = \"https://sms.example.org/a@b\"  #"), std::string::npos) << printed;
  EXPECT_NE(printed.find("\n# headers = [\"Authorization: ***\", \"content-type: text/plain\", \"X-Key: ***\", "
                         "\"ACCEPT: */*\", \"***\"]  #"),
            std::string::npos)
      << printed;
  EXPECT_NE(printed.find("\nsecond_headers = [\"Accept: a\"]  #"), std::string::npos) << printed;
  std::set<std::string_view> masked;
  for (const auto& row : loaded->rows()) {
    if (row.masked && row.type != SettingType::Secret) masked.insert(row.name);
  }
  EXPECT_EQ(masked, (std::set<std::string_view>{"sms.url", "sms.headers"}));
}

TEST(Settings, WhatPagesSayOfTheOrganisationHasALength) {
  const auto fits = [](const std::string& name, std::size_t bytes) {
    return from_environment("TWEESTAP_ORGANISATION_" + name, std::string(bytes, 'x')).has_value();
  };
  for (const auto& [name, bytes] : std::map<std::string, std::size_t>{
           {"NAME", 100}, {"HELP_NL", 500}, {"HELP_EN", 500}, {"SUPPORT", 200}, {"LOGO", 4096}}) {
    EXPECT_TRUE(fits(name, bytes)) << name;
    EXPECT_FALSE(fits(name, bytes + 1)) << name;
  }
  EXPECT_FALSE(from_environment("TWEESTAP_ORGANISATION_HELP_NL", "one line\nand another"));
}

TEST(Settings, ASecretMayComeFromAFile) {
  const TemporaryFolder folder;
  const auto file = folder.file("kek", "c0ffee\n");
  const auto loaded = from_environment("TWEESTAP_KEYS_KEK_FILE", file.string());
  ASSERT_TRUE(loaded) << reason(loaded);
  EXPECT_EQ(loaded->values.keys_kek.reveal_text(), "c0ffee");
  EXPECT_EQ(loaded->source_of("keys.kek"), "env:TWEESTAP_KEYS_KEK_FILE");
  EXPECT_TRUE(from_toml("[keys]\nkek_file = '" + file.string() + "'\n"));
  EXPECT_FALSE(from_toml("[keys]\nkek = 'a'\nkek_file = '" + file.string() + "'\n")) << "which one?";
  EXPECT_FALSE(from_environment("TWEESTAP_KEYS_KEK_FILE", (folder / "absent").string()));
  EXPECT_FALSE(from_environment("TWEESTAP_STORAGE_DATA_FILE", file.string())) << "only secrets have one";
}

TEST(Settings, TheReferenceHasAllOfThem) {
  const std::string reference = settings_reference();
  for (const auto& description : setting_descriptions()) {
    EXPECT_NE(reference.find("| `" + std::string(description.name) + "`"), std::string::npos);
    EXPECT_NE(reference.find("`" + environment_name(description.name) + "`"), std::string::npos);
  }
  EXPECT_NE(reference.find("| `storage.reserve` | `TWEESTAP_STORAGE_RESERVE` | `\"512MiB\"` |"), std::string::npos);
  EXPECT_NE(reference.find("`keys.kek_file`"), std::string::npos);
}

TEST(Quantity, ReadsBackWhatItWrote) {
  for (const std::int64_t value : {0L, 1L, 59L, 60L, 90L, 3600L, 86'400L, 90'000L, 1L << 40}) {
    EXPECT_EQ(parse_duration_s(format_duration_s(value)), value);
    EXPECT_EQ(parse_size_bytes(format_size_bytes(value)), value);
  }
  EXPECT_EQ(format_duration_s(43'200), "12h");
  EXPECT_EQ(format_duration_s(90), "90s");
  EXPECT_EQ(format_size_bytes(1536), "1536B");
  EXPECT_EQ(parse_duration_s("30"), 30);
  for (const auto* wrong : {"", "h", "1.5h", "1h30m", " 1h", "1 h", "1H", "0x1h", "--1h"}) {
    EXPECT_FALSE(parse_duration_s(wrong)) << wrong;
  }
}

TEST(EditDistance, CountsChanges) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("same", "same"), 0U);
}

}  // namespace
}  // namespace tweestap::platform
