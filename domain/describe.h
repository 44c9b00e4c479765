#pragma once
// How events and rows describe themselves: each member once, with its wire name, its exposure and a sentence.
// Codec, JSON Schemas, catalogue, golden files and log redaction grow from these descriptions.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "domain/secret_text.h"

namespace tweestap::domain {

/// Who may read a member: everybody who reads the log; who may open the subject's personal fields; only the service.
enum class Exposure : std::uint8_t { Public, Personal, Secret };

/// The longest text (bytes) or list (elements) that a member may have.
struct Max {
  std::size_t count;
};

/// An event's stable number (in rows), wire name, schema version and meaning. Number and name are never used again.
struct EventInfo {
  std::uint16_t number;
  std::string_view name;
  std::uint32_t schema_version;
  std::string_view meaning;
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class Owner, class T>
struct Field {
  using owner_type = Owner;
  using value_type = T;
  std::string_view name;
  T Owner::*member;
  Exposure exposure;
  std::string_view meaning;
  std::size_t max;          // 0: the type itself is bounded
  std::uint32_t since = 1;  // the event's first schema version that has it

  /// Added later: events of an earlier version do not have it, and are read as if it were absent.
  [[nodiscard]] consteval Field since_version(std::uint32_t version) const requires kIsOptional<T> {
    Field later = *this;
    later.since = version;
    return later;
  }
};

template <class T>
inline constexpr bool kIsList = false;
template <class T>
inline constexpr bool kIsList<std::vector<T>> = true;

template <class T>
struct Unwrapped {
  using type = T;
};
template <class T>
struct Unwrapped<std::optional<T>> {
  using type = T;
};

/// Text and lists grow from outside, so they need a bound.
template <class T>
inline constexpr bool kNeedsMax =
    std::is_same_v<typename Unwrapped<T>::type, std::string> ||
    std::is_same_v<typename Unwrapped<T>::type, SecretText> || kIsList<typename Unwrapped<T>::type>;
template <class T>
inline constexpr bool kIsSecret = std::is_same_v<typename Unwrapped<T>::type, SecretText>;

// Calling one of these in a constant expression stops the compiler with its name.
void a_secret_member_must_have_exposure_secret();
void a_text_or_list_member_must_state_its_maximum();
void only_a_secret_text_can_have_exposure_secret();

/// Describes a member whose type bounds itself.
template <class Owner, class T>
consteval Field<Owner, T> field(std::string_view name, T Owner::*member, Exposure exposure, std::string_view meaning) {
  if (kNeedsMax<T>) a_text_or_list_member_must_state_its_maximum();
  return {name, member, exposure, meaning, 0};
}

/// Describes a text (maximum in bytes) or a list (maximum in elements).
template <class Owner, class T>
consteval Field<Owner, T> field(std::string_view name, T Owner::*member, Exposure exposure, std::string_view meaning,
                                Max max) {
  if (kIsSecret<T> && exposure != Exposure::Secret) a_secret_member_must_have_exposure_secret();
  if (!kIsSecret<T> && exposure == Exposure::Secret) only_a_secret_text_can_have_exposure_secret();
  return {name, member, exposure, meaning, max.count};
}

/// Describes a member of a row, which nobody outside reads: its place in the list is its place in the row.
template <class Owner, class T>
consteval Field<Owner, T> stored(T Owner::*member) {
  return {"", member, Exposure::Public, "", 0};
}

// Counts the members of an aggregate: the longest list of {} that initialises it.
template <class T>
consteval std::size_t member_count() {
  // clang-format off
  if constexpr (requires { T{{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}}; }) return 32;
#define TWEESTAP_COUNT(n, ...) else if constexpr (requires { T{__VA_ARGS__}; }) return n
  TWEESTAP_COUNT(31, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(30, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(29, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(28, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(27, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(26, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(25, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(24, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(23, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(22, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(21, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(20, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(19, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(18, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(17, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(16, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(15, {},{},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(14, {},{},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(13, {},{},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(12, {},{},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(11, {},{},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(10, {},{},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(9, {},{},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(8, {},{},{},{},{},{},{},{});
  TWEESTAP_COUNT(7, {},{},{},{},{},{},{});
  TWEESTAP_COUNT(6, {},{},{},{},{},{});
  TWEESTAP_COUNT(5, {},{},{},{},{});
  TWEESTAP_COUNT(4, {},{},{},{});
  TWEESTAP_COUNT(3, {},{},{});
  TWEESTAP_COUNT(2, {},{});
  TWEESTAP_COUNT(1, {});
#undef TWEESTAP_COUNT
  else return 0;
  // clang-format on
}

/// Every member stands in fields(), once; aggregates of at most 32 members.
template <class T>
concept DescribedRow = std::is_aggregate_v<T> && requires {
  T::fields();
} && std::tuple_size_v<decltype(T::fields())>
== member_count<T>();

/// A described row that is an event.
template <class T>
concept Described = DescribedRow<T> && requires {
  { T::kInfo } -> std::convertible_to<const EventInfo&>;
};

/// T's description as a constant, so that nothing of it is put together while the program runs.
template <class T>
inline constexpr auto kFields = T::fields();

/// Calls `visit(field)` for each member of T, in the order of their description.
template <class T, class Visit>
constexpr void for_each_field(Visit&& visit) {
  std::apply([&visit](const auto&... one) { (visit(one), ...); }, kFields<T>);
}

template <class T>
consteval bool has_exposure(Exposure exposure) {
  bool found = false;
  for_each_field<T>([&](const auto& one) { found = found || one.exposure == exposure; });
  return found;
}

/// An enumeration that is stored by name. `kNames<E>` lists its names in order of its values, which start at 0.
template <class E>
inline constexpr auto kNames = nullptr;
template <class E>
concept Named = std::is_enum_v<E> && !std::is_null_pointer_v<std::remove_const_t<decltype(kNames<E>)>>;

template <Named E>
constexpr std::string_view name_of(E value) {
  return kNames<E>[static_cast<std::size_t>(value)];
}
template <Named E>
constexpr std::optional<E> parse_name(std::string_view name) {
  for (std::size_t i = 0; i < kNames<E>.size(); ++i) {
    if (kNames<E>[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

/// A small set of a Named enumeration's values; stored as their names, in order of the values.
template <Named E>
struct SetOf {
  std::uint32_t bits = 0;

  constexpr SetOf() = default;
  constexpr SetOf(std::initializer_list<E> values) {
    for (const E value : values) insert(value);
  }
  [[nodiscard]] constexpr bool has(E value) const { return (bits >> static_cast<unsigned>(value) & 1U) != 0; }
  constexpr void insert(E value) { bits |= 1U << static_cast<unsigned>(value); }
  [[nodiscard]] constexpr bool empty() const { return bits == 0; }
  [[nodiscard]] constexpr std::vector<E> values() const {
    std::vector<E> out;
    for (std::size_t i = 0; i < kNames<E>.size(); ++i) {
      if (has(static_cast<E>(i))) out.push_back(static_cast<E>(i));
    }
    return out;
  }
  friend constexpr bool operator==(const SetOf&, const SetOf&) = default;
};
template <class T>
inline constexpr bool kIsSet = false;
template <class E>
inline constexpr bool kIsSet<SetOf<E>> = true;

}  // namespace tweestap::domain
