#pragma once
// What projections implement to be kept in the same batch as the events: always current, always rebuildable.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "domain/all_events.h"
#include "domain/ids.h"
#include "domain/time.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// An event in its place in the log, as everybody without keys sees it: sealed members are empty, also right after the
/// decision that filled them, so that a rebuild sees what the live path saw.
struct Stored {
  std::uint64_t position = 0;  ///< contiguous in the log, from 1
  std::uint64_t version = 0;   ///< contiguous in the subject's stream, from 1
  domain::Subject subject;
  domain::Time time;
  const domain::Event& event;
  domain::Actor actor;
  domain::Correlation correlation;
  domain::CommandId command;
  std::optional<domain::AccountId> on_behalf_of;
  bool has_personal = false;  ///< personal members are kept sealed beside the event
  bool has_secret = false;    ///< secret members are
};

/// A projection's number: the first two bytes of its rows' keys. Never used again for another one.
using ViewNumber = std::uint16_t;

/// Longest key and value of a row, so that no input can grow one without end.
inline constexpr std::size_t kRowKeyBytesMax = 256;
inline constexpr std::size_t kRowValueBytesMax = std::size_t{1} << 20;

/// Rows of the projections, to read. A read that fails looks like an absent row and is remembered in failure(): whoever
/// acts on what was read asks once at the end, and then nothing of it counts. Thread rule: one thread.
class RowReader {
 public:
  RowReader() = default;
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;
  virtual ~RowReader() = default;

  /// Fills `value` and says true where there is such a row.
  [[nodiscard]] virtual bool get(ViewNumber view, std::string_view key, std::string& value) = 0;
  [[nodiscard]] std::optional<std::string> get(ViewNumber view, std::string_view key) {
    std::string value;
    if (!get(view, key, value)) return std::nullopt;
    return value;
  }
  /// The first row of that view whose key is `key` or comes after it, in byte order.
  [[nodiscard]] virtual std::optional<std::pair<std::string, std::string>> first_from(ViewNumber view,
                                                                                      std::string_view key) = 0;
  /// The first thing that went wrong, if anything did.
  [[nodiscard]] const std::optional<platform::Failure>& failure() const { return failure_; }
  /// Also for whoever reads a row that does not decode: damage counts the same wherever it is found.
  void fail(platform::Failure failure) {
    if (!failure_) failure_ = std::move(failure);
  }

 private:
  std::optional<platform::Failure> failure_;
};

/// The same while a batch is made: reads see what this batch already wrote.
class Rows : public RowReader {
 public:
  /// An empty value, or a key or value over its maximum, is a bug: such a row would read back as damage.
  virtual void put(ViewNumber view, std::string_view key, std::string_view value) = 0;
  virtual void erase(ViewNumber view, std::string_view key) = 0;
};

/// One projection. `apply` is a pure function of (event, rows): no clock, randomness or I/O, so a rebuild makes the
/// same bytes. It touches rows of its own number only. Thread rule: one thread at a time (the committer or a rebuild),
/// and one object serves one of them only if it keeps state between calls.
class InlineView {
 public:
  virtual ~InlineView() = default;
  [[nodiscard]] virtual ViewNumber number() const = 0;
  /// Raised when the rows' layout or meaning changes: at start another number rebuilds the rows from the log.
  [[nodiscard]] virtual std::uint32_t format() const = 0;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// A failure means that a row or the event cannot be what it is (Damaged): the service stops.
  [[nodiscard]] virtual std::expected<void, platform::Failure> apply(const Stored& stored, Rows& rows) = 0;
  /// A rebuild calls it after the last event: a view that was made to keep rows back writes them here (a rebuild then
  /// encodes a row once and not once an event), each once and none erased. The live path never calls it.
  [[nodiscard]] virtual std::expected<void, platform::Failure> finish(Rows& rows) {
    static_cast<void>(rows);
    return {};
  }
};

}  // namespace tweestap::eventstore
