#include "eventstore/follower.h"

#include <exception>
#include <utility>

#include "eventstore/partition.h"
#include "platform/thread.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPauseMin{100};
constexpr milliseconds kCursorEvery{1000};
constexpr milliseconds kWait{1000};  // for more events; a stop ends it at once
constexpr milliseconds kToldAgain{60'000};

// Catches what libraries throw: an exception would end the thread, and with it the process.
std::expected<void, Failure> handled(const Follower::Handle& handle, std::span<const Record> page) {
  try {
    return handle(page);
  } catch (const std::exception&) {
    return std::unexpected(Failure{Failure::Kind::Internal, "a follower's handler threw"});
  }
}

}  // namespace

Follower::Follower(Partition& partition, Settings settings, Handle handle)
    : partition_(partition),
      settings_(std::move(settings)),
      handle_(std::move(handle)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Follower::~Follower() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

std::uint64_t Follower::cursor() const { return cursor_.load(); }

void Follower::run(const std::stop_token& stop) {
  platform::name_thread("follow");
  milliseconds wait = kPauseMin;
  auto tell_from = steady_clock::time_point::min();
  const auto hold_back = [&](const Failure& failure) {
    const auto now = steady_clock::now();
    if (settings_.on_trouble && !stop.stop_requested() && now >= tell_from) {
      tell_from = now + kToldAgain;
      settings_.on_trouble(failure);
    }
    platform::rest(wait, stop);
    wait = std::min(wait * 2, settings_.pause_max);
  };
  auto stored = partition_.cursor(settings_.name);
  for (; !stored && !stop.stop_requested(); stored = partition_.cursor(settings_.name)) {
    hold_back(stored.error());
  }
  if (!stored) return;
  std::uint64_t written = *stored;
  cursor_ = *stored;
  auto written_at = steady_clock::now();
  const auto write_cursor = [&] {
    // One that cannot be written only means that events come again.
    if (partition_.set_cursor(settings_.name, cursor_)) written = cursor_;
    written_at = steady_clock::now();
  };
  while (!stop.stop_requested()) {
    if (cursor_ != written && steady_clock::now() - written_at >= kCursorEvery) write_cursor();
    if (partition_.log().wait_beyond(cursor_, kWait, stop) <= cursor_ || stop.stop_requested()) continue;
    const auto page = partition_.log().read(cursor_, settings_.page);
    const auto done = page ? handled(handle_, *page) : std::unexpected(page.error());
    if (!done) {
      hold_back(done.error());
      continue;
    }
    wait = kPauseMin;
    tell_from = steady_clock::time_point::min();
    if (!page->empty()) cursor_ = page->back().position;
    if (settings_.rest > milliseconds::zero() && page->size() < settings_.page.count_max)
      platform::rest(settings_.rest, stop);
  }
  if (cursor_ != written) write_cursor();
}

}  // namespace tweestap::eventstore
