#pragma once
// Waiting for what another thread or process does.
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace tweestap::tests {

/// Asks until it is so. False after `patience`, in which everything that a test waits for happens on a busy machine
/// too.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition, std::chrono::seconds patience = std::chrono::seconds{60}) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});  // polls; the loop has its own end
  }
  return true;
}

/// As eventually(), where the test cannot go on without it: throws.
template <class Condition>
void until(Condition condition) {
  if (!eventually(std::move(condition))) throw std::runtime_error("what the test waits for does not come");
}

}  // namespace tweestap::tests
