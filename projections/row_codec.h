#pragma once
// The compact binary layout of a projection's rows, from the same descriptions as events: a format byte, then the
// members in their order. One value has one encoding, so equal rows have equal bytes.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "domain/describe.h"
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/time.h"
#include "platform/failure.h"

namespace tweestap::projections {

/// The first byte of every row.
inline constexpr char kRowFormat = 1;

// Unsigned numbers take 7 bits a byte, lowest first (LEB128); signed ones are folded so that small ones of either sign
// stay small (zigzag). Ids and MACs take their width.
namespace row_codec {

inline void put_varint(std::uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

struct In {
  const char* at;
  const char* end;
  bool good = true;
  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end - at); }
  std::uint8_t byte() {
    if (at == end) {
      good = false;
      return 0;
    }
    return static_cast<std::uint8_t>(*at++);
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t one = byte();
      if (shift == 63 && one > 1) break;
      value |= std::uint64_t{one & 0x7fU} << shift;
      if ((one & 0x80) == 0) {
        if (one == 0 && shift != 0) break;
        return value;
      }
    }
    good = false;
    return 0;
  }
};

template <class T>
void put(const T& value, std::string& out);
template <class T>
void take(In& in, T& value);

template <class T>
inline constexpr bool kIsId = false;
template <domain::Prefix P>
inline constexpr bool kIsId<domain::Id<P>> = true;

template <class T>
void put(const T& value, std::string& out) {
  if constexpr (domain::kIsOptional<T>) {
    out.push_back(value ? 1 : 0);
    if (value) put(*value, out);
  } else if constexpr (domain::kIsList<T>) {
    put_varint(value.size(), out);
    for (const auto& one : value) put(one, out);
  } else if constexpr (std::is_same_v<T, std::string>) {
    put_varint(value.size(), out);
    out.append(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    out.push_back(value ? 1 : 0);
  } else if constexpr (std::is_enum_v<T>) {
    out.push_back(static_cast<char>(value));
  } else if constexpr (domain::kIsSet<T>) {
    put_varint(value.bits, out);
  } else if constexpr (kIsId<T>) {
    out.append(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
  } else if constexpr (std::is_same_v<T, domain::Pseudonym>) {
    put_varint(value.year, out);
    out.push_back(static_cast<char>(value.month));
    out.append(reinterpret_cast<const char*>(value.mac.data()), value.mac.size());
  } else if constexpr (std::is_same_v<T, domain::Actor>) {
    out.push_back(static_cast<char>(value.index()));
    if (const auto* account = std::get_if<domain::AccountId>(&value)) put(*account, out);
    if (const auto* key = std::get_if<domain::ApiKeyId>(&value)) put(*key, out);
  } else if constexpr (std::is_same_v<T, domain::Time>) {
    put(value.us, out);
  } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
    const auto wide = static_cast<std::int64_t>(value);
    put_varint(static_cast<std::uint64_t>(wide) << 1 ^ static_cast<std::uint64_t>(wide >> 63), out);
  } else if constexpr (std::is_integral_v<T>) {
    put_varint(value, out);
  } else {
    domain::for_each_field<T>([&](const auto& field) { put(value.*(field.member), out); });
  }
}

template <class T>
void take(In& in, T& value) {
  if constexpr (domain::kIsOptional<T>) {
    const std::uint8_t there = in.byte();
    if (there > 1) in.good = false;
    if (there == 1 && in.good) take(in, value.emplace());
  } else if constexpr (domain::kIsList<T>) {
    const std::uint64_t size = in.varint();
    if (size > in.left()) in.good = false;  // every element takes a byte at least
    if (!in.good) return;
    value.resize(size);
    for (auto& one : value) take(in, one);
  } else if constexpr (std::is_same_v<T, std::string>) {
    const std::uint64_t size = in.varint();
    if (size > in.left()) in.good = false;
    if (!in.good) return;
    value.assign(in.at, size);
    in.at += size;
  } else if constexpr (std::is_same_v<T, bool>) {
    const std::uint8_t one = in.byte();
    if (one > 1) in.good = false;
    value = one == 1;
  } else if constexpr (std::is_enum_v<T>) {
    const std::uint8_t one = in.byte();
    if (one >= domain::kNames<T>.size()) in.good = false;
    if (in.good) value = static_cast<T>(one);
  } else if constexpr (domain::kIsSet<T>) {
    const std::uint64_t bits = in.varint();
    value.bits = static_cast<std::uint32_t>(bits);
    if (bits != value.bits) in.good = false;
  } else if constexpr (kIsId<T>) {
    if (in.left() < value.bytes.size()) in.good = false;
    if (!in.good) return;
    std::memcpy(value.bytes.data(), in.at, value.bytes.size());
    in.at += value.bytes.size();
  } else if constexpr (std::is_same_v<T, domain::Pseudonym>) {
    value.year = static_cast<std::uint16_t>(in.varint());
    value.month = in.byte();
    if (in.left() < value.mac.size()) in.good = false;
    if (!in.good) return;
    std::memcpy(value.mac.data(), in.at, value.mac.size());
    in.at += value.mac.size();
  } else if constexpr (std::is_same_v<T, domain::Actor>) {
    constexpr domain::Actor kKinds[] = {domain::Anyone{}, domain::System{}, domain::AccountId{}, domain::ApiKeyId{}};
    static_assert(std::size(kKinds) == std::variant_size_v<domain::Actor>);
    const std::uint8_t kind = in.byte();
    if (kind >= std::size(kKinds)) in.good = false;
    if (!in.good) return;
    value = kKinds[kind];
    if (auto* account = std::get_if<domain::AccountId>(&value)) take(in, *account);
    if (auto* key = std::get_if<domain::ApiKeyId>(&value)) take(in, *key);
  } else if constexpr (std::is_same_v<T, domain::Time>) {
    take(in, value.us);
  } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
    const std::uint64_t zigzag = in.varint();
    value = static_cast<T>(static_cast<std::int64_t>(zigzag >> 1) ^ -static_cast<std::int64_t>(zigzag & 1));
  } else if constexpr (std::is_integral_v<T>) {
    const std::uint64_t wide = in.varint();
    value = static_cast<T>(wide);
    if (value != wide) in.good = false;
  } else {
    domain::for_each_field<T>([&](const auto& field) {
      if (in.good) take(in, value.*(field.member));
    });
  }
}

}  // namespace row_codec

/// Appends the row's bytes. Any thread.
template <domain::DescribedRow T>
void encode_row(const T& row, std::string& out) {
  out.push_back(kRowFormat);
  row_codec::put(row, out);
}

/// The row of exactly these bytes: encoding it gives them again. Damaged otherwise; the bytes are hostile (INP-2), and
/// nothing is kept that is larger than they are, times the size of a list's element. Any thread.
template <domain::DescribedRow T>
[[nodiscard]] std::expected<T, platform::Failure> decode_row(std::string_view bytes) {
  row_codec::In in{bytes.data(), bytes.data() + bytes.size()};
  T row{};
  if (in.byte() != static_cast<std::uint8_t>(kRowFormat)) in.good = false;
  if (in.good) row_codec::take(in, row);
  if (!in.good || in.at != in.end) {
    return std::unexpected(platform::Failure{platform::Failure::Kind::Damaged, "a row does not read back"});
  }
  return row;
}

}  // namespace tweestap::projections
