#include "projections/kept_rows.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace tweestap::tests {
namespace {

// Few hashes for many keys, so that places in the table are fought for.
struct Key {
  std::uint32_t number = 0;
  [[nodiscard]] std::uint64_t order() const { return number / 3; }
  friend auto operator<=>(const Key&, const Key&) = default;
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept { return key.number % 7; }
  };
};
using Kept = projections::KeptRows<Key, std::uint64_t>;

RC_GTEST_PROP(KeptRows, HoldWhatAnOrderedMapHolds, ()) {
  Kept kept;
  std::map<Key, std::uint64_t> expected;
  const auto steps = *rc::gen::container<std::vector<std::pair<std::uint8_t, bool>>>(
      rc::gen::pair(rc::gen::arbitrary<std::uint8_t>(), rc::gen::arbitrary<bool>()));
  std::uint64_t value = 0;
  for (const auto& [number, puts] : steps) {
    const Key key{number % 40U};
    if (puts) {
      const auto place = kept.put(key, ++value);
      expected[key] = value;
      RC_ASSERT(kept[place].there && kept[place].key == key && kept[place].row == value);
    } else if (const auto place = kept.find(key)) {
      kept.erase(*place);
      RC_ASSERT(!kept[*place].there);
      RC_ASSERT(expected.erase(key) == 1U);
    }
    RC_ASSERT(kept.size() == expected.size());
    RC_ASSERT(kept.find(key).has_value() == expected.contains(key));
  }
  const auto sorted = kept.sorted();
  RC_ASSERT(sorted.size() == expected.size());
  auto at = expected.begin();
  for (const auto* entry : sorted) {
    RC_ASSERT(entry->key == at->first && entry->row == at->second);
    ++at;
  }
}

TEST(KeptRows, StayAsSmallAsWhatIsInThemHoweverMuchComesAndGoes) {
  Kept kept;
  Kept::Place largest = 0;
  for (std::uint32_t n = 0; n < 10'000; ++n) {
    largest = std::max(largest, kept.put({n}, n));
    if (n >= 10) kept.erase(*kept.find({n - 10}));
  }
  EXPECT_EQ(kept.size(), 10U);
  EXPECT_LE(largest, 11U);
}

}  // namespace
}  // namespace tweestap::tests
