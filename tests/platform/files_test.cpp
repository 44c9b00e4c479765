#include "platform/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "tests/platform/temporary_folder.h"

namespace tweestap::platform {
namespace {

unsigned mode_of(const std::filesystem::path& path) {
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0);
  return found.st_mode & 07777U;
}

long files_in(const TemporaryFolder& folder) {
  return std::distance(std::filesystem::directory_iterator(folder.path()), {});
}

TEST(WriteFileAtomically, ReplacesWithModeOfOwnerOnly) {
  const TemporaryFolder folder;
  const auto path = folder.file("key", "old");
  ASSERT_TRUE(write_file_atomically(path, bytes_of("new")));
  EXPECT_EQ(read_small_file(path, 10).value(), "new");
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(files_in(folder), 1) << "nothing is left beside it";
}

TEST(WriteFileAtomically, CreateNewLeavesAFileThatIsThereAlone) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "key", bytes_of("first"), WriteMode::CreateNew));
  const auto again = write_file_atomically(folder / "key", bytes_of("second"), WriteMode::CreateNew);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, Failure::Kind::Invalid);
  EXPECT_EQ(read_small_file(folder / "key", 10).value(), "first");
  EXPECT_EQ(files_in(folder), 1);
  EXPECT_EQ(write_file_atomically(folder / "no" / "key", bytes_of("x")).error().kind, Failure::Kind::Unavailable);
}

TEST(ReadSmallFile, IsBounded) {
  const TemporaryFolder folder;
  const auto path = folder.file("f", "12345\r\n\n");
  EXPECT_EQ(read_small_file(path, 8).value(), "12345\r\n\n");
  EXPECT_EQ(read_small_file(path, 7).error().kind, Failure::Kind::Invalid);
  EXPECT_EQ(read_secret_file(path, 8, true)->reveal_text(), "12345");
  EXPECT_EQ(read_small_file(folder / "absent", 8).error().kind, Failure::Kind::Unavailable);
  EXPECT_FALSE(read_small_file(folder.path(), 8));
  EXPECT_EQ(read_small_file("/dev/zero", 8).error().kind, Failure::Kind::Invalid) << "it does not read for ever";
}

TEST(CreatePrivateFolder, CreatesAllAboveItForTheOwnerOnly) {
  const TemporaryFolder folder;
  ASSERT_TRUE(create_private_folder(folder / "a" / "b"));
  EXPECT_EQ(mode_of(folder / "a"), 0700U);
  EXPECT_EQ(mode_of(folder / "a" / "b"), 0700U);
  EXPECT_TRUE(create_private_folder(folder / "a" / "b")) << "again";
  const auto in_the_way = create_private_folder(folder.file("file", ""));
  EXPECT_EQ(in_the_way.error().kind, Failure::Kind::Invalid);
}

TEST(IsSamePlace, AlsoWhereNothingIsThere) {
  const TemporaryFolder folder;
  EXPECT_TRUE(is_same_place(folder / "later", folder / "later" / ""));
  EXPECT_TRUE(is_same_place("later", "./later"));
  EXPECT_TRUE(is_same_place("later", std::filesystem::absolute("later")));
  EXPECT_TRUE(is_same_place(folder / "x" / ".." / "later", folder / "later"));
  EXPECT_FALSE(is_same_place(folder / "later", folder / "later" / "sub"));
  EXPECT_FALSE(is_same_place(".", ""));
}

TEST(FreeBytes, AreThoseOfTheFileSystem) {
  EXPECT_GT(free_bytes("/tmp").value(), 0U);
  EXPECT_FALSE(free_bytes("/nonexistent"));
}

TEST(FileHandle, ClosesOnce) {
  FileHandle one(::dup(2));
  const int descriptor = one.get();
  FileHandle other = std::move(one);
  EXPECT_EQ(other.get(), descriptor);
  other = FileHandle();
  EXPECT_EQ(::fcntl(descriptor, F_GETFD), -1);
}

}  // namespace
}  // namespace tweestap::platform
