#include "eventstore/committer.h"

#include <chrono>
#include <utility>

#include "platform/bug.h"
#include "platform/thread.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

Failure unavailable(std::string reason) { return {Failure::Kind::Unavailable, std::move(reason)}; }

}  // namespace

Committer::Committer(CommitterParts parts, Settings settings)
    : parts_(parts),
      settings_(std::move(settings)),
      security_clock_(parts_.clock, parts_.applying.head().time.us),
      queue_(settings_.queue_max),
      storer_([this] { store_until_closed(); }),
      decider_([this] { decide_until_closed(); }) {}

Committer::~Committer() { stop(); }

void Committer::stop() {
  queue_.close(unavailable("the service is stopping"));
  if (decider_.joinable()) decider_.join();
  {
    const std::scoped_lock lock{sending_mutex_};
    no_more_ = true;
  }
  sent_.notify_one();
  if (storer_.joinable()) storer_.join();
}

std::expected<Committed, Failure> Committer::submit(Submission submission) {
  Pending pending{std::move(submission)};
  if (auto added = enqueue(pending); !added) return std::unexpected(std::move(added.error()));
  return pending.wait();
}

std::expected<void, Failure> Committer::enqueue(Pending& pending) {
  if (auto room = parts_.watermark.check(parts_.clock.monotonic_us()); !room) return std::unexpected(room.error());
  return queue_.add(pending);
}

std::expected<void, Failure> Committer::accepts() {
  if (auto closed = queue_.closed()) return std::unexpected(std::move(*closed));
  return parts_.watermark.check(parts_.clock.monotonic_us());
}

void Committer::fail(const Failure& reason) {
  bool first = false;
  Failure heard;
  {
    const std::scoped_lock lock{failure_mutex_};
    first = !failure_;
    if (first) failure_ = unavailable("the log failed and the service stops: " + reason.reason);
    heard = *failure_;
  }
  failed_.store(true);
  queue_.close(heard);
  if (first && settings_.on_fatal) settings_.on_fatal(reason);
}

void Committer::refuse_all(std::vector<Pending*>& waiting) {
  Failure heard;
  {
    const std::scoped_lock lock{failure_mutex_};
    heard = failure_.value_or(unavailable("the log failed"));
  }
  for (Pending* one : waiting) one->refuse(heard);
  waiting.clear();
}

void Committer::decide_until_closed() {
  platform::name_thread("decide");
  std::vector<Pending*> taken;
  while (queue_.take(taken, kBatchEntriesMax, [] { return false; })) {
    if (!taken.empty()) make_batch(taken);
    taken.clear();
  }
}

void Committer::make_batch(std::vector<Pending*>& taken) {
  auto making = std::make_unique<Making>();
  for (;;) {
    now_monotonic_us_ = parts_.clock.monotonic_us();
    for (Pending* one : taken) {
      if (making->full()) send(std::exchange(making, std::make_unique<Making>()));
      std::expected<void, Failure> done;
      if (failed_) {
        making->waiting.push_back(one);
      } else {
        if (making->batch.first_position == 0) done = begin(*making, *one);
        if (done) done = decide(*making, *one);
        if (!done) {
          fail(done.error());
          making->waiting.push_back(one);
        }
      }
      if (failed_) refuse_all(making->waiting);
    }
    taken.clear();
    // While the last batch is being stored this one cannot be, so whoever comes meanwhile still joins it.
    if (failed_ || making->full() || !storing_) break;
    if (!queue_.take(taken, kBatchEntriesMax, [this] { return !storing_; }) || taken.empty()) break;
  }
  if (!making->waiting.empty() || !making->batch.entries.empty()) send(std::move(making));
}

std::expected<void, Failure> Committer::begin(Making& making, const Pending& first) {
  const platform::SecurityClock::Reading reading = security_clock_.read();
  now_ = domain::Time{reading.now_us};
  const Head& head = parts_.applying.head();
  making.batch.log = parts_.applying.log();
  making.batch.first_position = head.position + 1;
  making.batch.previous_root = head.root;
  making.batch.time = now_;
  making.batch.answers_max = settings_.answers_max;
  if (auto begun = parts_.applying.begin(making.batch); !begun) return begun;
  if (!reading.jumped_us) return {};
  if (settings_.on_clock_jump) settings_.on_clock_jump(*reading.jumped_us);
  return note_clock_jump(making, *reading.jumped_us, first);
}

// CLK-1. It goes with the first command that comes after the jump: nothing can expire unseen before it.
std::expected<void, Failure> Committer::note_clock_jump(Making& making, std::int64_t jumped_us, const Pending& first) {
  const domain::CommandId& command = first.submission.id;
  std::vector<domain::NewEvent> events;
  events.push_back({.subject = domain::kService,
                    .event = domain::ClockJumped{.difference_ms = jumped_us / 1000},
                    .actor = domain::System{},
                    .correlation = command,
                    .on_behalf_of = std::nullopt});
  auto placement = place(events, command, now_, {}, parts_.applying, parts_.random);
  if (!placement) return std::unexpected(placement.error());
  if (auto added = add(making, std::move(*placement)); !added) return added;
  making.facts.add(events);
  return {};
}

std::expected<void, Failure> Committer::decide(Making& making, Pending& pending) {
  Submission& submission = pending.submission;
  if (submission.deadline_monotonic_us != 0 && now_monotonic_us_ > submission.deadline_monotonic_us) {
    pending.refuse(unavailable("the command waited longer than its deadline"));
    return {};
  }
  Committed committed;
  Decision decision = parts_.decider.decide(parts_.applying.rows(), now_, *submission.command);
  if (const auto& failure = parts_.applying.rows().failure()) return std::unexpected(*failure);
  if (decision.events.size() > kEventsPerDecisionMax) platform::bug("a decision has too many events");
  auto placement = place(decision.events, submission.id, now_, {submission.keys.get(), submission.keys_subject},
                         parts_.applying, parts_.random);
  if (!placement) {
    if (placement.error().kind == Failure::Kind::Damaged) return std::unexpected(placement.error());
    pending.refuse(placement.error());
    return {};
  }
  committed.outcome = decision.outcome;
  committed.count = static_cast<std::uint32_t>(placement->entries.size());
  committed.first_position = placement->placed.empty() ? 0 : placement->placed.front().position;
  committed.time = now_;
  if (submission.answer) {
    auto stored = keep_answer(*submission.answer, decision, placement->placed, now_, parts_.random);
    if (!stored) {
      pending.refuse(stored.error());
      return {};
    }
    if (*stored) {
      committed.rendered = std::move((*stored)->rendered);
      making.batch.answers.push_back(std::move((*stored)->answer));
    }
  }
  for (std::string& wrapped : submission.new_wrapped_keys) {
    making.batch.new_wrapped_keys.push_back(std::move(wrapped));
  }
  if (auto added = add(making, std::move(*placement)); !added) return added;
  making.facts.add(decision.events);
  pending.prepare(std::move(committed));
  making.waiting.push_back(&pending);
  return {};
}

std::expected<void, Failure> Committer::add(Making& making, Placement&& placement) {
  making.bytes += placement.bytes;
  for (Entry& entry : placement.entries) {
    making.batch.entries.push_back(std::move(entry));
    auto applied = parts_.applying.apply_entry(making.batch, making.batch.entries.back());
    if (!applied) return applied;
  }
  return {};
}

void Committer::send(MakingPtr making) {
  MakingPtr spent;  // taken apart by the thread that made it: memory goes back to where it came from
  if (!failed_) {
    auto applied = parts_.applying.finish(making->batch);
    if (applied) {
      making->applied = std::move(*applied);
    } else {
      fail(applied.error());
    }
  }
  const bool alone = making->waiting.size() <= 1 && !storing_ && queue_.size() == 0;
  {
    std::unique_lock lock{sending_mutex_};
    stored_.wait(lock, [this] { return !storing_; });
    spent = std::move(spent_);
    if (!failed_) {
      parts_.applying.depart();
      if (!alone) {
        storing_ = true;
        sending_ = std::move(making);
      }
    }
  }
  if (making == nullptr) {
    sent_.notify_one();
  } else if (failed_) {
    refuse_all(making->waiting);
  } else {
    store(*making);
  }
}

void Committer::store_until_closed() {
  platform::name_thread("store");
  for (;;) {
    MakingPtr making;
    {
      std::unique_lock lock{sending_mutex_};
      sent_.wait(lock, [this] { return sending_ != nullptr || no_more_; });
      if (sending_ == nullptr) return;
      making = std::move(sending_);
    }
    store(*making);
    {
      const std::scoped_lock lock{sending_mutex_};
      storing_ = false;
      spent_ = std::move(making);
    }
    stored_.notify_one();
    queue_.nudge();
  }
}

void Committer::store(Making& making) {
  const auto start = std::chrono::steady_clock::now();
  if (making.applied.write.Count() > 0 && !failed_) {
    std::expected<void, Failure> stored = parts_.appender.append(making.batch, making.applied);
    const Head& head = making.applied.head;
    if (stored && !making.batch.entries.empty()) stored = parts_.floor.raise({head.position, head.root});
    if (stored) {
      making.applied.rows->publish(parts_.recent_rows);
      parts_.watermark.wrote(making.applied.write.GetDataSize());
      parts_.head.advance(head);
    } else {
      fail(stored.error());
    }
  }
  if (failed_) {
    refuse_all(making.waiting);
    return;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  settings_.metrics.stored(took.count(), making.waiting.size(), making.applied.head.position, making.facts);
  for (Pending* one : making.waiting) one->release();
}

}  // namespace tweestap::eventstore
