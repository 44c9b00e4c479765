#pragma once
// What a thread is called in `top -H`, `ps -L`, perf and gdb.
#include <pthread.h>

#include <cstddef>

namespace tweestap::platform {

/// Names the calling thread; a literal of at most 15 characters, as Linux keeps them.
template <std::size_t N>
void name_thread(const char (&name)[N]) noexcept {
  static_assert(N <= 16);
  pthread_setname_np(pthread_self(), name);
}

}  // namespace tweestap::platform
