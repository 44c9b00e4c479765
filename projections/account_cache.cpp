#include "projections/account_cache.h"

#include <cstring>
#include <utility>

#include "platform/bug.h"

namespace tweestap::projections {

std::size_t SubjectHash::operator()(const domain::Subject& subject) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, subject.bytes.data() + subject.bytes.size() - sizeof hash, sizeof hash);
  return hash;
}

domain::AccountState* AccountCache::find(const domain::Subject& subject, std::string_view row) {
  const auto place = places_.find(subject);
  if (place == places_.end() || place->second->row != row) return nullptr;
  entries_.splice(entries_.begin(), entries_, place->second);
  return &entries_.front().state;
}

domain::AccountState& AccountCache::put(const domain::Subject& subject, std::string_view row,
                                        domain::AccountState state) {
  if (const auto place = places_.find(subject); place != places_.end()) {
    entries_.splice(entries_.begin(), entries_, place->second);
    entries_.front().row.assign(row);
    entries_.front().state = std::move(state);
    return entries_.front().state;
  }
  if (entries_.size() >= accounts_max_ && !entries_.empty()) {
    places_.erase(entries_.back().subject);
    entries_.pop_back();
  }
  entries_.push_front(Entry{subject, std::string{row}, std::move(state)});
  places_.emplace(subject, entries_.begin());
  return entries_.front().state;
}

void AccountCache::renew(const domain::Subject& subject, std::string_view row) {
  const auto place = places_.find(subject);
  if (place == places_.end()) platform::bug("a cached account was renewed that is not cached");
  place->second->row.assign(row);
}

void AccountCache::forget(const domain::Subject& subject) {
  const auto place = places_.find(subject);
  if (place == places_.end()) return;
  entries_.erase(place->second);
  places_.erase(place);
}

}  // namespace tweestap::projections
