#pragma once
// A command of the command line that writes, on a stopped service.
#include <functional>

#include "app/command_line.h"
#include "app/core.h"

namespace tweestap::app {

/// Opens the data folder for writing, calls `work`, closes it. A folder that is in use is refused with status 3 and
/// with how to do the same on the running service (`instead`).
[[nodiscard]] ExitStatus on_stopped_service(const platform::Settings& settings, std::string_view instead,
                                            const std::function<ExitStatus(Core&)>& work);

/// What a refused command says to the operator, and its status.
[[nodiscard]] ExitStatus refused(const domain::Refused& refusal);

}  // namespace tweestap::app
