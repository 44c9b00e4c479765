#include "platform/thread.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

namespace tweestap::platform {

void take_turns_after(Turns kind) noexcept {
  const auto self = static_cast<id_t>(gettid());
  errno = 0;
  if (getpriority(PRIO_PROCESS, self) != 0 || errno != 0) return;
  // It cannot fail for a thread of our own that goes further back; and if it did, only the order of turns is at stake.
  static_cast<void>(setpriority(PRIO_PROCESS, self, static_cast<int>(kind)));
}

}  // namespace tweestap::platform
