#pragma once
// The process that is killed while it relays: it plays on a store, streams to a topic, and says on a pipe how far both
// are.
#include <cstdint>
#include <string>

namespace tweestap::tests {

/// What it says: written whole, and read by the parent.
struct RelaySaid {
  enum class What : std::uint64_t {
    Stored = 1,    ///< the events up to this position are durable
    Streamed = 2,  ///< the relay counts them as being in the topic
    Compared = 3,  ///< the relay has looked at the topic; once
  };
  What what = What::Stored;
  std::uint64_t position = 0;
  std::int64_t took_us = 0;  ///< of Stored: how long the command took
};
static_assert(sizeof(RelaySaid) <= 4096, "a pipe takes it whole");

struct RelayPlay {
  std::string data;
  std::string brokers;
  std::string topic;
  int to_parent = -1;
  std::uint64_t seed = 0;
};

/// Opens, plays and relays until it is killed. Never returns. Its keys are those of RelayFixture.
[[noreturn]] void relay_until_killed(const RelayPlay& play);

/// The argument that makes this program one: `--relay DATA BROKERS TOPIC DESCRIPTOR SEED`. A program of its own and not
/// a fork, since threads do not come along in a fork.
inline constexpr const char* kRelayArgument = "--relay";

}  // namespace tweestap::tests
