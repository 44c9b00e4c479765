#pragma once
// Events and envelopes made from the descriptions alone: the same ones on every machine for a seed.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/all_events.h"
#include "eventstore/envelope.h"
#include "eventstore/json_members.h"

namespace tweestap::eventstore::samples {

/// A small generator whose numbers are the same everywhere (SplitMix64).
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  std::uint64_t number() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t bound) { return number() % bound; }
  bool coin() { return below(2) == 1; }

 private:
  std::uint64_t state_;
};

constexpr std::uint64_t seed_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
  return hash;
}

/// Plain: every member there, values that a person can read. Odd: members there or not, values at their bounds, texts
/// of everything that has to be escaped.
enum class Taste : std::uint8_t { Plain, Odd };

template <class Array>
Array draw_bytes(Draw& draw) {
  Array bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(draw.below(256));
  return bytes;
}

std::string draw_text(Draw& draw, Taste taste, std::size_t bytes_max);

template <class T>
T draw_value(Draw& draw, Taste taste, std::size_t max);

template <class T>
T draw_number(Draw& draw, Taste taste) {
  constexpr auto kMax = static_cast<T>(
      std::min<std::uint64_t>(kJsonIntegerMax, static_cast<std::uint64_t>(std::numeric_limits<T>::max())));
  if (taste == Taste::Plain) return static_cast<T>(draw.below(100));
  switch (draw.below(4)) {
    case 0:
      return 0;
    case 1:
      return kMax;
    case 2:
      if constexpr (std::is_signed_v<T>) return static_cast<T>(-kMax);
      return 1;
    default:
      return static_cast<T>(draw.number() % static_cast<std::uint64_t>(kMax));
  }
}

inline domain::Time draw_time(Draw& draw, Taste taste) {
  if (taste == Taste::Plain) return {1'790'000'000'000'000 + static_cast<std::int64_t>(draw.below(1'000'000'000'000))};
  if (draw.below(8) == 0) return draw.coin() ? domain::Time{} : domain::kTimeMax;
  return {static_cast<std::int64_t>(draw.below(static_cast<std::uint64_t>(domain::kTimeMax.us)))};
}

template <class T>
T draw_value(Draw& draw, Taste taste, [[maybe_unused]] std::size_t max) {
  if constexpr (domain::kIsOptional<T>) {
    if (taste == Taste::Odd && draw.coin()) return std::nullopt;
    return draw_value<typename T::value_type>(draw, taste, max);
  } else if constexpr (std::is_same_v<T, bool>) {
    return draw.coin();
  } else if constexpr (WholeNumber<T>) {
    return draw_number<T>(draw, taste);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return draw_text(draw, taste, max);
  } else if constexpr (std::is_same_v<T, domain::SecretText>) {
    return domain::SecretText{draw_text(draw, taste, max)};
  } else if constexpr (std::is_same_v<T, domain::Time>) {
    return draw_time(draw, taste);
  } else if constexpr (domain::Named<T>) {
    return static_cast<T>(draw.below(domain::kNames<T>.size()));
  } else if constexpr (std::is_same_v<T, domain::Pseudonym>) {
    return {2026, static_cast<std::uint8_t>(1 + draw.below(12)), draw_bytes<std::array<std::uint8_t, 10>>(draw)};
  } else if constexpr (domain::kIsSet<T>) {
    using E = typename SetElement<T>::type;
    T set;
    for (std::size_t i = 0; i < domain::kNames<E>.size(); ++i) {
      if (draw.coin()) set.insert(static_cast<E>(i));
    }
    return set;
  } else if constexpr (domain::kIsList<T>) {
    T list;
    for (std::size_t n = taste == Taste::Plain ? 2 : draw.below(max + 1); n > 0; --n) {
      list.push_back(draw_value<typename T::value_type>(draw, taste, kListedTextBytesMax));
    }
    return list;
  } else {
    return T{draw_bytes<domain::IdBytes>(draw)};
  }
}

template <class E>
domain::Event draw_event(Draw& draw, Taste taste) {
  E event{};
  domain::for_each_field<E>([&](const auto& field) {
    using T = typename std::remove_cvref_t<decltype(field)>::value_type;
    event.*field.member = draw_value<T>(draw, taste, field.max);
  });
  return event;
}

/// The stream that this kind of event stands in.
template <class E>
domain::Subject draw_subject(Draw& draw) {
  if (domain::belongs_to<E>(domain::kPolicy)) return domain::kPolicy;
  if (domain::belongs_to<E>(domain::kService)) return domain::kService;
  if (domain::belongs_to<E>(domain::kVisitor) && draw.coin()) return domain::kVisitor;
  return domain::Subject{draw_bytes<domain::IdBytes>(draw)};
}

domain::Actor draw_actor(Draw& draw);
domain::Correlation draw_correlation(Draw& draw);

/// An envelope around it; the digests are there where the event has something to seal.
template <class E>
Envelope draw_envelope(Draw& draw, Taste taste) {
  Envelope out;
  out.log = {draw_bytes<domain::IdBytes>(draw)};
  out.position = 1 + draw_number<std::uint64_t>(draw, Taste::Plain);
  out.version = 1 + draw_number<std::uint64_t>(draw, Taste::Plain);
  out.subject = draw_subject<E>(draw);
  out.time = draw_time(draw, taste);
  out.command = {draw_bytes<domain::IdBytes>(draw)};
  out.correlation = draw_correlation(draw);
  out.actor = draw_actor(draw);
  if (draw.coin()) out.on_behalf_of = domain::AccountId{draw_bytes<domain::IdBytes>(draw)};
  out.event = draw_event<E>(draw, taste);
  if (members_to_seal(out.event, SealedClass::Personal)) out.sealed_personal = draw_bytes<platform::Digest>(draw);
  if (members_to_seal(out.event, SealedClass::Secret)) out.sealed_secret = draw_bytes<platform::Digest>(draw);
  return out;
}

/// The envelope whose golden file is kept.
template <class E>
Envelope golden() {
  Draw draw{seed_of(E::kInfo.name)};
  return draw_envelope<E>(draw, Taste::Plain);
}

/// Any event in any envelope.
Envelope draw_any(Draw& draw, Taste taste);

/// Everything that the event says, as one text: equal texts are equal events.
std::string all_members(const domain::Event& event);

}  // namespace tweestap::eventstore::samples
