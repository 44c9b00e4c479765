#include "consumers/detection/sliding_counts.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace tweestap::consumers::detection {
namespace {

std::size_t first_bytes(const std::uint8_t* bytes) {
  std::size_t first = 0;
  std::memcpy(&first, bytes, sizeof first);
  return first;
}

}  // namespace

std::size_t HashOfKey::operator()(const Key& key) const noexcept {
  return std::visit(
      [](const auto& one) -> std::size_t {
        using T = std::remove_cvref_t<decltype(one)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return 0;
        } else if constexpr (std::is_same_v<T, domain::Pseudonym>) {
          return first_bytes(one.mac.data());
        } else {
          return first_bytes(one.bytes.data());
        }
      },
      key);
}

std::optional<SlidingCounts::Reached> SlidingCounts::add(const Key& key, const Thing& thing, domain::Time at) {
  if (threshold_.count == 0) return std::nullopt;
  drop_what_is_over(at);
  Counted& counted = of_.touch(key);
  counted.touched = at;
  std::vector<Seen>& seen = counted.seen;
  things_ -= seen.size();
  std::erase_if(seen, [&](const Seen& one) { return one.thing == thing || one.at <= at - threshold_.window; });
  seen.push_back({thing, at});
  // Twice as many as it takes: some may turn out harmless, and who has more is over the threshold all the same.
  if (seen.size() > std::size_t{2} * threshold_.count) seen.erase(seen.begin());
  things_ += seen.size();
  keep_within_bounds();
  const std::int64_t period = threshold_.period(at);
  if (seen.size() < threshold_.count || counted.told_in == period) return std::nullopt;
  counted.told_in = period;
  return Reached{static_cast<std::uint32_t>(seen.size()), seen.front().at};
}

void SlidingCounts::remove(const Key& key, const Thing& thing) {
  Counted* counted = of_.find(key);
  if (counted == nullptr) return;
  things_ -= std::erase_if(counted->seen, [&](const Seen& one) { return one.thing == thing; });
  erase_if_it_says_nothing(key, *counted);
}

void SlidingCounts::remove_all(const Key& key) {
  Counted* counted = of_.find(key);
  if (counted == nullptr) return;
  things_ -= counted->seen.size();
  counted->seen.clear();
  erase_if_it_says_nothing(key, *counted);
}

// What was told has to be known until its period is over.
void SlidingCounts::erase_if_it_says_nothing(const Key& key, const Counted& counted) {
  if (counted.seen.empty() && !counted.told_in) of_.erase(key);
}

// Nothing of them counts any more, and the period in which they were told is over.
void SlidingCounts::drop_what_is_over(domain::Time at) {
  while (!of_.empty() && of_.oldest().touched <= at - threshold_.window) {
    things_ -= of_.oldest().seen.size();
    of_.erase_oldest();
  }
}

// The one that was just touched stays: it has less than any bound.
void SlidingCounts::keep_within_bounds() {
  while (of_.size() > 1 && (of_.size() > bounds_.keys_max || things_ > bounds_.things_max)) {
    things_ -= of_.oldest().seen.size();
    of_.erase_oldest();
    ++forgotten_;
  }
}

}  // namespace tweestap::consumers::detection
