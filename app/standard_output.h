#pragma once
// What a command prints has to arrive: output that went nowhere is not "done".
#include <expected>

#include "app/exit_status.h"
#include "platform/failure.h"

namespace tweestap::app {

/// Puts something behind each of stdin, stdout and stderr that the caller closed: the next file that is opened would
/// get its number otherwise, and what is printed would go into the log's files. Before anything is opened.
void hold_standard_streams();

/// Writes out what stdout still holds back. Unavailable where something that was printed since the last call did not
/// get through, whether by stdio or by iostream; it is told once, and then forgotten. Thread rule: one thread.
[[nodiscard]] std::expected<void, platform::Failure> flush_output();

/// Whether stdout is a pipe or socket that nobody reads any more, as after `| head`.
[[nodiscard]] bool reader_went_away();

/// The status of a command that ended with `status`, once its output is out. A reader that went away had enough and is
/// no failure; any other lost output is said on stderr and makes Done NotReachable: 1 would tell a script "not found",
/// and what the output goes to is one more thing beside the program that was not reached.
[[nodiscard]] ExitStatus after_output(ExitStatus status);

}  // namespace tweestap::app
