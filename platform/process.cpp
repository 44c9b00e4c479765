#include "platform/process.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <limits>
#include <system_error>

namespace tweestap::platform {
namespace {

std::unexpected<Failure> refused_by_system(std::string_view doing) {
  return std::unexpected(unavailable(doing, {errno, std::generic_category()}));
}

}  // namespace

std::expected<void, Failure> forbid_core_dumps() {
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return refused_by_system("cannot switch core dumps off");
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return refused_by_system("cannot set the limit of core dumps");
  return {};
}

std::expected<void, Failure> allow_many_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return refused_by_system("cannot read the limit of open files");
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return refused_by_system("cannot raise the limit of open files");
  return {};
}

std::expected<StopSignal, Failure> StopSignal::create() {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  if (::pthread_sigmask(SIG_BLOCK, &stops, nullptr) != 0) return refused_by_system("cannot block the stop signals");
  if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) return refused_by_system("cannot ignore SIGPIPE");
  FileHandle signals(::signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals.valid()) return refused_by_system("cannot wait for signals");
  FileHandle wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return refused_by_system("cannot make a wake-up");
  return StopSignal(std::move(signals), std::move(wake));
}

std::optional<int> StopSignal::wait(std::optional<std::chrono::milliseconds> patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience.value_or(std::chrono::milliseconds(0));
  while (true) {
    int timeout = -1;
    if (patience) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      timeout = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, std::numeric_limits<int>::max()));
    }
    std::array<pollfd, 2> waits{pollfd{signals_.get(), POLLIN, 0}, pollfd{wake_.get(), POLLIN, 0}};
    const int ready = ::poll(waits.data(), waits.size(), timeout);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::nullopt;
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof info) == sizeof info) return static_cast<int>(info.ssi_signo);
    std::uint64_t count = 0;
    if (::read(wake_.get(), &count, sizeof count) == sizeof count) return 0;
  }
}

void StopSignal::interrupt() noexcept {
  const std::uint64_t one = 1;
  // It fails only where the counter is full, and then the waiter is awake already.
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

}  // namespace tweestap::platform
