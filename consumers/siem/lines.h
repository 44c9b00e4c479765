#pragma once
// An event as one line for a SIEM. All three grow from the table (table.h) and from the places of members
// (member_places.h); docs/reference/siem.md shows both.
#include <tweestap/event.h>

#include <string>
#include <string_view>

namespace tweestap::consumers::siem {

// Without the end of the line, and in visible ASCII whatever the event has in it (INP-2). `release` is the version of
// this program, whose mapping it is. A type that the table does not have gives a line too. Any thread.

/// OCSF 1.5.0 (https://schema.ocsf.io/1.5.0): JSON, valid for the class that it names, without any profile.
[[nodiscard]] std::string ocsf_line(const reader::Event& event, std::string_view release);

/// Elastic Common Schema 8.11: JSON, as Elasticsearch takes it; members without a field of ECS are below `tweestap`.
[[nodiscard]] std::string ecs_line(const reader::Event& event, std::string_view release);

/// ArcSight Common Event Format, version 0 ("Implementing ArcSight Common Event Format", version 25), without a syslog
/// header.
[[nodiscard]] std::string cef_line(const reader::Event& event, std::string_view release);

}  // namespace tweestap::consumers::siem
