#pragma once
// The one list of views. A number is stored in every key: it stays with its view for ever.
#include <array>
#include <memory>
#include <span>
#include <string_view>

#include "eventstore/inline_view.h"
#include "projections/account_cache.h"
#include "projections/expiring_rows.h"

namespace tweestap::projections {

inline constexpr eventstore::ViewNumber kAccountsView = 1;     // accounts.h
inline constexpr eventstore::ViewNumber kDirectoryView = 2;    // directory.h
inline constexpr eventstore::ViewNumber kTokensView = 3;       // tokens.h
inline constexpr eventstore::ViewNumber kLimitsView = 4;       // limits.h
inline constexpr eventstore::ViewNumber kApiKeysView = 5;      // api_keys.h
inline constexpr eventstore::ViewNumber kPolicyView = 6;       // policy.h
inline constexpr eventstore::ViewNumber kAuditReadsView = 7;   // audit_reads.h
inline constexpr eventstore::ViewNumber kSmsSendingsView = 8;  // sms_sendings.h
inline constexpr eventstore::ViewNumber kResetsView = 9;       // resets.h
inline constexpr std::size_t kViewCount = 9;

/// One object of every view. A Partition has one set, made with the decider's cache; a rebuild or a comparison
/// makes a set of its own. Thread rule: all() goes to one user at a time.
class Views {
 public:
  /// Views with a cache of their own.
  Views();
  /// Views that share the decider's cache, so that an account's row is decoded once for its command and its events.
  explicit Views(std::shared_ptr<AccountCache> cache);
  /// Views for a rebuild or a comparison: they keep rows in memory and write them in finish().
  struct ForRebuild {};
  explicit Views(ForRebuild);
  ~Views();
  Views(const Views&) = delete;
  Views& operator=(const Views&) = delete;

  /// In the order of their numbers.
  [[nodiscard]] std::span<eventstore::InlineView* const> all() const { return pointers_; }
  /// nullptr where no view has that name.
  [[nodiscard]] eventstore::InlineView* find(std::string_view name) const;

 private:
  Views(std::unique_ptr<eventstore::InlineView> accounts, Keeping keeping);
  std::array<std::unique_ptr<eventstore::InlineView>, kViewCount> views_;
  std::array<eventstore::InlineView*, kViewCount> pointers_{};
};

}  // namespace tweestap::projections
