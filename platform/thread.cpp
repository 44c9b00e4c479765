#include "platform/thread.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>

namespace tweestap::platform {

void take_turns_after(Turns kind) noexcept {
  const auto self = static_cast<id_t>(gettid());
  errno = 0;
  if (getpriority(PRIO_PROCESS, self) != 0 || errno != 0) return;
  // It cannot fail for a thread of our own that goes further back; and if it did, only the order of turns is at stake.
  static_cast<void>(setpriority(PRIO_PROCESS, self, static_cast<int>(kind)));
}

void rest(std::chrono::milliseconds length, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock{mutex};
  never.wait_for(lock, stop, length, [] { return false; });
}

}  // namespace tweestap::platform
