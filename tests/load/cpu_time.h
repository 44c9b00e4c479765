#pragma once
// What work costs in CPU, which a busy machine changes less than how long it takes.
#include <sys/types.h>

namespace tweestap::load {

/// Seconds of CPU that all threads of this process took so far.
[[nodiscard]] double process_cpu_seconds();
/// The same of another process; 0 where there is none.
[[nodiscard]] double cpu_seconds_of(pid_t pid);

}  // namespace tweestap::load
