#pragma once
// Passwords that did not count, over the last hour (rule THR-2), alike for known and unknown identifiers.
#include <cstdint>
#include <expected>
#include <optional>
#include <variant>
#include <vector>

#include "domain/caller.h"
#include "domain/ids.h"
#include "domain/throttle/throttle.h"
#include "projections/expiring_rows.h"
#include "projections/projection.h"

namespace tweestap::projections {

/// Whose failures: those of an account, or of an identifier that nobody has. Registering an identifier starts its count
/// anew.
using Whose = std::variant<domain::AccountId, domain::LookupHash>;

/// What failures are counted under. Every one is kept per listener.
enum class LimitScope : std::uint8_t {
  Here,      // the identifier from one network; callers whose network is not known count together
  Anywhere,  // the identifier
  Network,   // one network, whatever the identifier; none where it is not known
};

/// One minute's failures; `minute` is counted from 1970.
struct MinuteCount {
  std::int64_t minute = 0;
  std::uint32_t failures = 0;

  static constexpr auto fields() {
    return std::tuple{domain::stored(&MinuteCount::minute), domain::stored(&MinuteCount::failures)};
  }
  friend bool operator==(const MinuteCount&, const MinuteCount&) = default;
};

/// The minutes that count at a moment: this one and the 59 before it. So a failure counts for 59 to 60 minutes.
inline constexpr std::int64_t kMinutesCounted = 60;

/// Failures under one key. Bounded: at most kMinutesCounted minutes, oldest first.
struct Limit {
  domain::Time last_at;        // the last failure
  domain::Time refused_until;  // end of the last waiting interval that has its event
  std::vector<MinuteCount> minutes;

  void count(domain::Time at);
  [[nodiscard]] domain::FailureCount at(domain::Time now) const;
  /// From when on fewer than `wanted` are counted, if none is added: `now` where that is so already.
  [[nodiscard]] domain::Time below(std::uint32_t wanted, domain::Time now) const;
  /// From then on the row says nothing any more.
  [[nodiscard]] domain::Time end() const;
  static constexpr auto fields() {
    return std::tuple{domain::stored(&Limit::last_at), domain::stored(&Limit::refused_until),
                      domain::stored(&Limit::minutes)};
  }
  friend bool operator==(const Limit&, const Limit&) = default;
};

/// Adds up what was counted under two keys (two months' pseudonyms of one network; rows and what is not stored).
[[nodiscard]] domain::FailureCount joined(const domain::FailureCount& a, const domain::FailureCount& b);

// Keys of rows, also of what is counted in memory (unstored_failures.h).
[[nodiscard]] RowKey here_key(domain::Listener listener, const Whose& whose,
                              const std::optional<domain::Pseudonym>& network);
[[nodiscard]] RowKey anywhere_key(domain::Listener listener, const Whose& whose);
[[nodiscard]] RowKey network_key(domain::Listener listener, const domain::Pseudonym& network);
/// A network without a listener: what asks for messages counts together.
[[nodiscard]] RowKey asking_network_key(const domain::Pseudonym& network);

/// View 4. Rows: `h`, `a`, `n` (the scopes), listener, whose, network -> Limit; `x` the expiry index.
///
/// Counted: login.password_rejected, and login.refused where the account is disabled or no staff, for these answer like
/// a wrong password and so have to slow down like one (ENU-1). login.refused {throttled} moves `refused_until`.
/// login.started and login.completed clear `here`; nothing clears the others. A wrong password that came with a live
/// token of a remembered device counts with that device, in the account's row, and not here.
class LimitsView final : public eventstore::InlineView {
 public:
  explicit LimitsView(Keeping keeping = Keeping::InRows);
  [[nodiscard]] ViewNumber number() const override;
  [[nodiscard]] std::uint32_t format() const override { return 2; }
  [[nodiscard]] std::string_view name() const override { return "limits"; }
  [[nodiscard]] std::expected<void, Failure> apply(const Stored& stored, Rows& rows) override;
  [[nodiscard]] std::expected<void, Failure> finish(Rows& rows) override;

 private:
  struct Keys {
    RowKey here;
    RowKey anywhere;
    std::optional<RowKey> network;  // empty: not known
  };
  [[nodiscard]] std::expected<void, Failure> count(Rows& rows, const RowKey& key, domain::Time at);
  [[nodiscard]] std::expected<void, Failure> clear(Rows& rows, const RowKey& key);
  [[nodiscard]] std::expected<void, Failure> refuse(Rows& rows, const Keys& keys, domain::Time until);

  ExpiringRows<RowKey, Limit> limits_;
};

/// Who tries.
struct Trier {
  domain::Listener listener{};
  Whose whose;
  std::optional<domain::Pseudonym> network;
  std::optional<domain::Pseudonym> network_last_month;
};
[[nodiscard]] Trier trier_of(const Whose& whose, const domain::Caller& caller);

/// What the rows have counted; `suppressed` and `known_network` are not theirs to fill.
[[nodiscard]] std::expected<domain::ThrottleCounts, Failure> read_counts(RowReader& rows, const Trier& trier,
                                                                         domain::Time now);

}  // namespace tweestap::projections
