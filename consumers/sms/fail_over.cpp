#include "consumers/sms/fail_over.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "platform/bug.h"

namespace tweestap::consumers::sms {
namespace {

std::int64_t us(std::chrono::seconds length) { return std::chrono::microseconds(length).count(); }

// Whether the trouble is the gateway's, so that the next message would meet it too.
bool is_down(Trouble trouble) {
  switch (trouble) {
    case Trouble::TooMany:
    case Trouble::TimedOut:
    case Trouble::NotReachable:
    case Trouble::Untrusted:
    case Trouble::OurAccount:
    case Trouble::GatewayFault:
    case Trouble::Redirected:
    case Trouble::BadAnswer:
    case Trouble::NotWritten:
      return true;
    case Trouble::None:
    case Trouble::BadNumber:
    case Trouble::Refused:
    case Trouble::NotAccepted:
    case Trouble::Stopped:
      return false;
  }
  platform::bug("a trouble is the gateway's or not");
}

bool is_later(const Outcome& outcome) {
  return outcome.kind() == Outcome::Kind::Later && outcome.trouble != Trouble::Stopped;
}

// What one gateway will not take the other may: the trouble can be how we ask it. A number that is none is none
// everywhere.
bool may_be_passed_on(const Outcome& outcome) { return is_later(outcome) || outcome.trouble == Trouble::Refused; }

// Neither could: the trouble of the one asked last, and the shorter of two waits, since one gateway is enough.
Outcome neither(const Outcome& before, Outcome last) {
  if (!before.retry_after || !last.retry_after) {
    last.retry_after.reset();  // one of them may be asked again at any time
  } else {
    last.retry_after = std::min(*before.retry_after, *last.retry_after);
  }
  return last;
}

}  // namespace

Outcome FailOver::try_to_send(const Message& message, const std::stop_token& stop) {
  const bool first = first_turn();
  Outcome before = first ? ask_first(message, stop) : ask_second(message, stop);
  if (!may_be_passed_on(before)) return before;
  Outcome outcome = first ? ask_second(message, stop) : ask_first(message, stop);
  if (is_later(outcome) && is_later(before)) outcome = neither(before, std::move(outcome));
  // One that may take it later is more than one that never will.
  if (is_later(before) && outcome.trouble == Trouble::Refused) std::swap(before, outcome);
  outcome.before = std::make_shared<const Outcome>(std::move(before));
  return outcome;
}

// Whoever comes first after the rest tries the gateway; for all others it goes on resting until that one is back.
bool FailOver::first_turn() {
  std::int64_t until_us = rests_until_us_;
  if (until_us == 0) return true;
  const std::int64_t now_us = clock_.monotonic_us();
  return now_us >= until_us && rests_until_us_.compare_exchange_strong(until_us, now_us + us(kRest));
}

Outcome FailOver::ask_first(const Message& message, const std::stop_token& stop) {
  Outcome outcome = first_->send(message, stop);
  if (is_down(outcome.trouble)) {
    rests_until_us_ = clock_.monotonic_us() + us(outcome.retry_after.value_or(kRest));
  } else if (outcome.trouble != Trouble::Stopped) {
    rests_until_us_ = 0;
  }
  return outcome;
}

Outcome FailOver::ask_second(const Message& message, const std::stop_token& stop) {
  Outcome outcome = second_->send(message, stop);
  outcome.gateway = 2;
  return outcome;
}

}  // namespace tweestap::consumers::sms
