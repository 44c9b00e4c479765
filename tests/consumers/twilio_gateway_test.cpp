#include "consumers/sms/twilio_gateway.h"

#include "tests/consumers/provider.h"
#include "tests/consumers/sms_parts.h"

namespace tweestap::consumers::sms {
namespace {

using tests::Provider;
using tests::ReceivedRequest;
using tests::Reply;

TEST(TwilioGateway, PostsTheFormOfTheirApi) {
  const Provider provider([](const ReceivedRequest&) {
    return Reply{.status = 201, .body = R"({"sid":"SMfedcba9876543210","status":"queued"})", .headers = {}};
  });
  const auto gateway = made(TwilioGateway::create(twilio_settings(provider.url("/"))));
  const auto outcome = gateway->send(message_with("a&b=c + 100%\n\"é\""), {});
  EXPECT_EQ(outcome.trouble, Trouble::None);
  EXPECT_EQ(outcome.provider_id, "SMfedcba9876543210");
  const auto received = provider.received();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].method, "POST");
  EXPECT_EQ(received[0].path, "/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json");
  EXPECT_EQ(received[0].headers.at("content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(received[0].headers.at("authorization"),
            "Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjphbiBhdXRoIHRva2Vu");
  EXPECT_EQ(received[0].body, "To=%2B31612345678&From=%2B31970000000&Body=a%26b%3Dc%20%2B%20100%25%0A%22%C3%A9%22");
}

TEST(TwilioGateway, AMessagingServiceIsASenderToo) {
  const Provider provider(
      [](const ReceivedRequest&) { return Reply{.status = 201, .body = R"({"sid":"SM1"})", .headers = {}}; });
  auto settings = twilio_settings(provider.url());
  settings.sender = "MG0123456789abcdef0123456789abcdef";
  EXPECT_EQ(made(TwilioGateway::create(settings))->send(message_with("x"), {}).trouble, Trouble::None);
  EXPECT_EQ(provider.received().at(0).body,
            "To=%2B31612345678&MessagingServiceSid=MG0123456789abcdef0123456789abcdef&Body=x");
}

TEST(TwilioGateway, ANumberThatIsNoneIsForGood) {
  const Provider provider([](const ReceivedRequest&) {
    return Reply{.status = 400,
                 .body = R"({"code":21211,"message":"The 'To' number is not a valid phone number.","status":400})",
                 .headers = {}};
  });
  const auto outcome = made(TwilioGateway::create(twilio_settings(provider.url())))->send(message(), {});
  EXPECT_EQ(outcome.kind(), Outcome::Kind::Refused);
  EXPECT_EQ(reason(outcome), "bad_number, status 400, error 21211");
}

TEST(TwilioGateway, ASettingThatDoesNotFitIsNamed) {
  using S = platform::SmsGatewaySettings;
  const auto with = [](auto change) {
    auto settings = twilio_settings("");
    change(settings);
    const auto gateway = TwilioGateway::create(settings);
    return gateway ? "it was made" : gateway.error().reason;
  };
  EXPECT_EQ(with([](S&) {}), "it was made") << "without a URL it is Twilio's own";
  EXPECT_TRUE(with([](S& s) { s.account = ""; }).starts_with("account has to be"));
  EXPECT_TRUE(with([](S& s) { s.account = "AC/../x"; }).starts_with("account has to be"));
  EXPECT_EQ(with([](S& s) { s.secret = {}; }), "secret has to be set");
  EXPECT_EQ(with([](S& s) { s.sender = ""; }), "sender has to be set");
  EXPECT_EQ(with([](S& s) { s.url = "https://x.example.org?y"; }), "url may not have a query");
  EXPECT_TRUE(with([](S& s) { s.url = "http://x.example.org"; }).starts_with("url has to be https"));
}

}  // namespace
}  // namespace tweestap::consumers::sms
