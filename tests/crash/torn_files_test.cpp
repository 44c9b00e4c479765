// DUR-1, DUR-2: the files beside the write-ahead log after a power cut. A torn end that nobody was told of opens by
// itself at the acknowledged head; what a damaged manifest forgot is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "eventstore/creation.h"
#include "eventstore/kek.h"
#include "eventstore/key_database.h"
#include "eventstore/key_ring.h"
#include "eventstore/recovery_floor.h"
#include "tests/support/eventstore_disk.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

namespace fs = std::filesystem;

// What an append that a power cut caught may leave behind the file: its beginning; its size with another content; or
// nothing of it.
enum class Tail { HalfARecord, RecordOfGarbage, Garbage, Zeros };
constexpr Tail kTails[]{Tail::HalfARecord, Tail::RecordOfGarbage, Tail::Garbage, Tail::Zeros};

std::string content(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write(const fs::path& file, const std::string& bytes) { std::ofstream{file, std::ios::binary} << bytes; }

// As if the first record of the file came again.
void tear(const fs::path& file, Tail tail, std::mt19937_64& random) {
  constexpr std::size_t kHeader = 7;  // checksum, size, type
  const std::string whole = content(file);
  std::string bytes = whole.substr(0, 20);
  if (tail == Tail::RecordOfGarbage && whole.size() > kHeader) {
    const auto size = static_cast<std::uint8_t>(whole[4]) + 256U * static_cast<std::uint8_t>(whole[5]);
    bytes = whole.substr(0, kHeader);
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(random()));
  }
  if (tail == Tail::Garbage || tail == Tail::Zeros) {
    bytes.clear();
    for (int i = 0; i < 300; ++i) bytes.push_back(tail == Tail::Zeros ? '\0' : static_cast<char>(random()));
  }
  std::ofstream{file, std::ios::binary | std::ios::app} << bytes;
}

fs::path only(const fs::path& folder, const std::string& begins) {
  std::set<fs::path> found;
  for (const auto& entry : fs::directory_iterator{folder}) {
    if (entry.path().filename().string().starts_with(begins)) found.insert(entry.path());
  }
  EXPECT_FALSE(found.empty()) << begins;
  return found.empty() ? folder : *found.rbegin();
}

// A store as after a while of use: its table files come from flushes of its own and from recovery, and the newest
// write-ahead log holds more events than opening reads again.
class TornFiles : public testing::Test {
 protected:
  static constexpr std::uint64_t kLater = 1200;
  void SetUp() override {
    PlayStore store{original_};
    PlayStore::Options options;
    options.wal_bytes = std::uint64_t{4} << 20;
    ASSERT_TRUE(store.open(options));
    add(store, 40, 100, 1);
    store.close();
    ASSERT_TRUE(store.open(options));
    add(store, 300, 10, 1500);
    add(store, kLater / 100, 100, 1);
    head_ = store.head();
    store.close();
  }
  static void add(PlayStore& store, std::uint64_t commands, std::size_t events, std::size_t bytes) {
    for (std::uint64_t i = 0; i < commands; ++i) {
      Play play;
      play.subject = subject(i % 9);
      play.events = events;
      play.personal = bytes > 8;
      play.text = std::string(bytes, 'x');
      const auto result = store.play(play);
      ASSERT_TRUE(result) << result.error().reason;
    }
  }
  fs::path fresh_copy() {
    const fs::path copy = folder_.path() / "copy";
    fs::remove_all(copy);
    fs::copy(original_, copy, fs::copy_options::recursive);
    return copy;
  }
  static std::expected<void, platform::Failure> open(PlayStore& store) {
    PlayStore::Options options;
    options.create = false;
    return store.open(options);
  }
  void expect_opens_at_the_head(const fs::path& data, const std::string& what) {
    PlayStore store{data};
    for (const bool again : {false, true}) {
      const auto opened = open(store);
      ASSERT_TRUE(opened) << what << ": " << opened.error().reason;
      ASSERT_EQ(store.head(), head_) << what << again;
      ASSERT_EQ(store.trouble(), "") << what << again;
      store.close();
    }
  }
  // A refusal that changed nothing, or a store that is whole: true where it was refused.
  bool refused_or_whole(const fs::path& data, const std::string& what) {
    const fs::path manifest = only(eventstore::log_folder(data), "MANIFEST-");
    const std::string before = content(manifest);
    PlayStore store{data};
    const auto opened = open(store);
    if (!opened) {
      // Cut to nothing it names no family: not ours, for all that can be told.
      EXPECT_NE(opened.error().kind, platform::Failure::Kind::Unavailable) << what << ": " << opened.error().reason;
      EXPECT_EQ(content(manifest), before) << what;
      return true;
    }
    EXPECT_EQ(store.head(), head_) << what;
    EXPECT_EQ(store.trouble(), "") << what;
    return false;
  }
  void cut_the_manifest_everywhere() {
    std::mt19937_64 random{test_seed()};
    const std::uint64_t size = fs::file_size(only(eventstore::log_folder(original_), "MANIFEST-"));
    int refused = 0;
    int cuts = 0;
    for (std::uint64_t left = 0; left < size; left += 1 + random() % (2 * size / crash_rounds(60)), ++cuts) {
      const fs::path data = fresh_copy();
      fs::resize_file(only(eventstore::log_folder(data), "MANIFEST-"), left);
      const std::string what = "a manifest of " + std::to_string(left) + " of " + std::to_string(size);
      refused += refused_or_whole(data, what) ? 1 : 0;
      if (HasFailure()) return;
    }
    std::cout << refused << " of " << cuts << " cuts refused\n";
    EXPECT_GT(refused, 0);
  }

  TemporaryFolder folder_;
  fs::path original_ = folder_.path() / "data";
  std::uint64_t head_ = 0;
};

using DUR_1_TornFiles = TornFiles;
using DUR_2_TornFiles = TornFiles;

TEST_F(DUR_1_TornFiles, ATornManifestOpensByItself) {
  std::mt19937_64 random{test_seed()};
  for (const Tail tail : kTails) {
    const fs::path data = fresh_copy();
    tear(only(eventstore::log_folder(data), "MANIFEST-"), tail, random);
    expect_opens_at_the_head(data, "a manifest with tail " + std::to_string(static_cast<int>(tail)));
  }
}

// Files that RocksDB writes and does not need to find whole.
TEST_F(DUR_1_TornFiles, ATornOptionsOrIdentityFileOpensByItself) {
  std::mt19937_64 random{test_seed()};
  for (const std::string name : {"OPTIONS-", "IDENTITY", "LOG"}) {
    for (const Tail tail : kTails) {
      const fs::path data = fresh_copy();
      tear(only(eventstore::log_folder(data), name), tail, random);
      expect_opens_at_the_head(data, name + " with tail " + std::to_string(static_cast<int>(tail)));
    }
    const fs::path data = fresh_copy();
    fs::resize_file(only(eventstore::log_folder(data), name), 0);
    expect_opens_at_the_head(data, name + " cut");
  }
}

// CURRENT is written beside itself and renamed: a power cut leaves the old one, and beside it the new one's rest.
TEST_F(DUR_1_TornFiles, ATornSuccessorOfCurrentOpensByItself) {
  for (const std::string& rest : {std::string{}, std::string{"MANIF"}, std::string(300, '\0'), std::string(300, 'x')}) {
    const fs::path data = fresh_copy();
    write(eventstore::log_folder(data) / "999999.dbtmp", rest);
    write(eventstore::log_folder(data) / "MANIFEST-999999", rest);
    expect_opens_at_the_head(data, "a successor of CURRENT of " + std::to_string(rest.size()) + " bytes");
  }
}

TEST_F(DUR_2_TornFiles, AnEmptyOrForeignCurrentIsRefused) {
  for (const std::string& bytes : {std::string{}, std::string{"MANIFEST-000001"}, std::string{"MANIFEST-777777\n"},
                                   std::string{"../../elsewhere\n"}, std::string(300, '\0')}) {
    const fs::path data = fresh_copy();
    write(eventstore::log_folder(data) / "CURRENT", bytes);
    PlayStore store{data};
    const auto opened = open(store);
    ASSERT_FALSE(opened) << bytes;
    EXPECT_EQ(opened.error().kind, platform::Failure::Kind::Damaged) << bytes << ": " << opened.error().reason;
  }
}

TEST_F(DUR_1_TornFiles, ATornSlotOfTheRingOpensByItself) {
  std::mt19937_64 random{test_seed()};
  for (const Tail tail : kTails) {
    const fs::path data = fresh_copy();
    const fs::path ring = eventstore::ring_file(data);
    const auto reading = eventstore::read_floor(ring);
    ASSERT_TRUE(reading && *reading);
    std::string bytes = content(ring);
    const std::size_t at = (*reading)->next_slot * eventstore::kFloorSlotBytes + (tail == Tail::HalfARecord ? 30 : 0);
    for (std::size_t i = at; i % eventstore::kFloorSlotBytes != 0 || i == at; ++i) {
      if (i < bytes.size()) bytes[i] = tail == Tail::Zeros ? '\0' : static_cast<char>(random());
    }
    write(ring, bytes);
    expect_opens_at_the_head(data, "a torn slot");
  }
}

// What RocksDB may open without a word: the manifest ends before table files that took over a deleted write-ahead log.
TEST_F(DUR_2_TornFiles, AManifestThatForgotFlushesIsRefused) { cut_the_manifest_everywhere(); }

// A young store: nothing was compacted yet, so no table file is missing either.
TEST_F(DUR_2_TornFiles, AManifestThatForgotARecoveryIsRefused) {
  fs::remove_all(original_);
  PlayStore store{original_};
  ASSERT_TRUE(store.open());
  add(store, 40, 10, 100);
  store.close();
  ASSERT_TRUE(open(store));
  add(store, kLater / 100, 100, 1);
  head_ = store.head();
  store.close();
  cut_the_manifest_everywhere();
}

// A flip makes everything behind it look torn; it is not cut off.
TEST_F(DUR_2_TornFiles, ADamagedManifestIsRefusedUntouched) {
  std::mt19937_64 random{test_seed()};
  int refused = 0;
  const int rounds = crash_rounds(40);
  for (int round = 0; round < rounds; ++round) {
    const fs::path data = fresh_copy();
    const fs::path manifest = only(eventstore::log_folder(data), "MANIFEST-");
    std::string bytes = content(manifest);
    const std::size_t at = random() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ 1 << random() % 8);
    write(manifest, bytes);
    refused += refused_or_whole(data, "a flip at " + std::to_string(at) + " of the manifest") ? 1 : 0;
    if (HasFailure()) return;
  }
  std::cout << refused << " of " << rounds << " flips refused\n";
  EXPECT_GT(refused, rounds / 2);
}

class TornKeys : public testing::Test {
 protected:
  static platform::Secret kek() { return platform::Secret{eventstore::kKekBytes}; }
  static domain::Subject of(std::uint8_t n) {
    domain::Subject made;
    made.bytes.fill(n);
    return made;
  }
  void SetUp() override {
    auto ring = eventstore::KeyRing::create(original_, kek(), random_);
    ASSERT_TRUE(ring);
    for (std::uint8_t n = 1; n <= kSubjects / 2; ++n) ASSERT_TRUE((*ring)->create_subject_keys(of(n)));
    ring->reset();
    ring = eventstore::KeyRing::open(original_, kek(), random_);
    ASSERT_TRUE(ring);
    for (std::uint8_t n = 1; n <= kSubjects; ++n) ASSERT_TRUE((*ring)->create_subject_keys(of(n)));
  }
  fs::path fresh_copy() {
    const fs::path copy = folder_.path() / "copy";
    fs::remove_all(copy);
    fs::copy(original_, copy, fs::copy_options::recursive);
    return copy;
  }
  // Keys that are missing would be made anew or not found: either is a loss that nobody notices here.
  void expect_all_keys_or_refused(const fs::path& keys, const std::string& what, bool may_refuse) {
    const auto ring = eventstore::KeyRing::open(keys, kek(), random_);
    if (!ring) {
      EXPECT_TRUE(may_refuse) << what << ": " << ring.error().reason;
      EXPECT_EQ(ring.error().kind, platform::Failure::Kind::Damaged) << what << ": " << ring.error().reason;
      return;
    }
    for (std::uint8_t n = 1; n <= kSubjects; ++n) {
      ASSERT_TRUE((*ring)->subject_keys(of(n))) << what << ": the keys of " << int{n} << " are gone";
    }
  }
  static constexpr std::uint8_t kSubjects = 20;
  TemporaryFolder folder_;
  fs::path original_ = folder_.path() / "keys";
  platform::SystemRandom random_;
};

using DUR_1_TornKeys = TornKeys;
using DUR_2_TornKeys = TornKeys;

TEST_F(DUR_1_TornKeys, ATornKeyDatabaseOpensWithAllKeys) {
  std::mt19937_64 random{test_seed()};
  for (const std::string name : {"MANIFEST-", "OPTIONS-", "IDENTITY"}) {
    for (const Tail tail : kTails) {
      const fs::path keys = fresh_copy();
      tear(only(keys, name), tail, random);
      expect_all_keys_or_refused(keys, name + std::to_string(static_cast<int>(tail)), false);
    }
  }
}

fs::path newest_log(const fs::path& folder) {
  fs::path newest;
  for (const auto& entry : fs::directory_iterator{folder}) {
    if (entry.path().extension() == ".log" && entry.path() > newest) newest = entry.path();
  }
  return newest;
}

// Nothing outside the key database says how far it had come. So what may be a damaged record and not a torn one is
// refused, and a torn one only ever takes a key that no event uses.
TEST_F(DUR_2_TornKeys, ATornKeyLogOpensWithAllKeysOrIsRefused) {
  std::mt19937_64 random{test_seed()};
  for (const Tail tail : kTails) {
    const fs::path keys = fresh_copy();
    tear(newest_log(keys), tail, random);
    expect_all_keys_or_refused(keys, "tail " + std::to_string(static_cast<int>(tail)),
                               tail == Tail::Garbage || tail == Tail::RecordOfGarbage);
  }
}

// A key is durable before the batch that uses it.
TEST(DUR_1_Keys, APowerCutLosesNoKeyThatWasPut) {
  std::mt19937_64 random{test_seed()};
  for (const UnsyncedTail tail : {UnsyncedTail::Lost, UnsyncedTail::CutSomewhere}) {
    TemporaryFolder folder;
    FaultyDisk disk;
    const fs::path where = folder.path() / "keys";
    const auto name = [](int i) { return "key " + std::to_string(i); };
    {
      const auto keys = eventstore::KeyDatabase::open(where, true, disk.env());
      ASSERT_TRUE(keys) << keys.error().reason;
      for (int i = 0; i < 10; ++i) {
        const std::vector<eventstore::KeyRecord> record{{name(i), "wrapped"}};
        ASSERT_TRUE((*keys)->put(record));
      }
      disk.stop_the_world();
    }
    disk.drop_unsynced(tail, random);
    const auto keys = eventstore::KeyDatabase::open(where, false);
    ASSERT_TRUE(keys) << keys.error().reason;
    for (int i = 0; i < 10; ++i) {
      const auto found = (*keys)->get(name(i));
      ASSERT_TRUE(found);
      EXPECT_TRUE(*found) << name(i) << " is gone";
    }
  }
}

TEST_F(DUR_2_TornKeys, AManifestThatForgotTableFilesIsRefused) {
  const std::uint64_t size = fs::file_size(only(original_, "MANIFEST-"));
  for (std::uint64_t left = 0; left < size; ++left) {
    const fs::path keys = fresh_copy();
    fs::resize_file(only(keys, "MANIFEST-"), left);
    expect_all_keys_or_refused(keys, "a manifest of " + std::to_string(left) + " of " + std::to_string(size), true);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace tweestap::tests
