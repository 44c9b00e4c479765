// DUR-2: damage to what was acknowledged is refused or found when it is read; the store is never silently shorter. A
// torn tail, which nobody was told of, opens by itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <random>
#include <vector>

#include "eventstore/creation.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

namespace fs = std::filesystem;

class DUR_2_Damage : public testing::Test {
 protected:
  // Events in table files and in a write-ahead log both, as after a while of use.
  void SetUp() override {
    PlayStore store{original_};
    PlayStore::Options options;
    options.wal_bytes = std::uint64_t{1} << 20;
    ASSERT_TRUE(store.open(options));
    for (std::uint64_t i = 0; i < 700; ++i) add(store, i, 1500);
    store.close();
    ASSERT_TRUE(store.open());  // what was in the write-ahead log is in table files now
    for (std::uint64_t i = 0; i < 100; ++i) add(store, i, 300);
    head_ = store.head();
    store.close();
  }
  static void add(PlayStore& store, std::uint64_t i, std::size_t bytes) {
    Play play;
    play.subject = subject(i % 9);
    play.personal = true;
    play.text = std::string(bytes, 'x');
    const auto result = store.play(play);
    ASSERT_TRUE(result) << result.error().reason;
  }
  std::vector<fs::path> files(const std::string& extension) const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator{eventstore::log_folder(original_)}) {
      if (entry.path().extension() == extension && entry.file_size() > 0) found.push_back(entry.path().filename());
    }
    std::ranges::sort(found);
    return found;
  }
  fs::path fresh_copy() {
    const fs::path copy = folder_.path() / "copy";
    fs::remove_all(copy);
    fs::copy(original_, copy, fs::copy_options::recursive);
    return copy;
  }
  // Opens the damaged copy and reads all of it: it is refused, says that it is damaged, or is whole.
  void expect_refused_or_whole(const fs::path& data, const std::string& what) {
    PlayStore store{data};
    PlayStore::Options options;
    options.create = false;
    const auto opened = store.open(options);
    if (!opened) {
      ++refused_;
      EXPECT_NE(opened.error().kind, platform::Failure::Kind::Internal) << what << ": " << opened.error().reason;
      return;
    }
    ASSERT_GE(store.head(), head_) << what << " made the log silently shorter";
    std::uint64_t position = 0;
    while (position < head_) {
      const auto page = store.partition().log().read(position);
      if (!page) {
        ++found_later_;
        EXPECT_EQ(page.error().kind, platform::Failure::Kind::Damaged) << what;
        return;
      }
      ASSERT_FALSE(page->empty()) << what << " made the log silently shorter";
      position = page->back().position;
    }
    ++whole_;
  }
  static void flip(const fs::path& file, std::uint64_t at, int bits) {
    std::fstream io{file, std::ios::binary | std::ios::in | std::ios::out};
    io.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(io.get() ^ bits);
    io.seekp(static_cast<std::streamoff>(at));
    io.put(byte);
  }

  TemporaryFolder folder_;
  fs::path original_ = folder_.path() / "data";
  std::uint64_t head_ = 0;
  int refused_ = 0;
  int found_later_ = 0;
  int whole_ = 0;
};

TEST_F(DUR_2_Damage, AFlippedByteIsNeverSilent) {
  std::mt19937_64 random{test_seed()};
  for (const std::string extension : {".log", ".sst"}) {
    const auto names = files(extension);
    ASSERT_FALSE(names.empty()) << extension;
    refused_ = found_later_ = whole_ = 0;
    for (int round = 0; round < crash_rounds(25); ++round) {
      const fs::path data = fresh_copy();
      const fs::path file = eventstore::log_folder(data) / names[random() % names.size()];
      const std::uint64_t at = random() % fs::file_size(file);
      flip(file, at, 1 << random() % 8);
      expect_refused_or_whole(data, "a flip at " + std::to_string(at) + " of " + file.filename().string());
      if (HasFatalFailure()) return;
    }
    std::cout << extension << ": " << refused_ << " refused, " << found_later_ << " found when read, " << whole_
              << " whole\n";
    EXPECT_GT(refused_, 0);
  }
}

TEST_F(DUR_2_Damage, ATruncatedFileIsNeverSilent) {
  std::mt19937_64 random{test_seed()};
  for (const std::string extension : {".log", ".sst"}) {
    const auto names = files(extension);
    refused_ = found_later_ = whole_ = 0;
    for (int round = 0; round < crash_rounds(10); ++round) {
      const fs::path data = fresh_copy();
      const fs::path file = eventstore::log_folder(data) / names[random() % names.size()];
      fs::resize_file(file, random() % fs::file_size(file));
      expect_refused_or_whole(data, "a cut of " + file.filename().string());
      if (HasFatalFailure()) return;
    }
    std::cout << extension << ": " << refused_ << " refused\n";
    EXPECT_EQ(found_later_ + whole_, 0);
  }
}

TEST_F(DUR_2_Damage, ADeletedFileIsRefused) {
  for (const std::string extension : {".log", ".sst"}) {
    for (const fs::path& name : files(extension)) {
      const fs::path data = fresh_copy();
      fs::remove(eventstore::log_folder(data) / name);
      PlayStore store{data};
      PlayStore::Options options;
      options.create = false;
      const auto opened = store.open(options);
      ASSERT_FALSE(opened) << name << " is gone and nobody noticed";
      EXPECT_EQ(opened.error().kind, platform::Failure::Kind::Damaged) << opened.error().reason;
    }
  }
}

TEST_F(DUR_2_Damage, TheRefusalNamesThePositionsAndTouchesNothing) {
  const fs::path data = fresh_copy();
  const fs::path wal = eventstore::log_folder(data) / files(".log").back();
  flip(wal, fs::file_size(wal) / 2, 1);
  std::map<fs::path, std::string> before;
  const auto contents = [&data] {
    std::map<fs::path, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator{data}) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file{entry.path(), std::ios::binary};
      all[entry.path()] = std::string{std::istreambuf_iterator<char>{file}, {}};
    }
    return all;
  };
  before = contents();
  PlayStore store{data};
  PlayStore::Options options;
  options.create = false;
  const auto opened = store.open(options);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().reason.find(" to " + std::to_string(head_) + " were acknowledged and are missing"),
            std::string::npos)
      << opened.error().reason;
  EXPECT_EQ(contents(), before);
}

TEST_F(DUR_2_Damage, ATornTailOpensByItselfAtTheAcknowledgedHead) {
  std::mt19937_64 random{test_seed()};
  const fs::path name = files(".log").back();
  for (const std::string tail : {"garbage", "zeros", "half a record"}) {
    const fs::path data = fresh_copy();
    const fs::path wal = eventstore::log_folder(data) / name;
    std::string bytes;
    if (tail == "half a record") {
      std::ifstream file{wal, std::ios::binary};
      bytes.assign(std::istreambuf_iterator<char>{file}, {});
      bytes.resize(100);  // the first record of the file, cut: as if it came again and was torn
    } else {
      for (int i = 0; i < 1000; ++i) bytes.push_back(tail == "zeros" ? '\0' : static_cast<char>(random()));
    }
    std::ofstream{wal, std::ios::binary | std::ios::app} << bytes;
    PlayStore store{data};
    PlayStore::Options options;
    options.create = false;
    const auto opened = store.open(options);
    ASSERT_TRUE(opened) << tail << ": " << opened.error().reason;
    EXPECT_EQ(store.head(), head_) << tail;
    EXPECT_EQ(store.dropped_bytes(), bytes.size()) << tail;
    EXPECT_EQ(store.trouble(), "") << tail;
    Play play;
    play.subject = subject(1);
    EXPECT_TRUE(store.play(play)) << tail;
  }
}

}  // namespace
}  // namespace tweestap::tests
