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
  std::uint64_t good = 0;  ///< answers of success (2xx)
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

/// Ends the process where an answer was no success: then there is nothing to measure.
void must_all_be_good(const LoadResult& result);

/// A POST with a JSON body, as a front end sends it; an empty body: none.
[[nodiscard]] std::string post_request(const std::string& path, const std::string& token, const std::string& body);

}  // namespace tweestap::load
