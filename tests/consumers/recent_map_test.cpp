#include "consumers/detection/recent_map.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <new>

namespace tweestap::consumers::detection {
namespace {

// A key for whose next copy but so many there is no memory.
struct Costly {
  static constexpr int kNever = -1;
  static inline int copies_left = kNever;

  int number = 0;
  explicit Costly(int of) : number(of) {}
  Costly(const Costly& other) : number(other.number) {
    if (copies_left == 0) throw std::bad_alloc{};
    if (copies_left > 0) --copies_left;
  }
  Costly& operator=(const Costly&) = delete;
  ~Costly() = default;
  friend bool operator==(const Costly& a, const Costly& b) { return a.number == b.number; }
};
struct HashOfCostly {
  std::size_t operator()(const Costly& key) const noexcept { return static_cast<std::size_t>(key.number); }
};

TEST(RecentMap, KnowsWhichKeyWasLeftAloneForLongest) {
  RecentMap<int, int, std::hash<int>> map;
  for (const int key : {1, 2, 3, 1}) map.touch(key) = key;
  EXPECT_EQ(map.oldest(), 2);
  map.erase_oldest();
  EXPECT_EQ(map.find(2), nullptr);
  EXPECT_EQ(map.oldest(), 3);
  map.erase(3);
  EXPECT_EQ(map.oldest(), 1);
  EXPECT_EQ(map.size(), 1U);
}

TEST(RecentMap, IsAsItWasWhenAKeyFindsNoRoom) {
  for (const int copies : {0, 1}) {
    RecentMap<Costly, int, HashOfCostly> map;
    Costly::copies_left = copies;
    EXPECT_THROW(map.touch(Costly{1}), std::bad_alloc);
    Costly::copies_left = Costly::kNever;
    EXPECT_TRUE(map.empty());
    map.touch(Costly{2}) = 2;
    EXPECT_EQ(map.oldest(), 2);
    map.erase_oldest();
    EXPECT_TRUE(map.empty());
  }
}

}  // namespace
}  // namespace tweestap::consumers::detection
