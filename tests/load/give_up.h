#pragma once
// The end of a bench that has nothing to measure.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <expected>
#include <string_view>
#include <type_traits>
#include <utility>

#include "platform/failure.h"

namespace tweestap::load {

/// Ends the process with this sentence and status 1. At once: other threads are at work, and destructors would wait for
/// them. Any thread.
[[noreturn]] inline void give_up(std::string_view why) {
  std::fflush(stdout);  // the tables that were printed before
  std::fprintf(stderr, "%s: %.*s\n", program_invocation_short_name, static_cast<int>(why.size()), why.data());
  std::_Exit(1);
}

/// `result`, or the end of the bench with the failure's sentence.
template <class T>
T or_give_up(std::expected<T, platform::Failure> result) {
  if (!result) give_up(result.error().reason);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace tweestap::load
