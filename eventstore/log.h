#pragma once
// Reading the log: pages of stored bytes, one subject's stream, waiting for more.
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "domain/ids.h"
#include "domain/time.h"
#include "eventstore/event_codec.h"
#include "platform/crypto/hash.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

class Storage;
class HeadWatch;

/// The end of the log that is durable. Position 0 is the empty log.
struct Head {
  std::uint64_t position = 0;
  domain::Time time;          ///< of the last batch
  platform::Digest root{};    ///< RFC 6962 root over all envelopes
  std::uint64_t answers = 0;  ///< how many kept answers there are

  bool operator==(const Head&) const = default;
};

/// An event as it lies on the disk: `envelope` is the canonical JSON, verbatim.
struct Record {
  std::uint64_t position = 0;
  std::string envelope;
};

/// How much one read returns: the first of both bounds, and at least one event where there is one.
struct PageLimit {
  std::size_t count_max = 1000;
  std::size_t bytes_max = std::size_t{4} << 20;
};

/// Whether what is read stays in the block cache. Whoever reads a long stretch of the past once leaves the cache to the
/// logins that run beside it.
enum class Caching : std::uint8_t { Keep, Leave };

/// Thread rule: any thread. Every read sees only durable events. A position that should be there and is not, or bytes
/// that fail their checksum, are Damaged; nothing is skipped.
class Log {
 public:
  Log(std::shared_ptr<const Storage> storage, std::shared_ptr<HeadWatch> head, domain::LogId id);
  ~Log();
  Log(Log&&) noexcept;

  [[nodiscard]] const domain::LogId& id() const { return id_; }
  [[nodiscard]] Head head() const;

  /// Events after a position, oldest first; empty at the head.
  [[nodiscard]] std::expected<std::vector<Record>, platform::Failure> read(std::uint64_t after, PageLimit limit = {},
                                                                           Caching caching = Caching::Keep) const;
  /// One event; empty where the log does not reach that far (or for 0).
  [[nodiscard]] std::expected<std::optional<Record>, platform::Failure> at(std::uint64_t position) const;
  /// The position of the last event that is not later than `time`; 0 where all are. Positions and times grow together,
  /// so it takes as many reads as the head has binary digits.
  [[nodiscard]] std::expected<std::uint64_t, platform::Failure> last_not_later(domain::Time time) const;
  /// Events of one stream after a version, oldest first.
  [[nodiscard]] std::expected<std::vector<Record>, platform::Failure> stream(const domain::Subject& subject,
                                                                             std::uint64_t after_version,
                                                                             PageLimit limit = {}) const;
  /// Events of one stream before a version (0: from its end), newest first.
  [[nodiscard]] std::expected<std::vector<Record>, platform::Failure> stream_backwards(const domain::Subject& subject,
                                                                                       std::uint64_t before_version,
                                                                                       PageLimit limit = {}) const;
  /// The last version of a stream; 0 where it has no event.
  [[nodiscard]] std::expected<std::uint64_t, platform::Failure> version_of(const domain::Subject& subject) const;
  /// The sealed bytes beside an event (opened.h opens them); empty where there are none.
  [[nodiscard]] std::expected<std::optional<std::string>, platform::Failure> sealed(std::uint64_t position,
                                                                                    SealedClass which) const;

  /// Waits until the head is beyond `position`, the time is over or a stop is asked for; returns the head's position.
  /// On a secondary the head only moves when somebody catches up.
  std::uint64_t wait_beyond(std::uint64_t position, std::chrono::milliseconds patience,
                            const std::stop_token& stop) const;

 private:
  std::shared_ptr<const Storage> storage_;
  std::shared_ptr<HeadWatch> head_;
  domain::LogId id_;
};

}  // namespace tweestap::eventstore
