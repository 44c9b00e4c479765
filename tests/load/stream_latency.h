#pragma once
// How long an event takes from its acknowledgement to the reader library, at 1,000 a second.
#include <cstddef>
#include <nlohmann/json.hpp>

#include "tests/load/stream_bench.h"

namespace tweestap::load {

/// Prints it, and gives it for the file of results. `events` are counted, behind a second of others.
[[nodiscard]] nlohmann::ordered_json measure_stream_latency(const StreamBroker& broker, std::size_t events);

}  // namespace tweestap::load
