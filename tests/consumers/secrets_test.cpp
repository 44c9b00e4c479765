// LOG-1 and KEY-3 over everything that a gateway hands back or leaves behind.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>

#include "consumers/sms/http_gateway.h"
#include "consumers/sms/twilio_gateway.h"
#include "tests/consumers/provider.h"
#include "tests/consumers/sms_parts.h"
#include "tests/support/process_memory.h"

namespace tweestap::consumers::sms {
namespace {

using tests::OddServer;
using tests::Provider;
using tests::ReceivedRequest;
using tests::Reply;

constexpr std::array kCanaries{"31612345678",   "canary-text",      "014874",
                               "canary-secret", "canary-reference", "canary-sender"};

Message canary_message() {
  auto message = message_with("canary-text 014874", "014874");
  message.reference = "canary-reference";
  return message;
}

template <class Settings>
Settings with_canaries(Settings settings) {
  settings.secret = platform::Secret::from_text("canary-secret");
  settings.sender = "canary-sender";
  return settings;
}

void expect_nothing_told(const Outcome& outcome) {
  for (const auto* canary : kCanaries) {
    EXPECT_EQ(reason(outcome).find(canary), std::string::npos) << reason(outcome);
    EXPECT_EQ(outcome.provider_id.find(canary), std::string::npos) << outcome.provider_id;
  }
}

TEST(LOG_1, NoOutcomeOfAGatewayTellsAnythingOfItsMessage) {
  // A provider that repeats all it was told wherever something is read.
  for (const int status : {200, 201, 302, 400, 401, 422, 429, 500, 999}) {
    for (const auto* body :
         {R"({"id":"$","sid":"$","code":"$","message":"$"})", R"({"code":21211,"message":"$"})", "$"}) {
      const Provider provider([&](const ReceivedRequest& request) {
        std::string text = body;
        const std::string told = "canary-secret-+31612345678-canary-text-014874";
        for (auto at = text.find('$'); at != std::string::npos; at = text.find('$')) text.replace(at, 1, told);
        return Reply{
            .status = status, .body = text + (body[0] == '$' ? request.body : ""), .headers = {{"Retry-After", told}}};
      });
      auto settings = with_canaries(http_settings(provider.url()));
      settings.headers = {"Authorization: {secret}"};
      settings.success_member = "id";
      expect_nothing_told(made(HttpGateway::create(settings))->send(canary_message(), {}));
      settings.success_member = "";
      expect_nothing_told(made(HttpGateway::create(settings))->send(canary_message(), {}));
      expect_nothing_told(
          made(TwilioGateway::create(with_canaries(twilio_settings(provider.url()))))->send(canary_message(), {}));
    }
  }
  const OddServer hanging(OddServer::hang);
  const OddServer odd(OddServer::say("014874 +31612345678 canary-secret\r\n"));
  for (const auto& url : {hanging.url(), odd.url(), tests::deserted_url()}) {
    expect_nothing_told(made(HttpGateway::create(with_canaries(http_settings(url))))->send(canary_message(), {}));
  }
}

// Text that lies in no program: made while it runs, and of the sender's process id.
platform::Secret planted(pid_t sender, char from) {
  platform::Secret text(40);
  for (std::size_t i = 0; i < text.size(); ++i) {
    text.writable()[i] =
        static_cast<std::uint8_t>(from + static_cast<int>((i * 7 + static_cast<std::size_t>(sender)) % 20));
  }
  return text;
}

// Two processes that take turns.
class Turns {
 public:
  Turns() : good_(::pipe(to_child_) == 0 && ::pipe(to_parent_) == 0) {}
  ~Turns() {
    for (const int end : {to_child_[0], to_child_[1], to_parent_[0], to_parent_[1]}) ::close(end);
  }
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;
  [[nodiscard]] bool good() const { return good_; }
  void tell_child(const std::string& word) { write(to_child_[1], word); }
  void tell_parent(const std::string& word) { write(to_parent_[1], word); }
  std::string hear_parent() { return read(to_child_[0]); }
  std::string hear_child() { return read(to_parent_[0]); }

 private:
  static void write(int end, const std::string& word) { static_cast<void>(::write(end, word.data(), word.size())); }
  static std::string read(int end) {
    char word[128];
    const ssize_t size = ::read(end, word, sizeof word);
    return {word, static_cast<std::size_t>(size > 0 ? size : 0)};
  }
  int to_child_[2] = {-1, -1};
  int to_parent_[2] = {-1, -1};
  bool good_;
};

// The process that sends, in three steps; the other one looks into its memory after each.
[[noreturn]] void send_step_by_step(Turns& turns) {
  const std::string url = turns.hear_parent();
  {
    auto settings = http_settings(url);
    settings.headers = {"X-Key: {secret}"};
    settings.secret = planted(::getpid(), 'a');
    const auto gateway = made(HttpGateway::create(settings));
    Message what{std::string(kTestNumber), planted(::getpid(), 'A'), {}, "r"};
    turns.tell_parent("planted");
    static_cast<void>(turns.hear_parent());
    const Outcome outcome = gateway->send(what, {});
    what.text.wipe();
    turns.tell_parent(reason(outcome));
    static_cast<void>(turns.hear_parent());
  }
  turns.tell_parent("gone");
  static_cast<void>(turns.hear_parent());
  ::_exit(0);
}

TEST(KEY_3, ASentMessageAndItsCredentialAreNotInMemoryAfterwards) {
  Turns turns;
  ASSERT_TRUE(turns.good());
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) send_step_by_step(turns);
  const OddServer provider(OddServer::say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"id\":\"x\"}"));
  const std::vector<tests::Planted> wanted{{"text", std::string(planted(child, 'A').reveal_text())},
                                           {"secret", std::string(planted(child, 'a').reveal_text())}};
  const auto found_now = [&] {
    std::set<std::string> names;
    const auto found = tests::search_memory(child, wanted);
    EXPECT_TRUE(found);
    for (const auto& one : *found) names.insert(one.name);
    return names;
  };
  turns.tell_child(provider.url());
  EXPECT_EQ(turns.hear_child(), "planted");
  EXPECT_EQ(found_now(), (std::set<std::string>{"secret", "text"})) << "what lives is seen";
  turns.tell_child("send");
  EXPECT_EQ(turns.hear_child(), "none, status 200");
  EXPECT_EQ(found_now(), std::set<std::string>{"secret"}) << "the connection is still there";
  turns.tell_child("end");
  EXPECT_EQ(turns.hear_child(), "gone");
  EXPECT_EQ(found_now(), std::set<std::string>{});
  turns.tell_child("exit");
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
}

}  // namespace
}  // namespace tweestap::consumers::sms
