#pragma once
// Looks for attacks in what happened: events in, alerts out.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "consumers/detection/recent_map.h"
#include "consumers/detection/rules.h"
#include "consumers/detection/sliding_counts.h"
#include "domain/all_events.h"
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/time.h"

namespace tweestap::consumers::detection {

/// An event and what its envelope says of it.
struct Happened {
  std::uint64_t position = 0;
  domain::Time time;
  domain::Subject subject;
  domain::Actor actor;
  const domain::Event& event;
};

/// All rules. It has no clock and knows nothing but the events, so that the running service and a replay of its log
/// raise the same alerts. An alert is none of the events that it looks at, so none raises another. Thread rule: as a
/// plain value.
class Detector {
 public:
  explicit Detector(const Thresholds& thresholds, Bounds bounds = {});

  /// The next event of the log. Alerts that it raises are added to `raised`, in the order of the rules that saw it.
  void fold(const Happened& happened, std::vector<domain::AlertRaised>& raised);

  /// Whether fold() does anything with an event of that type, so that others need not be decoded.
  [[nodiscard]] static bool folds(std::string_view type);

  /// What was forgotten for want of room although it counted still: keys, of which the count begins anew, and messages
  /// and accounts with theirs, whose numbers stay counted although their code is entered.
  [[nodiscard]] std::uint64_t forgotten() const;
  /// How many keys and things are remembered over all rules.
  [[nodiscard]] std::size_t remembered() const;

 private:
  class Reading;
  /// A message that was sent, to be taken off the count when its code is entered.
  struct Asking {
    std::optional<domain::Pseudonym> network;  ///< that asked for it
    domain::LookupHash number;
    domain::IdBytes purpose;  ///< the login, enrolment or session whose code it is
    domain::Time at;
  };
  /// Those of an account, oldest first, none twice.
  struct Askings {
    std::vector<Asking> all;
    domain::Time touched;
  };
  struct HashOfAccount {
    [[nodiscard]] std::size_t operator()(const domain::AccountId& account) const noexcept {
      return HashOfKey{}(Key{account});
    }
  };

  [[nodiscard]] SlidingCounts& counts(domain::AlertRule rule) { return counts_[static_cast<std::size_t>(rule)]; }
  void remember(const domain::AccountId& account, const Asking& asking);
  /// Those that count still; nullptr where none is remembered. Until the next remember().
  [[nodiscard]] std::vector<Asking>* askings_of(const domain::AccountId& account, domain::Time at);

  Bounds bounds_;
  std::vector<SlidingCounts> counts_;  // in the order of the rules
  RecentMap<domain::AccountId, Askings, HashOfAccount> askings_;
  std::uint64_t askings_forgotten_ = 0;  // messages, and accounts with theirs
};

}  // namespace tweestap::consumers::detection
