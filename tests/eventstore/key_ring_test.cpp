#include "eventstore/key_ring.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "eventstore/kek.h"
#include "eventstore/key_database.h"
#include "eventstore/key_wrapping.h"
#include "eventstore/keys.h"
#include "platform/bytes.h"
#include "tests/eventstore/random_sources.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::eventstore {
namespace {

using platform::Secret;

constexpr domain::Time kNovember2026{1'795'500'000'000'000};
constexpr domain::Time kDecember2026{1'797'500'000'000'000};

domain::Subject filled_subject(std::uint8_t n) {
  domain::Subject out;
  out.bytes.fill(n);
  return out;
}

Secret kek(std::uint8_t first = 1) {
  Secret key{kKekBytes};
  key.writable()[0] = first;
  return key;
}

std::string text(const Secret& secret) { return std::string{secret.reveal_text()}; }

class KeyRingTest : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "keys"; }
  std::unique_ptr<KeyRing> created() {
    auto ring = KeyRing::create(path(), kek(), random_);
    EXPECT_TRUE(ring) << ring.error().reason;
    return std::move(*ring);
  }
  std::unique_ptr<KeyRing> opened() {
    auto ring = KeyRing::open(path(), kek(), random_);
    EXPECT_TRUE(ring) << ring.error().reason;
    return std::move(*ring);
  }

  tests::TemporaryFolder folder_;
  platform::SystemRandom random_;
};

TEST_F(KeyRingTest, KeepsTheKeyOfTheStream) {
  const auto before = created()->stream_mac_keys();
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before.begin()->first, 1U);
  const auto after = opened()->stream_mac_keys();
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(text(after.at(1)), text(before.at(1)));
}

TEST_F(KeyRingTest, GetsTheKeyOfTheStreamWhereItIsFromBeforeThereWasOne) {
  static_cast<void>(created());
  {
    const auto database = KeyDatabase::open(path(), false);
    ASSERT_TRUE(database);
    std::string name = "k\x08";
    append_u32(1, name);
    ASSERT_TRUE((*database)->erase(std::vector{name}));
  }
  const std::string drawn = text(opened()->stream_mac_keys().at(1));
  EXPECT_EQ(drawn.size(), 32U);
  EXPECT_EQ(text(opened()->stream_mac_keys().at(1)), drawn);
}

TEST_F(KeyRingTest, KeepsAllItsKeysOverAReopening) {
  auto ring = created();
  const auto made = ring->create_subject_keys(filled_subject(1));
  ASSERT_TRUE(made);
  const std::string pepper = text(*ring->pepper(ring->current_pepper()));
  const std::string answers = text(ring->answers_key());
  const std::string page = text(ring->page_key());
  const auto hash = ring->lookup_hash("identifier", "anna@example.org");
  const auto network = *ring->pseudonym(PseudonymKind::Network, "192.0.2.0/24", kNovember2026);
  ring.reset();

  ring = opened();
  const auto keys = ring->subject_keys(filled_subject(1));
  ASSERT_TRUE(keys);
  EXPECT_EQ(text(keys->personal), text(made->keys.personal));
  EXPECT_EQ(text(keys->secret), text(made->keys.secret));
  EXPECT_NE(text(keys->personal), text(keys->secret));
  EXPECT_EQ(keys->generation, 1U);
  EXPECT_EQ(text(*ring->pepper(ring->current_pepper())), pepper);
  EXPECT_EQ(text(ring->answers_key()), answers);
  EXPECT_EQ(text(ring->page_key()), page);
  EXPECT_EQ(ring->lookup_hash("identifier", "anna@example.org"), hash);
  EXPECT_EQ(ring->known_pseudonym(PseudonymKind::Network, "192.0.2.0/24", kNovember2026), network);
}

TEST_F(KeyRingTest, GivesEverySubjectKeysOfItsOwnAndNeverOthers) {
  const auto ring = created();
  const auto first = ring->create_subject_keys(filled_subject(1));
  const auto second = ring->create_subject_keys(filled_subject(2));
  EXPECT_NE(text(first->keys.secret), text(second->keys.secret));
  const auto again = ring->create_subject_keys(filled_subject(1));
  EXPECT_EQ(text(again->keys.secret), text(first->keys.secret));
  EXPECT_EQ(again->wrapped, first->wrapped);
  const auto none = ring->subject_keys(filled_subject(3));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().why, NoKeys::Never);
}

TEST_F(KeyRingTest, MakesKeysOfOneSubjectOnceHoweverManyAsk) {
  const auto ring = created();
  std::vector<std::string> seen(8);
  {
    std::vector<std::jthread> threads;
    for (std::string& key : seen) {
      threads.emplace_back([&ring, &key] { key = text(ring->create_subject_keys(filled_subject(9))->keys.secret); });
    }
  }
  for (const std::string& key : seen) EXPECT_EQ(key, text(ring->subject_keys(filled_subject(9))->secret));
}

TEST_F(KeyRingTest, MakesKeysForManySubjectsAtOnce) {
  const auto ring = created();
  const auto first = ring->create_subject_keys(filled_subject(1));
  const std::vector<domain::Subject> many{filled_subject(1), filled_subject(2), filled_subject(3)};
  ASSERT_TRUE(ring->create_subject_keys(many));
  EXPECT_EQ(text(ring->subject_keys(filled_subject(1))->secret), text(first->keys.secret)) << "keys were replaced";
  EXPECT_TRUE(ring->subject_keys(filled_subject(2)));
  EXPECT_TRUE(ring->subject_keys(filled_subject(3)));
}

TEST_F(KeyRingTest, TakesTheRecordsThatABatchCarried) {
  auto ring = created();
  const std::string wrapped = ring->create_subject_keys(filled_subject(1))->wrapped;
  const std::string secret = text(ring->subject_keys(filled_subject(1))->secret);
  std::string moved = wrapped;
  moved[0] = 5;  // of another subject
  const std::vector<std::string> bad{moved};
  EXPECT_FALSE(ring->import_wrapped(bad));
  const std::vector<std::string> none{"short"};
  EXPECT_FALSE(ring->import_wrapped(none));
  const std::vector<std::string> good{wrapped};
  EXPECT_TRUE(ring->import_wrapped(good));
  EXPECT_EQ(text(ring->subject_keys(filled_subject(1))->secret), secret);
}

TEST_F(KeyRingTest, ShowsSubjectsAsLockedWithoutItsKeyEncryptionKey) {
  static_cast<void>(created()->create_subject_keys(filled_subject(1)));
  const auto ring = KeyRing::open_read_only(path(), std::nullopt);
  ASSERT_TRUE(ring) << ring.error().reason;
  EXPECT_FALSE((*ring)->unlocked());
  EXPECT_EQ((*ring)->subject_keys(filled_subject(1)).error().why, NoKeys::Locked);
  EXPECT_EQ((*ring)->subject_keys(filled_subject(2)).error().why, NoKeys::Never);
}

TEST_F(KeyRingTest, TellsAnotherKeyEncryptionKeyFromDamage) {
  created();
  const auto another = KeyRing::open(path(), kek(2), random_);
  ASSERT_FALSE(another);
  EXPECT_EQ(another.error().kind, platform::Failure::Kind::Invalid);
  EXPECT_NE(another.error().reason.find("another key-encryption key"), std::string::npos);

  std::string record = check_record(kek());
  EXPECT_EQ(check_kek(kek(), record), KekCheck::Same);
  EXPECT_EQ(check_kek(kek(2), record), KekCheck::Another);
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    std::string flipped = record;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(check_kek(kek(), flipped), KekCheck::Damaged) << bit;
  }
}

TEST_F(KeyRingTest, IsThereOnceAndHasOneWriter) {
  auto ring = created();
  const auto second = KeyRing::open(path(), kek(), random_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, platform::Failure::Kind::Unavailable);
  ring.reset();
  EXPECT_FALSE(KeyRing::create(path(), kek(), random_)) << "a ring must never be replaced";
  EXPECT_FALSE(KeyRing::open(folder_.path() / "absent", kek(), random_));
}

TEST_F(KeyRingTest, IsReadWhileTheServiceRuns) {
  const auto ring = created();
  static_cast<void>(ring->create_subject_keys(filled_subject(1)));
  const auto reader = KeyRing::open_secondary(path(), folder_.path() / "scratch", kek());
  ASSERT_TRUE(reader) << reader.error().reason;
  EXPECT_EQ(text((*reader)->subject_keys(filled_subject(1))->secret),
            text(ring->subject_keys(filled_subject(1))->secret));
  static_cast<void>(ring->create_subject_keys(filled_subject(2)));
  const auto made = ring->pseudonym(PseudonymKind::Agent, "curl", kNovember2026);
  EXPECT_FALSE((*reader)->known_pseudonym(PseudonymKind::Agent, "curl", kNovember2026));
  ASSERT_TRUE((*reader)->catch_up());
  EXPECT_TRUE((*reader)->subject_keys(filled_subject(2)));
  EXPECT_EQ((*reader)->known_pseudonym(PseudonymKind::Agent, "curl", kNovember2026), *made);
  EXPECT_FALSE((*reader)->create_subject_keys(filled_subject(3)));
  EXPECT_FALSE((*reader)->pseudonym(PseudonymKind::Agent, "curl", kDecember2026));
}

TEST_F(KeyRingTest, PseudonymsDifferByMonthKindAndText) {
  const auto ring = created();
  EXPECT_FALSE(ring->known_pseudonym(PseudonymKind::Network, "a", kNovember2026));
  const auto november = *ring->pseudonym(PseudonymKind::Network, "a", kNovember2026);
  EXPECT_EQ(november.text().substr(0, 8), "2026-11-");
  EXPECT_EQ(*ring->pseudonym(PseudonymKind::Network, "a", kNovember2026), november);
  EXPECT_NE(ring->pseudonym(PseudonymKind::Agent, "a", kNovember2026)->mac, november.mac);
  EXPECT_NE(ring->pseudonym(PseudonymKind::Network, "b", kNovember2026)->mac, november.mac);
  const auto december = *ring->pseudonym(PseudonymKind::Network, "a", kDecember2026);
  EXPECT_EQ(december.text().substr(0, 8), "2026-12-");
  EXPECT_NE(december.mac, november.mac);
}

TEST_F(KeyRingTest, ADaysKeyOfCodesBySmsIsDestroyedWhenItsLastCodeIsOverAndNoSooner) {
  constexpr domain::Duration kCodeLife = domain::minutes(10);
  constexpr domain::Time kMidnight{1'795'500'000'000'000 / domain::days(1).us * domain::days(1).us};
  auto ring = created();
  const auto yesterday = ring->sms_code_key_of_today(domain::Time{kMidnight.us - 1});
  const auto today = ring->sms_code_key_of_today(kMidnight);
  ASSERT_TRUE(yesterday && today);
  EXPECT_EQ(*today, *yesterday + 1);
  const std::string key_of_today = text(*ring->sms_code_key(*today));

  ASSERT_TRUE(ring->destroy_sms_code_keys(domain::Time{kMidnight.us + kCodeLife.us - 1}, kCodeLife));
  EXPECT_TRUE(ring->sms_code_key(*yesterday)) << "a code of the day's last moment still counts";
  ASSERT_TRUE(ring->destroy_sms_code_keys(kMidnight + kCodeLife, kCodeLife));
  EXPECT_FALSE(ring->sms_code_key(*yesterday));
  EXPECT_TRUE(ring->destroy_sms_code_keys(kMidnight + kCodeLife, kCodeLife)) << "again, with nothing to do";
  ring.reset();
  ring = opened();
  EXPECT_FALSE(ring->sms_code_key(*yesterday)) << "nor is it in the files";
  EXPECT_EQ(text(*ring->sms_code_key(*today)), key_of_today);

  // Nobody logged in over the weekend.
  ASSERT_TRUE(ring->destroy_sms_code_keys(kMidnight + domain::days(3), kCodeLife));
  EXPECT_FALSE(ring->sms_code_key(*today));
}

TEST_F(KeyRingTest, LookupHashesDifferByPurposeAndRing) {
  const auto ring = created();
  EXPECT_EQ(ring->lookup_hash("identifier", "a"), ring->lookup_hash("identifier", "a"));
  EXPECT_NE(ring->lookup_hash("identifier", "a"), ring->lookup_hash("phone", "a"));
  const auto other = KeyRing::create(folder_.path() / "other", kek(), random_);
  EXPECT_NE((*other)->lookup_hash("identifier", "a"), ring->lookup_hash("identifier", "a"));
}

TEST_F(KeyRingTest, AnUnknownPepperIsDamage) {
  const auto ring = created();
  EXPECT_EQ(ring->current_pepper(), 1U);
  EXPECT_FALSE(ring->pepper(2));
}

TEST_F(KeyRingTest, WithoutRandomnessNoKeyIsMade) {
  samples::NoRandom none;
  EXPECT_FALSE(KeyRing::create(path(), kek(), none));
  created().reset();  // what came to nothing is no ring, and does not stand in the way of one
  const auto ring = KeyRing::open(path(), kek(), none);
  ASSERT_TRUE(ring);
  EXPECT_FALSE((*ring)->create_subject_keys(filled_subject(1)));
  EXPECT_FALSE((*ring)->pseudonym(PseudonymKind::Network, "a", kNovember2026));
  EXPECT_EQ((*ring)->subject_keys(filled_subject(1)).error().why, NoKeys::Never);
}

TEST_F(KeyRingTest, UsingALockedRingForMoreIsABug) {
  created();
  const auto ring = KeyRing::open_read_only(path(), std::nullopt);
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(static_cast<void>((*ring)->lookup_hash("identifier", "a")), "without its key-encryption key");
}

using KEY_3 = KeyRingTest;

// The files of the database have no key in them: neither the one that wraps nor one that is wrapped.
TEST_F(KEY_3, NoKeyLiesInAFile) {
  auto ring = created();
  const auto keys = ring->create_subject_keys(filled_subject(1));
  const std::vector<std::string> secrets{text(kek()),
                                         text(keys->keys.personal),
                                         text(keys->keys.secret),
                                         text(*ring->pepper(1)),
                                         text(ring->answers_key()),
                                         text(ring->page_key())};
  ring.reset();
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    for (const std::string& secret : secrets) {
      EXPECT_EQ(content.find(secret.substr(0, 16)), std::string::npos) << entry.path();
    }
    ++files;
  }
  EXPECT_GT(files, 0U);
}

TEST(KEY_1, AWrappedKeyOpensUnderItsOwnNameOnly) {
  platform::SystemRandom random;
  const Secret key{32};
  const auto wrapped = *wrap_key(kek(), "name", 1, key, random);
  EXPECT_TRUE(unwrap_key(kek(), "name", 32, wrapped));
  EXPECT_FALSE(unwrap_key(kek(), "nam", 32, wrapped));
  EXPECT_FALSE(unwrap_key(kek(2), "name", 32, wrapped));
  EXPECT_FALSE(unwrap_key(kek(), "name", 31, wrapped));
  for (std::size_t bit = 0; bit < wrapped.size() * 8; ++bit) {
    std::string flipped = wrapped;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(unwrap_key(kek(), "name", 32, flipped)) << bit;
  }
}

}  // namespace
}  // namespace tweestap::eventstore
