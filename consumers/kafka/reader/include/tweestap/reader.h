#pragma once
// Reads Tweestap's events from Kafka by the rules of docs/consumers.md, so that a program gets each of them once and in
// order, or hears why not. Link tweestap::reader.
#include <tweestap/event.h>

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tweestap::reader {

/// Why there is no next event.
enum class Trouble : std::uint8_t {
  Unavailable,  ///< the service or the brokers do not answer now: call next() again. After anything else the reader is
                ///< over, and a new one goes on from what was stored
  Stopped,      ///< stop() was called
  Invalid,      ///< options, or the service or the brokers say that this is not allowed or not there
  Gap,          ///< events are missing, and there is nowhere to fetch them or they are not there either
  UnknownType,  ///< an event whose type neither the application nor this library knows
  UnknownVersion,  ///< an event that the application handles, newer than what it understands
  Foreign,         ///< a record that no Tweestap wrote, or that somebody changed
};

struct Failure {
  Trouble trouble = Trouble::Unavailable;
  /// A sentence for a person; has no secret, and of a record only where it lies.
  std::string reason;

  bool operator==(const Failure&) const = default;
};

/// Where events are fetched from that are missing in the topic.
struct Service {
  /// Of the staff listener: https, or http to a loopback address. Empty: nowhere, and the reader stops at a gap.
  std::string url;
  /// A file with an API key of role `stream`, read at the start and whenever it is needed, so that a new key needs no
  /// restart.
  std::string api_key_file;
  /// The key itself, in place of its file; both is refused. What the reader keeps of it is wiped at its end, the
  /// application's own copies are the application's.
  std::string api_key = {};  // so that whoever names only the others is not warned that this one is missing
  std::string ca_file;       ///< PEM; empty: the system's certificates
};

struct Options {
  std::string brokers;  ///< `HOST:PORT,…`
  std::string topic = "tweestap.events";
  /// Further properties of librdkafka (TLS, SASL). Those that would break the rules are refused.
  std::map<std::string, std::string> librdkafka;

  /// A consumer group, whose members share the Kafka partitions; commit() then stores in Kafka. Empty: this reader
  /// reads all of them, and the application keeps `tokens` with what came of the events.
  std::string group;
  /// Without a group: the newest token of each Kafka partition that the application has stored, in any order.
  std::vector<std::string> tokens;
  /// Where nothing is stored of a Kafka partition.
  enum class Begin : std::uint8_t {
    FirstEvent,  ///< everything that ever happened, fetched where the topic no longer has it
    Now,         ///< what comes from now on. A partition where nothing came yet begins at a later now after a restart
  };
  Begin begin = Begin::FirstEvent;

  Service service;

  /// The types that the application handles, each with the newest version that it understands. Only these are handed
  /// over. Empty: all that this library knows, as it was built.
  std::map<std::string, std::uint32_t> handles;
  /// What to do with a type that neither `handles` nor this library knows.
  enum class OnUnknown : std::uint8_t {
    Stop,      ///< it may be the alarm
    PassOver,  ///< for who wants certain types and no other whatever comes
    HandOver,
  };
  OnUnknown on_unknown = OnUnknown::Stop;
  /// What to do with a record that is not one of Tweestap's. Passing it over loses no event: one that was damaged is
  /// missed by the record behind it, and fetched.
  enum class OnForeign : std::uint8_t { Stop, PassOver };
  OnForeign on_foreign = OnForeign::Stop;
};

/// An event, and what to store once it is dealt with.
struct Delivery {
  Event event;
  std::int32_t partition = 0;
  /// Says where to go on in this Kafka partition: visible ASCII, at most 128 bytes. Store it in the same transaction as
  /// what came of the event, in place of the partition's one before, and each event counts once whatever crashes.
  std::string token;
  bool fetched = false;  ///< it was missing in the topic, and comes from the service
  bool new_log = false;  ///< the first one of another log than before
};

/// What was met since the reader was made.
struct Counts {
  std::uint64_t repeats = 0;  ///< records that were dropped because they had been there
  std::uint64_t gaps = 0;
  std::uint64_t fetched = 0;  ///< events that came from the service
  std::uint64_t foreign = 0;  ///< records that were passed over
};

/// Per Kafka partition events come in the order of their positions, each once, without one missing before them; across
/// Kafka partitions in no order. Once means once for each place: what was handed over and not stored comes again after
/// a restart, and also, in a group, when Kafka gives the partition to another member. Has no thread of its own beside
/// librdkafka's. Thread rule: one thread; stop() any, and also a signal handler.
class Reader {
 public:
  /// Waits at most ten seconds for the brokers. Unavailable where they do not answer, Invalid where the options are no
  /// good, they do not let it in, or there is no such topic.
  [[nodiscard]] static std::expected<std::unique_ptr<Reader>, Failure> create(Options options);
  /// Leaves the group. Within five seconds, whatever the brokers do. Stores nothing.
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// The next event; nothing where none came within `patience`. While events are fetched from the service it may take
  /// longer, up to 30 seconds for each thousand positions; in a group also by 0.4 seconds when it is given Kafka
  /// partitions (3.2 where its coordinator does not answer within that). In a group, whoever does not call it for five
  /// minutes
  /// (`max.poll.interval.ms`) loses its partitions to other members; whoever does keeps them, also while the service
  /// that has what is missing is down.
  [[nodiscard]] std::expected<std::optional<Delivery>, Failure> next(std::chrono::milliseconds patience);

  /// Everything that next() gave is dealt with: stores in Kafka where to go on from. With a group only. Within ten
  /// seconds; Unavailable where it was not stored, and then it may be called again.
  [[nodiscard]] std::expected<void, Failure> commit();
  /// The same for whoever stores it: one token for each Kafka partition that something was read of, also of events that
  /// were passed over.
  [[nodiscard]] std::vector<std::string> tokens() const;

  /// next() gives Stopped from now on, and one that waits does so within half a second; within one while it fetches,
  /// and within 3.2 while a group's coordinator does not answer.
  void stop() noexcept;

  [[nodiscard]] Counts counts() const;
  /// The last trouble with brokers or service that may pass by itself, for whoever looks why nothing comes; empty: none
  /// since something came.
  [[nodiscard]] std::string last_trouble() const;

 private:
  class Reading;
  explicit Reader(std::unique_ptr<Reading> reading);
  std::unique_ptr<Reading> reading_;
};

}  // namespace tweestap::reader
