#pragma once
// Everything that messages are sent with, over a store of its own: the clock, the gateway and the store's trouble are
// in the test's hand.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "consumers/sending.h"
#include "eventstore/envelope.h"
#include "tests/consumers/mock_gateway.h"
#include "tests/support/account_store.h"
#include "tests/support/given.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::consumers {

inline constexpr const char* kNumberOfAlex = "+31612345678";

/// Asks until it is so: what is waited for happens in other threads. They look at a clock that a test set once a second
/// at the latest.
inline bool eventually(const std::function<bool()>& is_so,
                       std::chrono::milliseconds patience = std::chrono::seconds(20)) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // polls; the loop has its own end
  }
  return true;
}

/// A mock, because no store can be made to refuse one write and take the next. A command needs an id, so without
/// randomness an outcome cannot be stored; nothing else that sends draws any.
class RandomThatRunsOut final : public platform::RandomSource {
 public:
  std::expected<void, platform::Failure> fill(std::span<std::uint8_t> room) override {
    if (!is_out) return system_.fill(room);
    ++refused;
    return std::unexpected(platform::Failure{platform::Failure::Kind::Unavailable, "no randomness at present"});
  }
  std::atomic<bool> is_out = false;
  std::atomic<int> refused = 0;

 private:
  platform::SystemRandom system_;
};

class SendingParts : public ::testing::Test {
 protected:
  SendingParts() { EXPECT_TRUE(keys->sms_code_key_of_today(store.now())); }

  /// Somebody who moved here with a number.
  void enrol(const domain::AccountId& account, const std::string& number) {
    auto made = keys->create_subject_keys(domain::Subject::of(account));
    ASSERT_TRUE(made) << made.error().reason;
    store.keys = std::make_shared<const eventstore::SubjectKeys>(std::move(made->keys));
    domain::RegisterAccount command;
    command.account = account;
    command.actor = domain::System{};
    command.identifier_hash = domain::LookupHash{account.bytes};
    command.identifier = "alex@example.org";
    command.language = "en";
    command.verifier = domain::NewVerifier{domain::SecretText{"verifier"}, 1};
    command.two_step = domain::ImportedTwoStep{};
    command.two_step->method = domain::Method::Sms;
    command.two_step->phone = domain::NewPhone{number, domain::LookupHash{account.bytes}, "NL"};
    run(account, std::move(command));
  }
  void enrol_alex() { enrol(tests::kAccount, kNumberOfAlex); }
  /// A login up to the code: the position of the event that asks for it.
  std::uint64_t log_in(const domain::AccountId& account = tests::kAccount, domain::LoginId login = tests::kLogin,
                       domain::ChallengeId challenge = tests::kChallenge) {
    domain::StartLogin command =
        tests::log_in(domain::PasswordEvidence{store.state(account).password.position, true, {}});
    command.account = account;
    command.identifier_hash = domain::LookupHash{account.bytes};
    command.login = login;
    command.challenge = domain::NewChallenge{challenge, tests::kSmsKey};
    run(account, std::move(command));
    return last<domain::SmsCodeIssued>();
  }
  /// The same code again, as soon as it may be asked for: the position of the event. A batch that an outcome of the
  /// sender began before the clock moved may take the first asking along, at the time of its beginning.
  std::uint64_t resend() {
    const std::uint64_t before = count<domain::SmsCodeResent>();
    store.clock.advance(rules.sms_resend_after.us);
    EXPECT_TRUE(eventually([this] {
      const auto outcome =
          store.submit(domain::ResendLoginCode{tests::kAccount,
                                               {tests::kLogin, domain::Listener::Public},
                                               tests::from(tests::kHome),
                                               domain::NewChallenge{tests::kOtherChallenge, tests::kSmsKey}},
                       domain::Subject::of(tests::kAccount));
      if (outcome == nullptr) return false;
      EXPECT_TRUE(outcome->value || outcome->value.error().why == domain::Refusal::Throttled);
      return outcome->value.has_value();
    }));
    EXPECT_EQ(count<domain::SmsCodeResent>(), before + 1);
    return last<domain::SmsCodeResent>();
  }
  void run(const domain::AccountId& account, domain::Command command) {
    const auto outcome = store.submit(std::move(command), domain::Subject::of(account));
    ASSERT_TRUE(outcome != nullptr);
    ASSERT_TRUE(outcome->value.has_value()) << "refused: " << static_cast<int>(outcome->value.error().why);
  }

  /// Every event of that type, oldest first.
  template <class E>
  std::vector<E> events() {
    std::vector<E> found;
    each([&](const eventstore::Record&, domain::Event& event) {
      if (auto* one = std::get_if<E>(&event)) found.push_back(std::move(*one));
    });
    return found;
  }
  template <class E>
  std::size_t count() {
    return events<E>().size();
  }
  /// The last record of that type.
  template <class E>
  eventstore::Record record() {
    eventstore::Record found;
    each([&](const eventstore::Record& record, const domain::Event& event) {
      if (std::holds_alternative<E>(event)) found = record;
    });
    EXPECT_NE(found.position, 0U) << E::kInfo.name;
    return found;
  }
  template <class E>
  std::uint64_t last() {
    return record<E>().position;
  }

  /// A figure as an operator reads it, such as `messages_waiting{kind="code"}`.
  [[nodiscard]] double figure(const std::string& name) const {
    const std::string all = "\n" + metrics.render();
    const std::string line = "\ntweestap_" + name + " ";
    const auto at = all.find(line);
    return at == std::string::npos ? -1 : std::strtod(all.c_str() + at + line.size(), nullptr);
  }
  [[nodiscard]] double counted(const std::string& result, const std::string& kind = "code") const {
    return figure("messages_total{kind=\"" + kind + "\",result=\"" + result + "\"}");
  }
  /// Waits until the figures show that nothing waits any more, so that no further try can follow.
  [[nodiscard]] bool nothing_waits(const std::string& kind = "code") const {
    return eventually([&] { return figure("messages_waiting{kind=\"" + kind + "\"}") == 0; });
  }

  /// Moves the clock on until it is so: for pauses that begin at a moment that a test does not see.
  [[nodiscard]] bool advance_until(const std::function<bool()>& is_so) {
    return eventually([&] {
      if (is_so()) return true;
      store.clock.advance(20'000);
      return false;
    });
  }

  tests::TemporaryFolder folder;
  RandomThatRunsOut random;
  domain::Rules rules = with_sms();
  tests::AccountStore store{folder.path() / "data", projections::DeciderSettings{.rules = with_sms()}};
  std::unique_ptr<eventstore::KeyRing> keys =
      std::move(*eventstore::KeyRing::create(folder.path() / "keys", kek(), random));
  platform::Metrics metrics;
  platform::Log log{platform::Log::Format::Json, platform::LogLevel::Error, [](std::string_view) {}};
  Texts texts{"en"};
  MockGateway gateway;
  Sending sending{.partition = store.partition(),
                  .keys = *keys,
                  .random = random,
                  .clock = store.clock,
                  .metrics = metrics,
                  .log = log,
                  .rules = rules,
                  .texts = texts,
                  .gateway = gateway,
                  .organisation = "The Harbour",
                  .gateways = {"mock", "second_mock"},
                  .in_flight = 2,
                  .patience = domain::seconds(15),
                  .now = [this] { return store.now(); }};

 private:
  static domain::Rules with_sms() {
    domain::Rules rules;
    rules.sms_available = true;
    return rules;
  }
  static platform::Secret kek() { return platform::Secret::from_text("0123456789abcdef0123456789abcdef"); }

  template <class See>
  void each(See see) {
    for (std::uint64_t after = 0;;) {
      const auto page = store.log().read(after, {});
      ASSERT_TRUE(page) << page.error().reason;
      if (page->empty()) return;
      for (const eventstore::Record& record : *page) {
        auto envelope = eventstore::decode(record.envelope);
        ASSERT_TRUE(envelope) << envelope.error().reason;
        see(record, envelope->event);
      }
      after = page->back().position;
    }
  }
};

}  // namespace tweestap::consumers
