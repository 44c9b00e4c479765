#pragma once
// Identifiers: 128 bits, as text a prefix and 26 characters of lower-case Crockford base32.
#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tweestap::domain {

inline constexpr std::string_view kCrockford = "0123456789abcdefghjkmnpqrstvwxyz";

/// A name made of ASCII characters that can stand as a template argument.
template <std::size_t N>
struct Prefix {
  char text[N]{};
  constexpr Prefix(const char (&from)[N]) { std::copy_n(from, N, text); }  // NOLINT(google-explicit-constructor)
  [[nodiscard]] constexpr std::string_view view() const { return {text, N - 1}; }
};

using IdBytes = std::array<std::uint8_t, 16>;

/// The 26 characters of 16 bytes, most significant bit first; the first character carries 3 bits.
constexpr void append_crockford(const IdBytes& bytes, std::string& out) {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    high = high << 8 | bytes[i];
    low = low << 8 | bytes[i + 8];
  }
  std::array<char, 26> text{};
  for (std::size_t i = text.size(); i-- > 0;) {
    text[i] = kCrockford[low & 31];
    low = low >> 5 | high << 59;
    high >>= 5;
  }
  out.append(text.data(), text.size());
}

/// The digit that each byte stands for; 0xff for those that are none.
inline constexpr auto kCrockfordDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(0xff);
  for (std::size_t i = 0; i < kCrockford.size(); ++i) {
    digits[static_cast<std::uint8_t>(kCrockford[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}();

/// The reverse; empty unless `text` is exactly what append_crockford() writes (one text an id, so lower case only).
constexpr std::optional<IdBytes> parse_crockford(std::string_view text) {
  if (text.size() != 26) return std::nullopt;
  const char* const at = text.data();
  if (kCrockfordDigits[static_cast<std::uint8_t>(at[0])] > 7) return std::nullopt;  // would not fit 128 bits
  // Two halves that do not wait for each other, for an event has half a dozen ids: 63 bits in front and 65 behind,
  // whose first one does not fit its number and is added to the front.
  constexpr std::size_t kHalf = 13;
  std::uint64_t front = 0;
  std::uint64_t back = 0;
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < kHalf; ++i) {
    const std::uint8_t one = kCrockfordDigits[static_cast<std::uint8_t>(at[i])];
    const std::uint8_t other = kCrockfordDigits[static_cast<std::uint8_t>(at[i + kHalf])];
    seen = static_cast<std::uint8_t>(seen | one | other);
    front = front << 5 | one;
    back = back << 5 | other;
  }
  if (seen > 31) return std::nullopt;
  const std::uint64_t high = front << 1 | kCrockfordDigits[static_cast<std::uint8_t>(at[kHalf])] >> 4;
  IdBytes bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    bytes[i + 8] = static_cast<std::uint8_t>(back >> (56 - 8 * i));
  }
  return bytes;
}

/// One kind of identifier. Kinds do not convert into each other; two ids compare by their bytes.
template <Prefix P>
struct Id {
  static constexpr std::string_view kPrefix = P.view();
  static constexpr std::size_t kTextSize = kPrefix.size() + 1 + 26;

  IdBytes bytes{};

  /// `acc_…`; the only text this id has.
  [[nodiscard]] constexpr std::string text() const {
    std::string out;
    append_text(out);
    return out;
  }
  constexpr void append_text(std::string& out) const {
    out.append(kPrefix);
    out.push_back('_');
    append_crockford(bytes, out);
  }
  /// Empty unless `text` is exactly a text() of this kind.
  [[nodiscard]] static constexpr std::optional<Id> parse(std::string_view text) {
    if (!text.starts_with(kPrefix) || text.size() != kTextSize || text[kPrefix.size()] != '_') return std::nullopt;
    const auto bytes = parse_crockford(text.substr(kPrefix.size() + 1));
    if (!bytes) return std::nullopt;
    return Id{*bytes};
  }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

using AccountId = Id<"acc">;
using LoginId = Id<"lgn">;
using SessionId = Id<"ses">;
using EnrolmentId = Id<"enr">;
using DeviceId = Id<"dev">;
using AppDeviceId = Id<"app">;
using ResetId = Id<"rst">;
using ApiKeyId = Id<"apk">;
/// One code by SMS: what the code is derived from, with the key of its day. Sent again it stays the same.
using ChallengeId = Id<"chl">;
using CommandId = Id<"cmd">;
/// One log from its first event on; a restored one has a new id.
using LogId = Id<"log">;

/// What a bearer token is known by: the first 128 bits of its SHA-256. The token has 256 bits of randomness, so this
/// reveals nothing and cannot be met by trying; it may stand in events. A login's and a session's public id is the
/// TokenId of their first token, and stays when the token is renewed.
using TokenId = Id<"tkn">;

/// Keyed hash of something that must be found again but not read: an identifier, a phone number.
using LookupHash = Id<"idh">;

/// Whose stream an event belongs to. The reserved ones lie where no drawn account id is accepted.
struct Subject {
  IdBytes bytes{};

  static constexpr Subject reserved(std::uint8_t number) {
    Subject subject;
    subject.bytes[15] = number;
    return subject;
  }
  static constexpr Subject of(const AccountId& account) { return Subject{account.bytes}; }

  [[nodiscard]] constexpr bool is_reserved() const {
    for (std::size_t i = 0; i < 15; ++i) {
      if (bytes[i] != 0) return false;
    }
    return true;
  }
  /// The account, unless this is a reserved stream.
  [[nodiscard]] constexpr std::optional<AccountId> account() const {
    if (is_reserved()) return std::nullopt;
    return AccountId{bytes};
  }
  constexpr void append_text(std::string& out) const;
  [[nodiscard]] constexpr std::string text() const {
    std::string out;
    append_text(out);
    return out;
  }
  [[nodiscard]] static constexpr std::optional<Subject> parse(std::string_view text);
  friend constexpr auto operator<=>(const Subject&, const Subject&) = default;
};

inline constexpr Subject kVisitor = Subject::reserved(1);
inline constexpr Subject kPolicy = Subject::reserved(2);
inline constexpr Subject kService = Subject::reserved(3);

constexpr void Subject::append_text(std::string& out) const {
  if (*this == kVisitor) {
    out.append("visitor");
  } else if (*this == kPolicy) {
    out.append("policy");
  } else if (*this == kService) {
    out.append("service");
  } else {
    AccountId{bytes}.append_text(out);
  }
}

constexpr std::optional<Subject> Subject::parse(std::string_view text) {
  if (text == "visitor") return kVisitor;
  if (text == "policy") return kPolicy;
  if (text == "service") return kService;
  const auto account = AccountId::parse(text);
  if (!account || Subject::of(*account).is_reserved()) return std::nullopt;
  return Subject::of(*account);
}

/// Nobody proved who they are.
struct Anyone {
  friend constexpr auto operator<=>(const Anyone&, const Anyone&) = default;
};
/// The service itself: its start, its clock, the command line on a stopped service.
struct System {
  friend constexpr auto operator<=>(const System&, const System&) = default;
};

/// Who did it.
using Actor = std::variant<Anyone, System, AccountId, ApiKeyId>;

/// What joins the events that belong together: a login, an enrolment, a reset; otherwise the command.
using Correlation = std::variant<CommandId, LoginId, EnrolmentId, ResetId>;

/// `visitor`, `system`, `acc_…`, `apk_…`.
void append_text(const Actor& actor, std::string& out);
void append_text(const Correlation& correlation, std::string& out);
[[nodiscard]] std::optional<Actor> parse_actor(std::string_view text);
[[nodiscard]] std::optional<Correlation> parse_correlation(std::string_view text);

}  // namespace tweestap::domain
