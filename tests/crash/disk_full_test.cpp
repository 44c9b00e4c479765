// DUR-4 on a real, small file system.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

namespace fs = std::filesystem;

// A file system of its own in memory. Needs the right to mount: a container without it cannot show DUR-4, and says so.
class SmallDisk {
 public:
  explicit SmallDisk(const fs::path& where) : where_(where) {
    fs::create_directories(where_);
    mounted_ = ::mount("tmpfs", where_.c_str(), "tmpfs", 0, "size=64m,mode=0700") == 0;
    if (!mounted_) error_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (mounted_ && ::umount(where_.c_str()) != 0) ::umount2(where_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] const std::string& error() const { return error_; }

  // Leaves this much room.
  void fill(std::uint64_t free_bytes) {
    const std::uint64_t free = fs::space(where_).available;
    if (free <= free_bytes) return;
    std::ofstream file{where_ / "ballast", std::ios::binary | std::ios::app};
    const std::string chunk(1 << 20, 'x');
    for (std::uint64_t left = free - free_bytes; left > 0;) {
      const std::uint64_t now = std::min<std::uint64_t>(left, chunk.size());
      file.write(chunk.data(), static_cast<std::streamsize>(now));
      left -= now;
    }
  }
  void make_room() { fs::remove(where_ / "ballast"); }

 private:
  fs::path where_;
  bool mounted_ = false;
  std::string error_;
};

constexpr std::uint64_t kReserve = std::uint64_t{12} << 20;

Play large(std::uint64_t of) {
  Play play;
  play.subject = subject(of);
  play.personal = true;
  play.events = 8;
  play.text = std::string(1500, 'x');
  return play;
}

class DUR_4_SmallDisk : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(disk_.mounted()) << "no file system can be mounted here: " << disk_.error(); }
  std::expected<void, platform::Failure> open() {
    PlayStore::Options options;
    options.reserve_bytes = kReserve;
    options.wal_bytes = std::uint64_t{2} << 20;
    options.clock = &clock_;
    return store_.open(options);
  }
  // Plays until it is refused; the last position that was acknowledged.
  std::uint64_t play_until_refused() {
    std::uint64_t last = store_.head();
    for (std::uint64_t i = 0; i < 20'000; ++i) {
      clock_.advance(2'000);
      const auto result = store_.play(large(i % 9));
      if (!result) {
        EXPECT_EQ(result.error().kind, platform::Failure::Kind::Unavailable);
        EXPECT_NE(result.error().reason.find("MiB"), std::string::npos) << result.error().reason;
        return last;
      }
      last = result->first_position + result->count - 1;
    }
    ADD_FAILURE() << "the disk never became full";
    return last;
  }
  TemporaryFolder folder_;
  SmallDisk disk_{folder_.path() / "small"};
  platform::ManualClock clock_{1'700'000'000'000'000};
  PlayStore store_{folder_.path() / "small" / "data"};
};

TEST_F(DUR_4_SmallDisk, RefusesCommandsReadsOnAndResumes) {
  const auto opened = open();
  ASSERT_TRUE(opened) << opened.error().reason;
  ASSERT_TRUE(store_.play(large(1)));
  disk_.fill(kReserve + (std::uint64_t{4} << 20));
  const std::uint64_t last = play_until_refused();
  EXPECT_EQ(store_.head(), last);
  EXPECT_FALSE(store_.partition().accepts());
  EXPECT_EQ(store_.fatal().times(), 0);
  EXPECT_EQ(store_.trouble(), "");  // reads go on
  disk_.make_room();
  clock_.advance(1'000'000);
  const auto resumed = store_.play(large(2));
  ASSERT_TRUE(resumed) << resumed.error().reason;
  EXPECT_EQ(resumed->first_position, last + 1);
  store_.close();
  ASSERT_TRUE(open());
  EXPECT_EQ(store_.head(), last + 8);
  EXPECT_EQ(store_.trouble(), "");
}

TEST_F(DUR_4_SmallDisk, RefusesToStartWithTheFigure) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(store_.play(large(1)));
  store_.close();
  disk_.fill(std::uint64_t{3} << 20);
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, platform::Failure::Kind::Unavailable);
  EXPECT_NE(refused.error().reason.find("3 MiB free"), std::string::npos) << refused.error().reason;
  disk_.fill(0);
  EXPECT_FALSE(open());
  disk_.make_room();
  ASSERT_TRUE(open());
  EXPECT_EQ(store_.head(), 8U);
}

}  // namespace
}  // namespace tweestap::tests
