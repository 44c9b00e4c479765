#pragma once
// The rules of docs/consumers.md for one Kafka partition: what a record is to somebody who has read up to a place.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tweestap::reader {

/// What was dealt with last in a Kafka partition.
struct Read {
  std::string log;                        ///< empty: nothing was read
  std::optional<std::uint64_t> position;  ///< nothing: whatever comes first is taken as it is

  bool operator==(const Read&) const = default;
};

struct NextOne {
  bool new_log = false;

  bool operator==(const NextOne&) const = default;
};
struct Repeat {
  bool operator==(const Repeat&) const = default;
};
/// Of this Kafka partition the events behind `after`, up to `until`, are missing.
struct Missing {
  std::uint64_t after = 0;
  std::uint64_t until = 0;
  bool new_log = false;

  bool operator==(const Missing&) const = default;
};
/// It says that nothing lies between two positions, and something that was read does.
struct Contradiction {
  bool operator==(const Contradiction&) const = default;
};
using Verdict = std::variant<NextOne, Repeat, Missing, Contradiction>;

/// Judges the record of `log` at `position` whose `prevposition` is `previous`, which is below `position`. Pure. Any
/// thread.
[[nodiscard]] Verdict judge(const Read& read, std::string_view log, std::uint64_t position, std::uint64_t previous);

}  // namespace tweestap::reader
