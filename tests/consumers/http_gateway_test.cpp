#include "consumers/sms/http_gateway.h"

#include "tests/consumers/provider.h"
#include "tests/consumers/sms_parts.h"

namespace tweestap::consumers::sms {
namespace {

using tests::OddServer;
using tests::Provider;
using tests::ReceivedRequest;
using tests::Reply;
using Kind = Outcome::Kind;

Outcome sent_with(const platform::SmsGatewaySettings& settings, const Message& what = message()) {
  const auto gateway = made(HttpGateway::create(settings));
  return gateway ? gateway->send(what, {}) : Outcome{.trouble = Trouble::Stopped};
}

std::string refused_because(const platform::SmsGatewaySettings& settings) {
  const auto gateway = HttpGateway::create(settings);
  return gateway ? "it was made" : gateway.error().reason;
}

TEST(HttpGateway, SendsTheTemplateFilledIn) {
  const Provider provider([](const ReceivedRequest&) {
    return Reply{.status = 202, .body = R"({"messages":[{"id":"m-1","state":"queued"}]})", .headers = {}};
  });
  auto settings = http_settings(provider.url("/v1/messages"));
  settings.method = "PUT";
  settings.headers = {"Authorization: Bearer {secret}", "Idempotency-Key: {reference}"};
  settings.body = R"({"recipient":"{to}","sender":"{from}","content":{"text":"{text}"},"ref":"{reference}"})";
  settings.sender = "Tweestap";
  settings.secret = platform::Secret::from_text("s3cr3t");
  settings.success = {"202"};
  settings.success_member = "messages.0.state";
  settings.success_value = "queued";
  settings.id_member = "messages.0.id";
  const auto outcome = sent_with(settings);
  EXPECT_EQ(outcome.trouble, Trouble::None);
  EXPECT_EQ(outcome.provider_id, "m-1");
  EXPECT_EQ(outcome.status, 202);
  EXPECT_EQ(reason(outcome), "none, status 202");
  const auto received = provider.received();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].method, "PUT");
  EXPECT_EQ(received[0].path, "/v1/messages");
  EXPECT_EQ(received[0].headers.at("authorization"), "Bearer s3cr3t");
  EXPECT_EQ(received[0].headers.at("idempotency-key"), "cha_0001");
  EXPECT_EQ(received[0].headers.at("content-type"), "application/json");
  EXPECT_EQ(
      received[0].body,
      R"({"recipient":"+31612345678","sender":"Tweestap","content":{"text":"Your code is 014874"},"ref":"cha_0001"})");
}

TEST(HttpGateway, ATextCannotLeaveItsPlace) {
  const Provider provider([](const ReceivedRequest&) { return Reply{.status = 200, .body = "", .headers = {}}; });
  auto settings = http_settings(provider.url());
  settings.body = R"({"text":"{text}","to":"{to}"})";
  const auto text = "say \"hi\",\"to\":\"+1\\\nsecond line\xE2\x80\xA8third {to}";
  EXPECT_EQ(sent_with(settings, message_with(text)).kind(), Kind::Accepted);
  const auto received = provider.received();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].body,
            "{\"text\":\"say \\\"hi\\\",\\\"to\\\":\\\"+1\\\\\\nsecond line\xE2\x80\xA8third "
            "{to}\",\"to\":\"+31612345678\"}");
}

TEST(HttpGateway, AnAnswerSaysWhatBecameOfIt) {
  struct Case {
    Reply reply;
    Trouble trouble;
    Kind kind;
  };
  const Case kCases[] = {
      {{.status = 200, .body = R"({"id":"a"})", .headers = {}}, Trouble::None, Kind::Accepted},
      {{.status = 200, .body = "not json at all", .headers = {}}, Trouble::None, Kind::Accepted},
      {{.status = 429, .body = "", .headers = {{"Retry-After", "9"}}}, Trouble::TooMany, Kind::Later},
      {{.status = 500, .body = "<html>", .headers = {}}, Trouble::GatewayFault, Kind::Later},
      {{.status = 302, .body = "", .headers = {{"Location", "http://127.0.0.1:9/"}}}, Trouble::Redirected, Kind::Later},
      {{.status = 422, .body = "", .headers = {}}, Trouble::Refused, Kind::Refused},
      {{.status = 401, .body = "", .headers = {}}, Trouble::OurAccount, Kind::Later},
  };
  for (const Case& one : kCases) {
    const Provider provider([&](const ReceivedRequest&) { return one.reply; });
    const auto outcome = sent_with(http_settings(provider.url()));
    EXPECT_EQ(outcome.trouble, one.trouble) << one.reply.status;
    EXPECT_EQ(outcome.kind(), one.kind) << one.reply.status;
    EXPECT_EQ(outcome.status, one.reply.status);
    EXPECT_EQ(outcome.retry_after.has_value(), one.reply.status == 429);
  }
}

TEST(HttpGateway, HandsOnHowLongItIsAskedToWait) {
  const Provider provider([](const ReceivedRequest&) {
    return Reply{.status = 429, .body = "", .headers = {{"Retry-After", "9"}}};
  });
  EXPECT_EQ(sent_with(http_settings(provider.url())).retry_after, std::chrono::seconds(9));
}

TEST(HttpGateway, WhereNobodyAnswersItIsForLater) {
  const OddServer hanging(OddServer::hang);
  EXPECT_EQ(sent_with(http_settings(hanging.url())).trouble, Trouble::TimedOut);
  const OddServer odd(OddServer::say("+OK ready\r\n"));
  EXPECT_EQ(sent_with(http_settings(odd.url())).trouble, Trouble::BadAnswer);
  EXPECT_EQ(sent_with(http_settings(tests::deserted_url())).trouble, Trouble::NotReachable);
  EXPECT_EQ(sent_with(http_settings(tests::deserted_url())).kind(), Kind::Later);
}

TEST(HttpGateway, AsksNobodyAboutWhatIsNoMessage) {
  const Provider provider([](const ReceivedRequest&) { return Reply{}; });
  const auto gateway = made(HttpGateway::create(http_settings(provider.url())));
  const auto trouble = [&](const Message& what) { return gateway->send(what, {}).trouble; };
  for (const auto* odd : {"", "+", "31612345678", "+0612345678", "+123456", "+1234567890123456", "+3161234567a",
                          "+31 612345678", "0031612345678"}) {
    auto what = message();
    what.to = odd;
    EXPECT_EQ(trouble(what), Trouble::BadNumber) << odd;
  }
  EXPECT_EQ(trouble(message_with("")), Trouble::Refused);
  EXPECT_EQ(trouble(message_with("\xff")), Trouble::Refused);
  EXPECT_EQ(trouble(message_with(std::string(kTextBytesMax + 1, 'x'))), Trouble::Refused);
  for (const auto& odd : {std::string(), std::string("a b"), std::string("a\r\nX: y"), std::string(65, 'r')}) {
    auto what = message();
    what.reference = odd;
    EXPECT_EQ(trouble(what), Trouble::Refused) << odd;
  }
  EXPECT_TRUE(provider.received().empty());
  for (const auto* fine : {"+1234567", "+123456789012345"}) {
    auto what = message_with(std::string(kTextBytesMax, 'x'));
    what.to = fine;
    what.reference = std::string(64, 'r');
    EXPECT_EQ(trouble(what), Trouble::None) << fine;
  }
}

TEST(HttpGateway, ASettingThatDoesNotFitIsNamed) {
  const auto with = [](auto change) {
    auto settings = http_settings("https://sms.example.org");
    change(settings);
    return refused_because(settings);
  };
  using S = platform::SmsGatewaySettings;
  EXPECT_EQ(with([](S&) {}), "it was made");
  EXPECT_EQ(with([](S& s) { s.url = ""; }), "url has to be set");
  EXPECT_TRUE(with([](S& s) { s.url = "http://sms.example.org"; }).starts_with("url has to be https"));
  EXPECT_EQ(with([](S& s) { s.body = R"({"to":"{to}"})"; }), "body has to have {to} and {text}");
  EXPECT_TRUE(with([](S& s) { s.body = R"({"to":"{to}","text":"{txt}"})"; }).starts_with("body: {txt}"));
  for (const auto* body : {R"({"to":{to},"text":"{text}"})", R"({"to":"{to}","text":{text}})", "{to} {text}",
                           R"({"to":"{to}","text":"{text}")", R"("{to}" "{text}")"}) {
    EXPECT_TRUE(with([&](S& s) { s.body = body; }).starts_with("body has to be JSON")) << body;
  }
  for (const auto* header : {"", "X", ": x", "X Y: z", "X: {to}", "X: {text}", "X: {word}", "Host: example.org",
                             "CONTENT-LENGTH: 3", "Transfer-Encoding: chunked"}) {
    EXPECT_TRUE(with([&](S& s) { s.headers = {header}; }).starts_with("headers")) << header;
  }
  EXPECT_EQ(with([](S& s) { s.headers = {"Content-Type: application/vnd.x+json", "X-Key:{secret}"}; }), "it was made");
  EXPECT_TRUE(with([](S& s) { s.success = {"20"}; }).starts_with("success has to be"));
  EXPECT_TRUE(with([](S& s) { s.sender = "Twee\xC3\xA9"; }).starts_with("sender has to be"));
  EXPECT_TRUE(with([](S& s) { s.secret = platform::Secret::from_text("a\nb"); }).starts_with("secret has to be"));
}

}  // namespace
}  // namespace tweestap::consumers::sms
