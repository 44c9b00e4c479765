#include "eventstore/kek.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "platform/bytes.h"
#include "tests/eventstore/random_sources.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::eventstore {
namespace {

using platform::Secret;

bool reads(std::string_view text) { return parse_kek(Secret::from_text(text)).has_value(); }

TEST(KeyEncryptionKey, IsReadAsHexadecimalOrBase64url) {
  const std::string hex(64, 'a');
  std::string base64url(43, 'A');
  base64url.back() = 'E';
  EXPECT_TRUE(reads(hex));
  EXPECT_TRUE(reads(hex + "\n"));
  EXPECT_TRUE(reads(base64url + "\r\n"));
  EXPECT_FALSE(reads(""));
  EXPECT_FALSE(reads("\n" + hex));
  EXPECT_FALSE(reads(hex + "a"));
  EXPECT_FALSE(reads(hex.substr(1)));
  EXPECT_FALSE(reads(base64url + "="));
  EXPECT_FALSE(reads(std::string(42, 'A').append("B")));  // left-over bits that are not zero
  EXPECT_FALSE(reads(std::string(64, 'g')));
}

TEST(KeyEncryptionKey, ItsTextIsInNoFailure) {
  const auto read = parse_kek(Secret::from_text("hunter2hunter2"));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason.find("hunter2"), std::string::npos);
}

TEST(KeyEncryptionKey, IsCreatedForItsOwnerOnlyAndReadBack) {
  const tests::TemporaryFolder folder;
  platform::SystemRandom random;
  const auto path = folder.path() / "kek";
  const auto created = create_kek_file(path, random);
  ASSERT_TRUE(created);
  struct stat found {};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  const auto loaded = load_kek_file(path);
  ASSERT_TRUE(loaded) << loaded.error().reason;
  EXPECT_EQ(loaded->reveal_text(), created->reveal_text());
  EXPECT_FALSE(create_kek_file(path, random)) << "a key that is there must never be replaced";
}

TEST(KeyEncryptionKey, AFileThatOthersMayReadIsRefusedWithWhatToDo) {
  const tests::TemporaryFolder folder;
  platform::SystemRandom random;
  const auto path = folder.path() / "kek";
  ASSERT_TRUE(create_kek_file(path, random));
  for (const mode_t mode : {0640U, 0604U, 0660U, 0602U, 0610U}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    const auto loaded = load_kek_file(path);
    ASSERT_FALSE(loaded) << std::oct << mode;
    EXPECT_NE(loaded.error().reason.find("chmod 600"), std::string::npos);
  }
  ASSERT_EQ(::chmod(path.c_str(), 0400), 0);
  EXPECT_TRUE(load_kek_file(path));
}

TEST(KeyEncryptionKey, AUnitsCredentialHasTheRightsThatSystemdGivesIt) {
  const tests::TemporaryFolder folder;
  platform::SystemRandom random;
  const auto path = folder.path() / "tweestap.kek";
  ASSERT_TRUE(create_kek_file(path, random));
  ASSERT_EQ(::chmod(path.c_str(), 0440), 0);
  EXPECT_TRUE(load_kek_file(path, KekReaders::SystemdUnit));
  EXPECT_FALSE(load_kek_file(path));
  for (const mode_t mode : {0460U, 0450U, 0444U, 0442U}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    EXPECT_FALSE(load_kek_file(path, KekReaders::SystemdUnit)) << std::oct << mode;
  }
}

TEST(KeyEncryptionKey, WhatIsNoFileOrNotThereIsSaid) {
  const tests::TemporaryFolder folder;
  EXPECT_FALSE(load_kek_file(folder.path()));
  EXPECT_FALSE(load_kek_file(folder.path() / "absent"));
}

TEST(KeyEncryptionKey, WithoutRandomnessThereIsNoFile) {
  const tests::TemporaryFolder folder;
  samples::NoRandom random;
  EXPECT_FALSE(create_kek_file(folder.path() / "kek", random));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "kek"));
}

}  // namespace
}  // namespace tweestap::eventstore
