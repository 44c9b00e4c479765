#include "consumers/outbox.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "consumers/retry.h"
#include "platform/thread.h"
#include "projections/submit.h"

namespace tweestap::consumers {
namespace {

using platform::LogLevel;
using sms::Outcome;

constexpr std::chrono::milliseconds kFiguresEvery{1000};
constexpr std::int64_t kStalledUs = 60'000'000;    // a person gives up about then
constexpr std::int64_t kToldAgainUs = 60'000'000;  // trouble that lasts is a line a minute
constexpr domain::Duration kStoreAgain = domain::seconds(1);

}  // namespace

struct Outbox::Waiting {
  std::unique_ptr<Errand> errand;
  std::uint32_t tries = 0;
  std::vector<Told> untold;  // what became of the last try, by gateway, until it is stored
  std::int64_t next_us = 0;  // when the next try is due; monotonic
  // When a gateway did not take it last; monotonic. 0: none was asked, or it objected to this number and no other.
  std::int64_t not_taken_us = 0;
};

Outbox::Outbox(const Sending& sending, std::string kind, std::size_t in_flight)
    : sending_(sending),
      kind_(std::move(kind)),
      metrics_(sending.metrics, kind_),
      sent_us_(sending.clock.monotonic_us()),
      pool_(sending.gateway, in_flight),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Outbox::~Outbox() { stop(); }

bool Outbox::add(std::unique_ptr<Errand> errand) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || outstanding_.size() < kWaitingMax; });
  if (closed_) return false;
  if (!outstanding_.try_emplace(errand->position, errand->asked_at).second) return true;
  auto waiting = std::make_shared<Waiting>();
  waiting->errand = std::move(errand);
  due_.emplace(sending_.clock.monotonic_us(), std::move(waiting));
  changed_.notify_all();
  return true;
}

void Outbox::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void Outbox::stop() {
  close();
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  pool_.stop();
}

void Outbox::run(const std::stop_token& stop) {
  platform::name_thread("outbox");
  while (!stop.stop_requested()) {
    if (const Shared waiting = next_due(stop)) attend(waiting, stop);
    show_figures();
  }
}

Outbox::Shared Outbox::next_due(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto is_due = [this] { return !due_.empty() && due_.begin()->first <= sending_.clock.monotonic_us(); };
  auto patience = std::chrono::microseconds{kFiguresEvery};
  if (!due_.empty()) {
    const std::int64_t left = due_.begin()->first - sending_.clock.monotonic_us();
    patience = std::min(patience, std::chrono::microseconds{std::max<std::int64_t>(left, 0)});
  }
  if (!is_due()) changed_.wait_for(lock, stop, patience, is_due);
  if (stop.stop_requested() || !is_due()) return nullptr;
  Shared waiting = std::move(due_.begin()->second);
  due_.erase(due_.begin());
  return waiting;
}

bool Outbox::worthless_after(const Errand& errand, domain::Duration pause) const {
  return sending_.now() + pause + sending_.patience >= errand.until;
}

void Outbox::attend(const Shared& waiting, const std::stop_token& stop) {
  if (!waiting->untold.empty()) return tell(waiting);
  Errand& errand = *waiting->errand;
  auto prepared = errand.prepare(sending_.now());
  if (prepared && std::holds_alternative<NotWanted>(*prepared)) {
    metrics_.dropped.add();
    return forget(waiting);
  }
  const GivenUp* given_up = prepared ? std::get_if<GivenUp>(&*prepared) : nullptr;
  if (given_up != nullptr) return give_up(waiting, given_up->trouble);
  if (worthless_after(errand, {})) return give_up(waiting, "too_late");
  if (!prepared) {
    sending_.log.write(LogLevel::Error, "messages.not_prepared",
                       {{"kind", kind_}, {"position", errand.position}, {"reason", prepared.error().reason}});
    return put_back(waiting, after(pause_after(++waiting->tries, {})));
  }
  hand_over(waiting, std::get<sms::Message>(std::move(*prepared)), stop);
}

// No gateway was asked; events have to name one, so it is the first.
void Outbox::give_up(const Shared& waiting, std::string trouble) {
  waiting->untold = {Told{sending_.gateways[0], std::move(trouble), {}, true}};
  tell(waiting);
}

void Outbox::hand_over(const Shared& waiting, sms::Message message, const std::stop_token& stop) {
  sms::SendPool::Done done = [this, waiting](const Outcome& outcome) { came_back(waiting, outcome); };
  // Not taken: we are stopping, and the log knows what was not sent.
  if (!pool_.send(message, done, stop)) forget(waiting);
}

// From a thread of the pool.
void Outbox::came_back(const Shared& waiting, const Outcome& outcome) {
  if (outcome.trouble == sms::Trouble::Stopped) return forget(waiting);
  ++waiting->tries;
  const bool says_something = outcome.kind() != Outcome::Kind::Accepted && outcome.trouble != sms::Trouble::BadNumber;
  waiting->not_taken_us = says_something ? sending_.clock.monotonic_us() : 0;
  // Passed on from the other gateway: whoever looks for why that one takes nothing finds it here.
  if (outcome.before) {
    tell_operator(*outcome.before);
    waiting->untold.push_back(told_of(*outcome.before));
  }
  Told told = told_of(outcome);
  if (outcome.kind() == Outcome::Kind::Accepted) {
    told.final_try = true;
  } else {
    const domain::Duration pause = pause_after(waiting->tries, outcome.retry_after);
    waiting->next_us = after(pause);  // from the answer on, however long it takes to store that
    told.final_try = outcome.kind() == Outcome::Kind::Refused || worthless_after(*waiting->errand, pause);
  }
  tell_operator(outcome);
  waiting->untold.push_back(std::move(told));
  tell(waiting);
}

Told Outbox::told_of(const Outcome& outcome) const {
  Told told{.gateway = name_of(outcome), .trouble = {}, .reference = {}};
  if (outcome.kind() != Outcome::Kind::Accepted) {
    told.trouble = sms::reason(outcome);
  } else if (!outcome.provider_id.empty()) {
    told.reference = outcome.provider_id;
  }
  return told;
}

const std::string& Outbox::name_of(const Outcome& outcome) const {
  return sending_.gateways.at(static_cast<std::size_t>(outcome.gateway - 1));
}

// Stores what became of a try, and only then lets the next one come.
void Outbox::tell(const Shared& waiting) {
  bool over = false;
  while (!waiting->untold.empty()) {
    const Told& told = waiting->untold.front();
    if (auto command = waiting->errand->record(told)) {
      const auto stored =
          projections::submit_alone(sending_.partition, sending_.random, sending_.clock, std::move(*command));
      // A refusal is an account that is gone: then there is nothing left to tell.
      if (!stored) return put_back(waiting, after(kStoreAgain));
    }
    over = told.final_try;
    (told.trouble.empty() ? metrics_.sent : over ? metrics_.failed : metrics_.retried).add();
    waiting->untold.erase(waiting->untold.begin());
  }
  over ? forget(waiting) : put_back(waiting, waiting->next_us);
}

std::int64_t Outbox::after(domain::Duration pause) const { return sending_.clock.monotonic_us() + pause.us; }

void Outbox::put_back(const Shared& waiting, std::int64_t due_us) {
  const std::scoped_lock lock(mutex_);
  due_.emplace(due_us, waiting);
  changed_.notify_all();
}

void Outbox::forget(const Shared& waiting) {
  const std::scoped_lock lock(mutex_);
  outstanding_.erase(waiting->errand->position);
  const domain::Time asked_at = waiting->errand->asked_at;
  const bool none_since = waiting->not_taken_us != 0 && waiting->not_taken_us >= sent_us_;
  if (none_since && (!untaken_since_ || asked_at < *untaken_since_)) untaken_since_ = asked_at;
  changed_.notify_all();
}

void Outbox::tell_operator(const Outcome& outcome) {
  const bool sent = outcome.kind() == Outcome::Kind::Accepted;
  const std::int64_t now_us = sending_.clock.monotonic_us();
  {
    const std::scoped_lock lock(mutex_);
    std::int64_t& told_us = trouble_told_us_.at(static_cast<std::size_t>(outcome.gateway - 1));
    if (sent) {
      sent_us_ = now_us;
      untaken_since_.reset();
      told_us = 0;
      return;
    }
    if (told_us != 0 && now_us - told_us < kToldAgainUs) return;
    told_us = now_us;
  }
  sending_.log.write(LogLevel::Warning, "messages.not_taken",
                     {{"kind", kind_}, {"gateway", name_of(outcome)}, {"reason", sms::reason(outcome)}});
}

void Outbox::show_figures() {
  const domain::Time now = sending_.now();
  const std::scoped_lock lock(mutex_);
  // Positions and times grow together.
  const std::int64_t oldest_us = outstanding_.empty() ? 0 : (now - outstanding_.begin()->second).us;
  metrics_.stalled.set(is_stalled(oldest_us, now) ? 1 : 0);
  metrics_.waiting.set(static_cast<double>(outstanding_.size()));
  metrics_.oldest.set(static_cast<double>(oldest_us) / 1e6);
}

// Under mutex_. A gateway that refuses everything leaves nothing waiting, so what ended that way counts as what waits.
bool Outbox::is_stalled(std::int64_t oldest_us, domain::Time now) const {
  const bool nothing_went_out = sending_.clock.monotonic_us() - sent_us_ >= kStalledUs;
  const std::int64_t untaken_us = untaken_since_ ? (now - *untaken_since_).us : 0;
  return nothing_went_out && std::max(oldest_us, untaken_us) >= kStalledUs;
}

}  // namespace tweestap::consumers
