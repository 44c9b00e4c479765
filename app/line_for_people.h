#pragma once
// An event of the stream as a person reads it: `consume --format text`.
#include <tweestap/event.h>

#include <string>

namespace tweestap::app {

/// `2026-11-26T05:20:00Z  1234  login.code_rejected  acc_…  failures=3 method=totp`: one line, without its end. A value
/// that is no plain word is a JSON string, and lists are JSON, so that nobody who chooses a name writes another member
/// or moves a terminal's cursor. Any thread.
[[nodiscard]] std::string line_for_people(const reader::Event& event);

}  // namespace tweestap::app
