#pragma once
// What the program's exit status says to a script.
#include <expected>
#include <string>
#include <utility>

#include "platform/failure.h"

namespace tweestap::app {

enum class ExitStatus : int {
  Done = 0,
  No = 1,            // a check failed, or what was asked for is not there
  WrongUse = 2,      // flags, settings
  StoreRefuses = 3,  // not there, not ours, in use, damaged, full
  NotReachable = 4,  // the running service, a broker
};

/// A failure with the exit status that it means.
struct Trouble {
  ExitStatus status = ExitStatus::WrongUse;
  platform::Failure failure;
};

[[nodiscard]] inline std::unexpected<Trouble> trouble(ExitStatus status, platform::Failure failure) {
  return std::unexpected(Trouble{status, std::move(failure)});
}
[[nodiscard]] inline std::unexpected<Trouble> trouble(ExitStatus status, std::string sentence) {
  return trouble(status, platform::invalid(std::move(sentence)));
}

/// Says the failure's sentence on stderr and gives the status.
[[nodiscard]] ExitStatus fail(ExitStatus status, const platform::Failure& failure);
[[nodiscard]] inline ExitStatus fail(const Trouble& trouble) { return fail(trouble.status, trouble.failure); }

}  // namespace tweestap::app
