#include "platform/blocklist.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "platform/crypto/hash.h"
#include "platform/data/common_passwords.h"
#include "platform/text/encoding.h"
#include "tests/platform/temporary_folder.h"

namespace tweestap::platform {
namespace {

bool on_list(const Blocklist& list, std::string_view password) {
  return list.contains(Secret::from_text(password)).value();
}

std::string upper_hash(std::string_view password) {
  std::string hash = to_hex(sha1(bytes_of(password)));
  std::ranges::transform(hash, hash.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
  return hash;
}

// Lines as the published lists have them: sorted, upper case, a count of growing length, CR LF.
std::string hash_list(int passwords, const std::string& line_end) {
  std::vector<std::string> lines;
  for (int i = 0; i < passwords; ++i) {
    lines.push_back(upper_hash("password number " + std::to_string(i)) + ":" + std::to_string(i * i) + line_end);
  }
  std::ranges::sort(lines);
  std::string text;
  for (const auto& line : lines) text += line;
  return text;
}

TEST(Blocklist, TheBuiltInListHoldsWhatEverybodyTries) {
  const Blocklist list = Blocklist::built_in();
  for (const std::string_view common : {"password", "12345678", "wachtwoord", "welkom01", "qwertyuiop"}) {
    EXPECT_TRUE(on_list(list, common)) << common;
  }
  EXPECT_TRUE(on_list(list, "Welkom01")) << "capitals do not make it another";
  EXPECT_FALSE(on_list(list, "tweestap-demo")) << "the demonstration's own";
  EXPECT_FALSE(on_list(list, "a password of my own"));
  EXPECT_FALSE(on_list(list, ""));
  EXPECT_FALSE(on_list(list, "password\n12345678"));
}

TEST(Blocklist, TheBuiltInListHasNoLineThatNobodyMayChoose) {
  std::string_view rest = common_passwords();
  int lines = 0;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    EXPECT_GE(line.size(), 8U) << line;
    EXPECT_TRUE(std::ranges::none_of(line, [](char c) { return c >= 'A' && c <= 'Z'; })) << line;
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    ++lines;
  }
  EXPECT_GE(lines, 200);
}

TEST(Blocklist, FindsEveryHashOfASortedFileAndNoOther) {
  const TemporaryFolder folder;
  for (const std::string& line_end : std::vector<std::string>{"\n", "\r\n"}) {
    for (const int size : {1, 2, 60, 100, 5000}) {
      const auto list = Blocklist::open(folder.file("hashes", hash_list(size, line_end)));
      ASSERT_TRUE(list) << list.error().reason;
      for (int i = 0; i < size; ++i) ASSERT_TRUE(on_list(*list, "password number " + std::to_string(i))) << i;
      for (int i = size; i < size + 500; ++i) ASSERT_FALSE(on_list(*list, "password number " + std::to_string(i))) << i;
    }
  }
}

TEST(Blocklist, TakesHashesWithoutCountInEitherCaseAndWithoutLastLineEnd) {
  const TemporaryFolder folder;
  std::vector<std::string> hashes{to_hex(sha1(bytes_of("one-password"))), to_hex(sha1(bytes_of("two-passwords")))};
  std::ranges::sort(hashes);
  const auto list = Blocklist::open(folder.file("hashes", hashes[0] + "\n" + hashes[1]));
  ASSERT_TRUE(list);
  EXPECT_TRUE(on_list(*list, "one-password"));
  EXPECT_TRUE(on_list(*list, "two-passwords"));
  EXPECT_TRUE(on_list(*list, "Two-Passwords"));
  EXPECT_FALSE(on_list(*list, "three-passwords"));
}

TEST(Blocklist, RefusesAHashFileThatIsNotSortedOrDamaged) {
  const TemporaryFolder folder;
  std::string text = hash_list(1000, "\n");
  const std::size_t half = text.find('\n', text.size() / 2) + 1;
  const auto unsorted = Blocklist::open(folder.file("unsorted", text.substr(half) + text.substr(0, half)));
  ASSERT_FALSE(unsorted);
  EXPECT_NE(unsorted.error().reason.find("sorted"), std::string::npos);
  std::ranges::fill(text.begin() + 20'000, text.begin() + 30'000, 'x');
  EXPECT_FALSE(Blocklist::open(folder.file("damaged", text)));
}

TEST(Blocklist, ReadsPlainLines) {
  const TemporaryFolder folder;
  std::string text = "first password\r\n\nzweites passwort\n";
  for (int i = 0; i < 20'000; ++i) text += "password number " + std::to_string(i) + "\n";
  const auto list = Blocklist::open(folder.file("plain", text + "last one"));
  ASSERT_TRUE(list);
  for (int i = 0; i < 20'000; i += 37) ASSERT_TRUE(on_list(*list, "password number " + std::to_string(i))) << i;
  EXPECT_TRUE(on_list(*list, "first password"));
  EXPECT_TRUE(on_list(*list, "Zweites Passwort"));
  EXPECT_TRUE(on_list(*list, "last one"));
  EXPECT_FALSE(on_list(*list, "password number 20000"));
  EXPECT_FALSE(on_list(*list, "number 17"));
  EXPECT_FALSE(on_list(*list, ""));
}

TEST(Blocklist, SaysWhatIsWrongWithItsFile) {
  const TemporaryFolder folder;
  EXPECT_EQ(Blocklist::open(folder / "absent").error().kind, Failure::Kind::Unavailable);
  EXPECT_EQ(Blocklist::open(folder.file("empty", "")).error().kind, Failure::Kind::Invalid);
  EXPECT_EQ(Blocklist::open(folder.path()).error().kind, Failure::Kind::Invalid);
  const auto large = folder.file("large", "x");
  std::filesystem::resize_file(large, (std::uint64_t{64} << 20) + 1);
  EXPECT_NE(Blocklist::open(large).error().reason.find("64 MiB"), std::string::npos);
}

}  // namespace
}  // namespace tweestap::platform
