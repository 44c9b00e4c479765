#include "consumers/sms/choose_gateway.h"

#include <fstream>

#include "tests/consumers/provider.h"
#include "tests/consumers/sms_parts.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::consumers::sms {
namespace {

class ChooseGateway : public ::testing::Test {
 protected:
  // The settings of a file with these lines in its section sms.
  platform::Settings settings(const std::string& lines) {
    const auto path = folder_.path() / "tweestap.toml";
    std::ofstream(path) << "[sms]\n" << lines << "\n";
    auto loaded = platform::load_settings({.file = path, .environment = {}, .flags = {}});
    if (!loaded) ADD_FAILURE() << loaded.error().reason;
    return loaded ? std::move(loaded->values) : platform::Settings{};
  }
  std::string reason_for(const std::string& lines) {
    const auto chosen = choose_gateway(settings(lines), clock_);
    return chosen ? (*chosen ? "a gateway" : "off") : chosen.error().reason;
  }

  tests::TemporaryFolder folder_;
  platform::SystemClock clock_;
};

TEST_F(ChooseGateway, WithoutASettingSmsIsOff) { EXPECT_EQ(reason_for(""), "off"); }

TEST_F(ChooseGateway, EachKindIsMade) {
  EXPECT_EQ(reason_for("gateway = 'file'\nfile = 'sms.ndjson'"), "a gateway");
  EXPECT_EQ(reason_for("gateway = 'http'\nurl = 'https://sms.example.org/messages'"), "a gateway");
  EXPECT_EQ(reason_for("gateway = 'twilio'\naccount = 'AC1'\nsecret = 'x'\nsender = 'Tweestap'"), "a gateway");
  EXPECT_EQ(reason_for("gateway = 'file'\nfile = 'sms.ndjson'\nsecond_gateway = 'http'\n"
                       "second_url = 'https://sms.example.org/messages'"),
            "a gateway");
}

TEST_F(ChooseGateway, WhatDoesNotFitIsNamedAsASetting) {
  EXPECT_EQ(reason_for("gateway = 'http'"), "sms.url has to be set");
  EXPECT_EQ(reason_for("gateway = 'file'"), "sms.file has to be in a folder that is there");
  EXPECT_EQ(reason_for("gateway = 'file'\nfile = 'x'\nsecond_gateway = 'twilio'\nsecond_account = 'AC1'"),
            "sms.second_secret has to be set");
  EXPECT_EQ(reason_for("second_gateway = 'file'\nsecond_file = 'x'"), "sms.second_gateway wants sms.gateway first");
}

TEST_F(ChooseGateway, TheSecondTakesOverFromTheFirst) {
  const tests::Provider provider([](const tests::ReceivedRequest&) { return tests::Reply{}; });
  const auto chosen = choose_gateway(
      settings("gateway = 'http'\nurl = '" + tests::deserted_url() + "'\nsecond_gateway = 'http'\nsecond_url = '" +
               provider.url() + "'\nsecond_body = '{\"second\":\"{to}{text}\"}'"),
      clock_);
  ASSERT_TRUE(chosen);
  for (int i = 0; i < 3; ++i) {
    const auto outcome = (*chosen)->send(message_with("x"), {});
    EXPECT_EQ(outcome.kind(), Outcome::Kind::Accepted);
    EXPECT_EQ(outcome.gateway, 2);
  }
  ASSERT_EQ(provider.received().size(), 3U);
  EXPECT_EQ(provider.received()[0].body, R"({"second":"+31612345678x"})");
}

TEST(SmsFlag, IsAFileOrOff) {
  const auto file = settings_of_sms_flag("file:a:b/sms.ndjson");
  ASSERT_TRUE(file);
  const auto loaded = platform::load_settings({.file = {}, .environment = {}, .flags = *file});
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->values.sms_gateway().kind, "file");
  EXPECT_EQ(loaded->values.sms_gateway().file, "a:b/sms.ndjson");
  EXPECT_EQ(loaded->values.sms_second_gateway().kind, "off");
  EXPECT_EQ(loaded->source_of("sms.file"), "flag:--sms");
  ASSERT_TRUE(settings_of_sms_flag("off"));
  for (const auto* odd : {"", "file", "file:", "FILE:x", "http", "x:y"}) {
    EXPECT_FALSE(settings_of_sms_flag(odd)) << odd;
  }
}

}  // namespace
}  // namespace tweestap::consumers::sms
