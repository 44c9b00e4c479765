#include "eventstore/recovery_floor.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <string>

#include "eventstore/crc32c.h"
#include "platform/files.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::eventstore {
namespace {

Floor at(std::uint64_t position) {
  Floor floor{position, {}};
  floor.root.fill(static_cast<std::uint8_t>(position));
  return floor;
}

class RecoveryFloorTest : public ::testing::Test {
 protected:
  std::filesystem::path ring() const { return folder_.path() / "head"; }
  void raise_to(std::uint64_t from, std::uint64_t to) {
    auto floor = RecoveryFloor::open(ring(), {});
    ASSERT_TRUE(floor);
    for (std::uint64_t position = from; position <= to; ++position) ASSERT_TRUE((*floor)->raise(at(position)));
  }
  std::string bytes() const { return *platform::read_small_file(ring(), 1 << 16); }
  void write(const std::string& content) const { std::ofstream(ring(), std::ios::binary) << content; }
  FloorReading reading() const { return **read_floor(ring()); }

  tests::TemporaryFolder folder_;
};

TEST(Crc32c, HasItsKnownValues) {
  const auto crc = [](std::string_view text, std::uint32_t before = 0) {
    return crc32c(platform::bytes_of(text), before);
  };
  EXPECT_EQ(crc("123456789"), 0xe306'9283U);
  EXPECT_EQ(crc("6789", crc("12345")), 0xe306'9283U);
  EXPECT_EQ(crc(std::string(32, '\0')), 0x8a91'36aaU);  // RFC 3720, B.4
  EXPECT_EQ(crc(std::string(32, '\xff')), 0x62a8'ab43U);
  EXPECT_EQ(crc(""), 0U);
}

TEST_F(RecoveryFloorTest, NothingIsThereBeforeItIsCreated) {
  EXPECT_FALSE(read_floor(ring())->has_value());
  write("");
  EXPECT_FALSE(read_floor(ring())->has_value());
  EXPECT_FALSE(RecoveryFloor::open(ring(), {}));
}

TEST_F(RecoveryFloorTest, SaysWhatItWasRaisedToAlsoAfterReopening) {
  ASSERT_TRUE(RecoveryFloor::create(ring(), at(0)));
  EXPECT_EQ(reading().highest, at(0));
  raise_to(1, 3);
  EXPECT_EQ(reading().highest, at(3));
  raise_to(4, 200);  // more than three times around
  EXPECT_EQ(reading().highest, at(200));
  EXPECT_EQ(reading().damaged_slots, 0U);
  EXPECT_EQ(bytes().size(), kFloorSlots * kFloorSlotBytes);
}

TEST_F(RecoveryFloorTest, IsReadableWhileItIsOpen) {
  ASSERT_TRUE(RecoveryFloor::create(ring(), at(0)));
  auto floor = RecoveryFloor::open(ring(), {});
  ASSERT_TRUE(floor);
  ASSERT_TRUE((*floor)->raise(at(9)));
  EXPECT_EQ(reading().highest, at(9));  // as after kill -9: written, whether or not it was synced
}

TEST_F(RecoveryFloorTest, IsForItsOwnerOnlyAndNeverReplaced) {
  ASSERT_TRUE(RecoveryFloor::create(ring(), at(5)));
  EXPECT_FALSE(RecoveryFloor::create(ring(), at(0)));
  EXPECT_EQ(reading().highest, at(5));
  struct stat found {};
  ASSERT_EQ(::stat(ring().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST_F(RecoveryFloorTest, AFlippedBitAnywhereCostsThatSlotAlone) {
  ASSERT_TRUE(RecoveryFloor::create(ring(), at(0)));
  raise_to(1, 10);
  const std::string whole = bytes();
  const std::size_t highest = 10 * kFloorSlotBytes;
  for (std::size_t byte = 0; byte < kFloorSlotBytes; ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = whole;
      flipped[highest + byte] = static_cast<char>(flipped[highest + byte] ^ (1 << bit));
      write(flipped);
      ASSERT_EQ(reading().highest, at(9)) << byte << "." << bit;
      ASSERT_EQ(reading().damaged_slots, 1U);
    }
  }
}

TEST_F(RecoveryFloorTest, ATornSlotCostsThatSlotAlone) {
  ASSERT_TRUE(RecoveryFloor::create(ring(), at(0)));
  raise_to(1, 70);  // slots 0..6 are written a second time
  const std::string whole = bytes();
  const std::size_t last = (70 % kFloorSlots) * kFloorSlotBytes;
  std::string torn = whole;
  torn.replace(last + 30, kFloorSlotBytes - 30, kFloorSlotBytes - 30, '\0');
  write(torn);
  EXPECT_EQ(reading().highest, at(69));
  EXPECT_EQ(reading().damaged_slots, 1U);
  write(whole.substr(0, 20 * kFloorSlotBytes + 7));  // cut in the middle of a slot
  EXPECT_EQ(reading().highest, at(70));
  EXPECT_EQ(reading().damaged_slots, 1U);
}

TEST_F(RecoveryFloorTest, TheNextWriteNeverTouchesTheHighestSlot) {
  ASSERT_TRUE(RecoveryFloor::create(ring(), at(0)));
  raise_to(1, 63);  // the ring is full
  EXPECT_EQ(reading().next_slot, 0U);
  raise_to(64, 64);
  EXPECT_EQ(reading().next_slot, 1U);
  std::string damaged = bytes();
  damaged[0] = 'x';
  write(damaged);
  EXPECT_EQ(reading().highest, at(63));
}

TEST_F(RecoveryFloorTest, WithoutAWholeSlotItIsRefused) {
  for (const std::string& content : {std::string(kFloorSlotBytes, '\0'), std::string(4096, 'x'), std::string("x"),
                                     std::string(kFloorSlots * kFloorSlotBytes + 1, '\0')}) {
    write(content);
    const auto read = read_floor(ring());
    ASSERT_FALSE(read) << content.size();
    EXPECT_EQ(read.error().kind, platform::Failure::Kind::Damaged);
    EXPECT_FALSE(RecoveryFloor::open(ring(), {}));
  }
}

TEST_F(RecoveryFloorTest, AWriteThatFailsIsTheLastOne) {
  ASSERT_TRUE(RecoveryFloor::create(ring(), at(1)));
  auto floor = RecoveryFloor::open(ring(), {});
  ASSERT_TRUE(floor);
  // As on a full disk, but for one file: writing beyond its limit fails (SIGXFSZ ignored, setrlimit(2)).
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{kFloorSlotBytes, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto beyond = (*floor)->raise(at(2));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_FALSE(beyond);
  EXPECT_FALSE((*floor)->raise(at(3)));
  EXPECT_EQ(reading().highest, at(1));
}

TEST_F(RecoveryFloorTest, SinkingIsABug) {
  ASSERT_TRUE(RecoveryFloor::create(ring(), at(5)));
  auto floor = RecoveryFloor::open(ring(), {});
  ASSERT_TRUE(floor);
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(static_cast<void>((*floor)->raise(at(4))), "sink");
}

}  // namespace
}  // namespace tweestap::eventstore
