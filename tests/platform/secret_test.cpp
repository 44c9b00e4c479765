#include "platform/crypto/secret.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <concepts>
#include <fstream>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "platform/blocklist.h"
#include "platform/crypto/aead.h"
#include "platform/crypto/argon2.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/totp.h"
#include "platform/logging.h"
#include "platform/text/unicode.h"

namespace tweestap::platform {
namespace {

// What must not compile (KEY-3): a copy by accident, a comparison in variable time, printing, logging.
template <typename T>
concept Comparable = requires(const T& a, const T& b) {
  a == b;
};
template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <typename T>
concept TextLike = std::convertible_to<T, std::string> || std::convertible_to<T, std::string_view>;
template <typename T>
concept Loggable = std::constructible_from<LogField, std::string_view, const T&>;

static_assert(Loggable<std::string> && Streamable<std::string> && Comparable<std::string>);
static_assert(!std::copy_constructible<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);
static_assert(!Comparable<Secret> && !Streamable<Secret> && !TextLike<Secret> && !Loggable<Secret>);
static_assert(!Comparable<PasswordVerifier>);

constexpr std::uint8_t kMask = 0x5a;

// The needle lies in memory only under a mask, so the scan finds copies and not itself.
struct Needle {
  std::vector<std::uint8_t> masked;

  static Needle of_utf8(int seed, std::size_t size) {
    Needle needle;
    for (std::size_t i = 0; i < size; ++i) {
      const auto letter = static_cast<std::uint8_t>('a' + (static_cast<std::size_t>(seed) * 7 + i * i + i * 3) % 26);
      needle.masked.push_back(letter ^ kMask);
    }
    return needle;
  }

  // Without the beginning: a freed block's first bytes belong to the allocator, and the rest is what would stay behind.
  [[nodiscard]] Needle tail() const { return {{masked.begin() + 32, masked.end()}}; }

  [[nodiscard]] Needle as_utf16() const {
    Needle wide;
    for (const auto byte : masked) {
      wide.masked.push_back(byte);
      wide.masked.push_back(kMask);  // a zero byte
    }
    return wide;
  }

  [[nodiscard]] Secret plant() const {
    Secret secret(masked.size());
    for (std::size_t i = 0; i < masked.size(); ++i) secret.writable()[i] = masked[i] ^ kMask;
    return secret;
  }
};

std::size_t count_in(std::span<const std::uint8_t> memory, const Needle& needle) {
  std::size_t found = 0;
  for (std::size_t i = 0; i + needle.masked.size() <= memory.size(); ++i) {
    std::size_t k = 0;
    while (k < needle.masked.size() && (memory[i + k] ^ kMask) == needle.masked[k]) ++k;
    if (k == needle.masked.size()) ++found;
  }
  return found;
}

// How often the needle lies in the writable memory of this process.
std::size_t count_in_memory(const Needle& whole) {
  const Needle needle = whole.tail();
  const int memory = ::open("/proc/self/mem", O_RDONLY);
  if (memory < 0) return 0;
  std::vector<std::uint8_t> piece(1 << 16);
  std::size_t found = 0;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::array<char, 5> rights{};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &from, &to, rights.data()) != 3 || rights[1] != 'w') continue;
    if (to - from > (std::uint64_t{1} << 32)) continue;  // a sanitizer's shadow
    // Not the buffer of this very scan: it holds what was read last.
    const auto own = reinterpret_cast<std::uint64_t>(piece.data());
    const std::uint64_t own_end = own + piece.size();
    const std::uint64_t overlap = needle.masked.size() - 1;
    for (std::uint64_t at = from; at < to;) {
      if (at >= own && at < own_end) {
        at = own_end;
        continue;
      }
      const std::uint64_t end = at < own && own < to ? own : to;
      const std::uint64_t size = std::min<std::uint64_t>(piece.size(), end - at);
      const auto read = ::pread(memory, piece.data(), size, static_cast<off_t>(at));
      if (read > 0) found += count_in(std::span(piece).first(static_cast<std::size_t>(read)), needle);
      at += size < piece.size() ? size : size - overlap;
    }
  }
  ::close(memory);
  wipe_memory(piece);
  return found;
}

TEST(KEY_3, ASecretIsNotInMemoryAfterItsEnd) {
  const Needle needle = Needle::of_utf8(1, 96);
  {
    const Secret secret = needle.plant();
    EXPECT_GE(count_in_memory(needle), 1U) << "the scan sees a secret that lives";
  }
  EXPECT_EQ(count_in_memory(needle), 0U);
}

TEST(KEY_3, MovingShorteningAndWipingLeaveNothingBehind) {
  const Needle needle = Needle::of_utf8(2, 96);
  Secret secret = needle.plant();
  Secret moved = std::move(secret);
  Secret copy = moved.clone();
  Secret replaced = needle.plant();
  replaced = std::move(copy);
  moved.shorten(0);
  replaced.wipe();
  EXPECT_EQ(count_in_memory(needle), 0U);
}

// Alone, since what comes after it would use the freed memory again and hide a copy.
TEST(KEY_3, NormalisingAPasswordLeavesNoCopy) {
  const Needle needle = Needle::of_utf8(4, 96);
  {
    const Secret typed = needle.plant();
    EXPECT_TRUE(normalize_password(typed.reveal_text()));
  }
  EXPECT_EQ(count_in_memory(needle), 0U);
  EXPECT_EQ(count_in_memory(needle.as_utf16()), 0U);
}

// Everything that is done with a password on the way to its verifier, and with a code and its secret.
TEST(KEY_3, NoLibraryKeepsACopyOfAPassword) {
  const Needle needle = Needle::of_utf8(3, 96);
  {
    const Secret typed = needle.plant();
    const auto password = normalize_password(typed.reveal_text());
    ASSERT_TRUE(password);
    EXPECT_FALSE(Blocklist::built_in().contains(*password).value());
    const std::vector<std::uint8_t> salt(kSaltBytes, 1);
    const Secret pepper(32);
    const Argon2Params cheap{.memory_kib = 64, .iterations = 1, .parallelism = 1};
    const auto verifier = make_verifier(*password, salt, cheap, pepper, 1);
    ASSERT_TRUE(verifier);
    EXPECT_TRUE(check_password(*password, *verifier, pepper).value());
    const auto sealed = aead_seal(pepper, {}, {}, password->reveal());
    EXPECT_TRUE(aead_open(pepper, {}, {}, sealed));
    EXPECT_EQ(match_totp(*password, "000000", 59).current_step, 1);
    EXPECT_GE(count_in_memory(needle), 2U);
  }
  EXPECT_EQ(count_in_memory(needle), 0U);
  EXPECT_EQ(count_in_memory(needle.as_utf16()), 0U);
}

TEST(Secret, KeepsItsBytesThroughMovesAndClones) {
  Secret secret = Secret::from_text("alpha");
  Secret moved = std::move(secret);
  EXPECT_TRUE(secret.empty());  // NOLINT: a moved secret is empty, as its header says
  EXPECT_EQ(moved.reveal_text(), "alpha");
  EXPECT_EQ(moved.clone().reveal_text(), "alpha");
  moved.shorten(2);
  EXPECT_EQ(moved.reveal_text(), "al");
  EXPECT_DEATH(moved.shorten(3), "shortened");
}

}  // namespace
}  // namespace tweestap::platform
