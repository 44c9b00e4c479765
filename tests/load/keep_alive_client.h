#pragma once
// A load program: one thread, many keep-alive connections, one request at a time on each. It writes bytes that were
// made before and reads answers no further than it must, so that it costs the machine as little as it can.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tweestap::load {

struct LoadResult {
  std::uint64_t answers = 0;
  std::uint64_t good = 0;  ///< status 200 or 201
  double seconds = 0;
  double client_cpu_seconds = 0;  ///< of the client's thread alone
  std::vector<std::uint32_t> latencies_us;

  [[nodiscard]] double per_second() const { return static_cast<double>(answers) / seconds; }
  [[nodiscard]] double percentile_ms(double of) const;
};

/// Sends every request once over `connections` connections to 127.0.0.1:port. `per_second` 0: as fast as answers come;
/// otherwise each request has its moment, and its latency counts from there (no coordinated omission). Ends the process
/// where a connection breaks: then there is nothing to measure.
[[nodiscard]] LoadResult run_load(std::uint16_t port, const std::vector<std::string>& requests, std::size_t connections,
                                  double per_second = 0);

/// A POST with a JSON body, as a front end sends it.
[[nodiscard]] std::string post_request(const std::string& path, const std::string& token, const std::string& body);

}  // namespace tweestap::load
