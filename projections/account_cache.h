#pragma once
// Decoded accounts, so that a busy account's row is not decoded for each of its commands and events.
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "domain/account_state.h"
#include "domain/ids.h"

namespace tweestap::projections {

/// Ids are random: any eight bytes of them are a hash.
struct SubjectHash {
  [[nodiscard]] std::size_t operator()(const domain::Subject& subject) const noexcept;
};

/// A bounded cache, least recently used out. An entry counts only while the row still has the bytes that it was decoded
/// from, so it can never be wrong: not after a batch that was given up, nor beside another store. Thread rule: one
/// thread (the committer, or a rebuild).
class AccountCache {
 public:
  /// About 1.5 KiB an account: 16,384 of them take 24 MiB.
  static constexpr std::size_t kAccountsMax = 16'384;

  explicit AccountCache(std::size_t accounts_max = kAccountsMax) : accounts_max_(accounts_max) {}

  /// The state that was decoded from exactly these bytes; nullptr where there is none. Valid until the next put().
  [[nodiscard]] domain::AccountState* find(const domain::Subject& subject, std::string_view row);
  /// Keeps a state with the bytes of its row, and gives the place where it is kept.
  domain::AccountState& put(const domain::Subject& subject, std::string_view row, domain::AccountState state);
  /// The state that find() gave was folded further: these are its bytes now.
  void renew(const domain::Subject& subject, std::string_view row);
  void forget(const domain::Subject& subject);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    domain::Subject subject;
    std::string row;
    domain::AccountState state;
  };
  std::size_t accounts_max_;
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<domain::Subject, std::list<Entry>::iterator, SubjectHash> places_;
};

}  // namespace tweestap::projections
