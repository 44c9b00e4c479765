#pragma once
// What a thread is called, and whose turn comes first where there are more threads than cores.
#include <pthread.h>

#include <chrono>
#include <cstddef>
#include <stop_token>

namespace tweestap::platform {

/// Names the calling thread, for `top -H`, `ps -L`, perf and gdb; a literal of at most 15 characters, as Linux keeps
/// them.
template <std::size_t N>
void name_thread(const char (&name)[N]) noexcept {
  static_assert(N <= 16);
  pthread_setname_np(pthread_self(), name);
}

/// Every caller waits for the committer's two threads, so those go first; hashes take the cores for a tenth of a second
/// at a time, so whatever needs no hash goes before them (PWD-2).
enum class Turns : int { Committer = 0, Callers = 5, Hashes = 10 };

/// Lowers the calling thread's priority (its nice value, which Linux keeps for each thread) to that of its kind. Needs
/// no privilege; where the whole process runs at another nice value already, nothing changes.
void take_turns_after(Turns kind) noexcept;

/// Waits so long, or until a stop is asked for. Any thread.
void rest(std::chrono::milliseconds length, const std::stop_token& stop);

}  // namespace tweestap::platform
