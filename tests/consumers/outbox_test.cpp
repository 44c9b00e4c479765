// Messages between the log and the gateway: tried again within their life, told of before they are forgotten.
#include "consumers/outbox.h"

#include <cmath>

#include "tests/consumers/sending_parts.h"

namespace tweestap::consumers {
namespace {

using domain::Duration;
using domain::SmsCodeDelivered;
using domain::SmsCodeDeliveryFailed;
using domain::Time;
using sms::Trouble;

constexpr Duration kMoment{1};  // the clock's smallest step
constexpr Duration just_before(Duration life) { return {life.us - kMoment.us}; }
constexpr Duration just_after(Duration life) { return {life.us + kMoment.us}; }

// What a test says of a message while it is on its way.
struct Script {
  std::atomic<bool> is_wanted = true;
  std::atomic<bool> is_readable = true;
};

// A message about nothing, told of as a code is.
class PlainErrand final : public Errand {
 public:
  PlainErrand(std::uint64_t at, Time asked, Time worthless, std::shared_ptr<Script> script, std::string number)
      : Errand(at, asked, worthless), script_(std::move(script)), number_(std::move(number)) {}

  std::expected<Prepared, platform::Failure> prepare(Time) override {
    if (!script_->is_readable) {
      return std::unexpected(platform::Failure{platform::Failure::Kind::Unavailable, "not readable at present"});
    }
    if (!script_->is_wanted) return NotWanted{};
    return sms::Message{number_, platform::Secret::from_text("a message"), {}, "m-" + std::to_string(position)};
  }
  std::optional<domain::Command> record(const Told& told) const override {
    if (told.trouble.empty()) {
      return domain::RecordDelivery{tests::kAccount, tests::kChallenge, position, told.gateway, told.reference};
    }
    return domain::RecordDeliveryFailure{tests::kAccount, tests::kChallenge, position,
                                         told.gateway,    told.trouble,      told.final_try};
  }

 private:
  std::shared_ptr<Script> script_;
  std::string number_;
};

class OutboxOf : public SendingParts {
 protected:
  OutboxOf() { enrol_alex(); }

  [[nodiscard]] bool add(Outbox& outbox, Duration life = domain::minutes(10),
                         const std::string& number = kNumberOfAlex) {
    return outbox.add(errand(life, script, number));
  }
  std::unique_ptr<Errand> errand(Duration life, const std::shared_ptr<Script>& its_script, const std::string& number) {
    return std::make_unique<PlainErrand>(++position_, store.now(), store.now() + life, its_script, number);
  }
  void advance(Duration by) { store.clock.advance(by.us); }
  [[nodiscard]] double stalled() const { return figure("messages_stalled{kind=\"code\"}"); }
  [[nodiscard]] bool is_stalled() const {
    return eventually([this] { return stalled() == 1; });
  }
  [[nodiscard]] bool is_well() const {
    return eventually([this] { return stalled() == 0; });
  }
  // Waits until the figures are as of now, for which a message that cannot be prepared is as old as it is.
  [[nodiscard]] bool figures_are_of_now(Duration oldest) const {
    return eventually([&] {
      const double shown = figure("messages_oldest_seconds{kind=\"code\"}");
      return std::abs(shown - static_cast<double>(oldest.us) / 1e6) < 5e-7;
    });
  }
  // One that waits and asks no gateway.
  [[nodiscard]] bool add_bystander(Outbox& outbox) {
    auto unreadable = std::make_shared<Script>();
    unreadable->is_readable = false;
    return outbox.add(errand(domain::hours(1), unreadable, kNumberOfAlex));
  }

  // Two minutes later nothing is stalled, and the figures say so of that moment.
  void expect_it_stays_well(Outbox& outbox) {
    ASSERT_TRUE(nothing_waits());
    advance(domain::minutes(2));
    ASSERT_TRUE(add_bystander(outbox));
    advance(domain::seconds(1));
    ASSERT_TRUE(figures_are_of_now(domain::seconds(1)));
    EXPECT_EQ(stalled(), 0);
  }

  std::shared_ptr<Script> script = std::make_shared<Script>();

 private:
  std::uint64_t position_ = 100;
};

TEST_F(OutboxOf, StoresThatAMessageWasTaken) {
  gateway.answers({.provider_id = "m-1"});
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox));
  ASSERT_TRUE(eventually([&] { return counted("sent") == 1; }));
  ASSERT_TRUE(nothing_waits());
  const auto delivered = events<SmsCodeDelivered>();
  ASSERT_EQ(delivered.size(), 1U);
  EXPECT_EQ(delivered[0].sending, 101U);
  EXPECT_EQ(delivered[0].gateway, "mock");
  EXPECT_EQ(delivered[0].reference, "m-1");
  EXPECT_TRUE(events<SmsCodeDeliveryFailed>().empty());
}

TEST_F(OutboxOf, ARefusalIsTheLastTry) {
  gateway.answers({.trouble = Trouble::Refused, .status = 400});
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox));
  ASSERT_TRUE(eventually([&] { return counted("failed") == 1; }));
  ASSERT_TRUE(nothing_waits());
  const auto failed = events<SmsCodeDeliveryFailed>();
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].trouble, "refused, status 400");
  EXPECT_TRUE(failed[0].final_try);
  EXPECT_EQ(gateway.asked().size(), 1U);
}

// The first pause is a second; a try and its answer take 15 s at most.
TEST_F(OutboxOf, AFailureIsTheLastWhereNoFurtherTryCouldBeAnsweredInTime) {
  gateway.objects(Trouble::GatewayFault);
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox, domain::seconds(16)));
  ASSERT_TRUE(eventually([&] { return counted("failed") == 1; }));
  ASSERT_TRUE(nothing_waits());
  const auto failed = events<SmsCodeDeliveryFailed>();
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_TRUE(failed[0].final_try);
  EXPECT_EQ(gateway.asked().size(), 1U);
}

TEST_F(OutboxOf, AFailureIsNotTheLastWhereAFurtherTryCanJustBeAnswered) {
  gateway.objects(Trouble::GatewayFault);
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox, just_after(domain::seconds(16))));
  ASSERT_TRUE(eventually([&] { return counted("retried") == 1; }));
  gateway.takes();
  advance(domain::seconds(1));
  ASSERT_TRUE(eventually([&] { return counted("sent") == 1; }));
  const auto failed = events<SmsCodeDeliveryFailed>();
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_FALSE(failed[0].final_try);
  EXPECT_EQ(events<SmsCodeDelivered>().size(), 1U);
}

TEST_F(OutboxOf, NoTryBeginsThatMayBeAnsweredTooLate) {
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox, domain::seconds(15)));
  ASSERT_TRUE(eventually([&] { return counted("failed") == 1; }));
  ASSERT_TRUE(nothing_waits());
  EXPECT_TRUE(gateway.asked().empty());
  const auto failed = events<SmsCodeDeliveryFailed>();
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].trouble, "too_late");
  EXPECT_TRUE(failed[0].final_try);

  ASSERT_TRUE(add(outbox, just_after(domain::seconds(15))));
  EXPECT_TRUE(eventually([&] { return counted("sent") == 1; }));
}

TEST_F(OutboxOf, ARetryWhoseTimeHasPassedMeanwhileIsNotMade) {
  gateway.objects(Trouble::TimedOut);
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox, domain::seconds(60)));
  ASSERT_TRUE(eventually([&] { return counted("retried") == 1; }));
  advance(domain::seconds(45));
  ASSERT_TRUE(eventually([&] { return counted("failed") == 1; }));
  ASSERT_TRUE(nothing_waits());
  EXPECT_EQ(gateway.asked().size(), 1U);
  const auto failed = events<SmsCodeDeliveryFailed>();
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_EQ(failed[0].trouble, "timed_out");
  EXPECT_FALSE(failed[0].final_try);
  EXPECT_EQ(failed[1].trouble, "too_late");
  EXPECT_TRUE(failed[1].final_try);
}

TEST_F(OutboxOf, ARetryIsDroppedOnceNobodyWaitsForIt) {
  gateway.objects(Trouble::NotReachable);
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox));
  ASSERT_TRUE(eventually([&] { return counted("retried") == 1; }));
  script->is_wanted = false;
  gateway.takes();
  advance(domain::seconds(1));
  ASSERT_TRUE(eventually([&] { return counted("dropped") == 1; }));
  ASSERT_TRUE(nothing_waits());
  EXPECT_EQ(gateway.asked().size(), 1U);
  EXPECT_TRUE(events<SmsCodeDelivered>().empty());
  EXPECT_EQ(events<SmsCodeDeliveryFailed>().size(), 1U);
}

TEST_F(OutboxOf, WaitsAsLongAsTheGatewayAsks) {
  gateway.answers({.trouble = Trouble::TooMany, .status = 429, .retry_after = std::chrono::seconds(30)});
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox));
  ASSERT_TRUE(eventually([&] { return counted("retried") == 1; }));
  gateway.takes();
  // The second look at the figures is behind whatever was done at 29 s.
  advance(domain::seconds(29));
  ASSERT_TRUE(figures_are_of_now(domain::seconds(29)));
  advance(just_before(domain::seconds(1)));
  ASSERT_TRUE(figures_are_of_now(just_before(domain::seconds(30))));
  EXPECT_EQ(gateway.asked().size(), 1U);
  advance(kMoment);
  ASSERT_TRUE(eventually([&] { return counted("sent") == 1; }));
  EXPECT_EQ(gateway.asked().size(), 2U);
}

TEST_F(OutboxOf, WhatCannotBePreparedIsTriedAgain) {
  script->is_readable = false;
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox));
  advance(domain::seconds(1));
  ASSERT_TRUE(figures_are_of_now(domain::seconds(1)));
  EXPECT_TRUE(gateway.asked().empty());
  script->is_readable = true;
  EXPECT_TRUE(advance_until([&] { return counted("sent") == 1; }));
}

// The gateway has it, and the store does not take the event: that is tried again, and the message is not.
TEST_F(OutboxOf, WhatWasTakenIsNotSentAgainWhileThatCannotBeStored) {
  random.is_out = true;
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox));
  for (int tries = 1; tries <= 3; ++tries) {
    ASSERT_TRUE(advance_until([&] { return random.refused >= tries; })) << "the event is tried again";
    EXPECT_EQ(counted("sent"), 0);
  }
  EXPECT_TRUE(events<SmsCodeDelivered>().empty());
  random.is_out = false;
  ASSERT_TRUE(advance_until([&] { return counted("sent") == 1; }));
  ASSERT_TRUE(nothing_waits());
  EXPECT_EQ(events<SmsCodeDelivered>().size(), 1U);
  EXPECT_EQ(gateway.asked().size(), 1U);
}

TEST_F(OutboxOf, OnePositionIsOneMessage) {
  gateway.holds();
  Outbox outbox{sending, "code", 2};
  const auto same = [&] {
    return std::make_unique<PlainErrand>(7, store.now(), store.now() + domain::minutes(10), script, kNumberOfAlex);
  };
  ASSERT_TRUE(outbox.add(same()));
  ASSERT_TRUE(gateway.was_asked(1));
  ASSERT_TRUE(outbox.add(same()));
  gateway.takes();
  ASSERT_TRUE(eventually([&] { return counted("sent") == 1; }));
  ASSERT_TRUE(nothing_waits());
  EXPECT_EQ(gateway.asked().size(), 1U);
}

TEST_F(OutboxOf, IsFullAtItsBoundAndTakesMoreOnceThereIsRoom) {
  gateway.holds();
  auto unwanted = std::make_shared<Script>();
  unwanted->is_wanted = false;
  Outbox outbox{sending, "code", 1};
  // One in flight, one behind it, and one that the outbox holds in its hand: it looks at none of those that follow.
  constexpr std::size_t kHeld = 3;
  for (std::size_t i = 0; i < kHeld; ++i) ASSERT_TRUE(add(outbox));
  ASSERT_TRUE(gateway.was_asked(1));
  for (std::size_t i = kHeld; i < Outbox::kWaitingMax; ++i) {
    ASSERT_TRUE(outbox.add(errand(domain::minutes(10), unwanted, kNumberOfAlex)));
  }
  std::atomic<bool> is_taken = false;
  std::jthread follower{[&, one_more = errand(domain::minutes(10), unwanted, kNumberOfAlex)]() mutable {
    EXPECT_TRUE(outbox.add(std::move(one_more)));
    is_taken = true;
  }};
  // A bound that holds is waited for in vain.
  EXPECT_FALSE(eventually([&] { return is_taken.load(); }, std::chrono::milliseconds(300)));
  gateway.takes();
  EXPECT_TRUE(eventually([&] { return is_taken.load(); }));
  follower.join();
  ASSERT_TRUE(nothing_waits());
  EXPECT_EQ(events<SmsCodeDelivered>().size(), kHeld);
}

TEST_F(OutboxOf, WhoWaitsForRoomIsLetGoWhenItCloses) {
  gateway.holds();
  Outbox outbox{sending, "code", 1};
  for (std::size_t i = 0; i < Outbox::kWaitingMax; ++i) ASSERT_TRUE(add(outbox));
  std::jthread follower{[&, one_more = errand(domain::minutes(10), script, kNumberOfAlex)]() mutable {
    EXPECT_FALSE(outbox.add(std::move(one_more)));
  }};
  outbox.close();
  follower.join();
  EXPECT_FALSE(add(outbox)) << "nor is anything taken afterwards";
}

// The alarm, with the boundary at a minute: first a gateway that gives no answer.
TEST_F(OutboxOf, IsStalledAfterAMinuteOfAGatewayThatHangs) {
  gateway.holds();
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox));
  ASSERT_TRUE(gateway.was_asked(1));
  advance(just_before(domain::minutes(1)));
  ASSERT_TRUE(figures_are_of_now(just_before(domain::minutes(1))));
  EXPECT_EQ(stalled(), 0);
  advance(kMoment);
  EXPECT_TRUE(is_stalled());
  gateway.takes();
  EXPECT_TRUE(is_well());
}

TEST_F(OutboxOf, IsStalledAfterAMinuteOf429) {
  gateway.answers({.trouble = Trouble::TooMany, .status = 429, .retry_after = std::chrono::seconds(1)});
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox));
  ASSERT_TRUE(eventually([&] { return counted("retried") == 1; }));
  advance(just_before(domain::minutes(1)));
  ASSERT_TRUE(figures_are_of_now(just_before(domain::minutes(1))));
  EXPECT_EQ(stalled(), 0);
  advance(kMoment);
  EXPECT_TRUE(is_stalled());
  gateway.takes();
  advance(domain::minutes(1));  // the longest pause
  EXPECT_TRUE(is_well());
}

// Nothing waits behind a gateway that refuses everything, so the alarm is about what it refused.
TEST_F(OutboxOf, IsStalledAfterAMinuteOf400) {
  gateway.answers({.trouble = Trouble::Refused, .status = 400});
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox));
  ASSERT_TRUE(eventually([&] { return counted("failed") == 1; }));
  ASSERT_TRUE(nothing_waits());
  advance(just_before(domain::seconds(59)));
  ASSERT_TRUE(add_bystander(outbox));
  advance(domain::seconds(1));
  ASSERT_TRUE(figures_are_of_now(domain::seconds(1)));
  EXPECT_EQ(stalled(), 0);
  advance(kMoment);
  EXPECT_TRUE(is_stalled());
  gateway.takes();
  ASSERT_TRUE(add(outbox));
  EXPECT_TRUE(is_well());
}

TEST_F(OutboxOf, IsNotStalledByOneThatWasRefusedAmongOthersThatWereTaken) {
  const std::string other = "+31687654321";
  gateway.objects_to(other, Trouble::Refused);
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox, domain::minutes(10), other));
  ASSERT_TRUE(eventually([&] { return counted("failed") == 1; }));
  advance(domain::seconds(1));
  ASSERT_TRUE(add(outbox));
  ASSERT_TRUE(eventually([&] { return counted("sent") == 1; }));
  expect_it_stays_well(outbox);
}

TEST_F(OutboxOf, IsNotStalledByANumberThatIsNone) {
  gateway.objects(Trouble::BadNumber);
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox));
  ASSERT_TRUE(eventually([&] { return counted("failed") == 1; }));
  expect_it_stays_well(outbox);
}

TEST_F(OutboxOf, IsStillStalledWhenTheLastMessageHasBeenGivenUp) {
  gateway.objects(Trouble::NotReachable);
  Outbox outbox{sending, "code", 2};
  ASSERT_TRUE(add(outbox, domain::seconds(80)));
  ASSERT_TRUE(eventually([&] { return counted("retried") == 1; }));
  advance(domain::seconds(70));
  ASSERT_TRUE(eventually([&] { return counted("failed") == 1; }));
  ASSERT_TRUE(nothing_waits());
  EXPECT_EQ(stalled(), 1);
}

}  // namespace
}  // namespace tweestap::consumers
