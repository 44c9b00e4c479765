#include "eventstore/event_codec.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>
#include <variant>

#include "eventstore/json_members.h"
#include "platform/bug.h"
#include "platform/bytes.h"

namespace tweestap::eventstore {
namespace {

using domain::Exposure;
using domain::for_each_field;

template <class E>
void append_members(const E& event, Exposure exposure, std::string& out) {
  out.push_back('{');
  const std::size_t before = out.size();
  for_each_field<E>([&](const auto& field) {
    const auto& value = event.*field.member;
    if (field.exposure != exposure || !is_there(value)) return;
    if (out.size() != before) out.push_back(',');
    out.push_back('"');
    out.append(field.name);
    out.append("\":");
    append_value(value, field.max, out);
  });
  out.push_back('}');
}

// `"name":` of a member, put together by the compiler.
template <class E, std::size_t I>
inline constexpr auto kQuotedName = [] {
  constexpr std::string_view name = std::get<I>(domain::kFields<E>).name;
  std::array<char, name.size() + 3> text{};
  text.front() = '"';
  std::copy(name.begin(), name.end(), text.begin() + 1);
  text[name.size() + 1] = '"';
  text[name.size() + 2] = ':';
  return text;
}();

template <Exposure exposure, std::size_t I, class E>
void read_member(JsonCursor& cursor, std::uint32_t schema_version, E& event, bool& first) {
  constexpr const auto& field = std::get<I>(domain::kFields<E>);
  using T = typename std::remove_cvref_t<decltype(field)>::value_type;
  if constexpr (field.exposure == exposure) {
    if constexpr (field.since > 1) {
      if (schema_version < field.since) return;
    }
    if (cursor.take_member({kQuotedName<E, I>.data(), kQuotedName<E, I>.size()}, first)) {
      event.*field.member = read_value<T>(cursor, field.max);
    } else if constexpr (!domain::kIsOptional<T>) {
      cursor.fail();
    }
  }
}

template <Exposure exposure, class E>
void read_members(JsonCursor& cursor, std::uint32_t schema_version, E& event) {
  bool first = true;
  [&]<std::size_t... I>(std::index_sequence<I...>) { (read_member<exposure, I>(cursor, schema_version, event, first), ...); }
  (std::make_index_sequence<std::tuple_size_v<std::remove_const_t<decltype(domain::kFields<E>)>>>{});
  cursor.expect_end(first);
}

template <class E>
bool has_member_there(const E& event, Exposure exposure) {
  bool found = false;
  for_each_field<E>(
      [&](const auto& field) { found = found || (field.exposure == exposure && is_there(event.*field.member)); });
  return found;
}

template <class E>
consteval SealedRule rule_of(Exposure exposure) {
  SealedRule rule;
  for_each_field<E>([&](const auto& field) {
    using T = typename std::remove_cvref_t<decltype(field)>::value_type;
    if (field.exposure != exposure) return;
    rule.may = true;
    if (!domain::kIsOptional<T>) rule.must = true;
  });
  return rule;
}

// The longest object of one class of members: what the two limits bound, shown once for all events by the compiler.
template <class E>
consteval std::size_t longest_object(Exposure exposure) {
  std::size_t bytes = 2;
  for_each_field<E>([&](const auto& field) {
    using T = typename std::remove_cvref_t<decltype(field)>::value_type;
    if (field.exposure == exposure) bytes += field.name.size() + 4 + longest_value<T>(field.max);
  });
  return bytes;
}

constexpr std::size_t kLongestEnvelopeWithoutData = 1024;  // 16 members of ids, digests, numbers and a type: about 800

template <class... Events>
consteval bool every_event_fits(const std::variant<Events...>*) {
  return ((longest_object<Events>(Exposure::Public) + kLongestEnvelopeWithoutData <= kEnvelopeBytesMax) && ...) &&
         ((longest_object<Events>(Exposure::Personal) <= kSealedBytesMax) && ...) &&
         ((longest_object<Events>(Exposure::Secret) <= kSealedBytesMax) && ...);
}
static_assert(every_event_fits(static_cast<const domain::Event*>(nullptr)),
              "an event with every member at its maximum, every byte escaped, is beyond the limits of events.md");

template <class E>
void read_public_of(JsonCursor& cursor, std::uint32_t schema_version, domain::Event& into) {
  read_members<Exposure::Public>(cursor, schema_version, into.emplace<E>());
}

template <class... Events>
consteval auto sorted_types(const std::variant<Events...>*) {
  std::array<EventType, sizeof...(Events)> types{EventType{&Events::kInfo, rule_of<Events>(Exposure::Personal),
                                                           rule_of<Events>(Exposure::Secret),
                                                           &domain::belongs_to<Events>, &read_public_of<Events>}...};
  std::sort(types.begin(), types.end(),
            [](const EventType& a, const EventType& b) { return a.info->name < b.info->name; });
  return types;
}
constexpr auto kTypes = sorted_types(static_cast<const domain::Event*>(nullptr));

// Each name has a place of its own in a table of 256, found by its size and a few of its bytes. The compiler looks for
// numbers to multiply them by for which no two names meet; so a look-up compares one name.
constexpr std::size_t kShortestName = 8;
constexpr std::uint32_t place_of(std::string_view name, std::uint32_t factor) {
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<std::uint8_t>(name[i])}; };
  std::uint32_t mixed = static_cast<std::uint32_t>(name.size());
  mixed = mixed * factor + byte(0);
  mixed = mixed * factor + byte(name.size() / 2);
  mixed = mixed * factor + byte(name.size() - 1);
  mixed = mixed * factor + byte(name.size() - 3);
  mixed = mixed * factor + byte(name.size() - 5);
  return mixed * factor >> 24;
}

constexpr std::uint8_t kNobody = 0xff;
static_assert(kTypes.size() < kNobody);

consteval std::uint32_t factor_without_meetings() {
  for (std::uint32_t factor = 0x9E3779B1;; factor += 2) {
    std::array<bool, 256> taken{};
    const bool meet = std::any_of(kTypes.begin(), kTypes.end(), [&](const EventType& type) {
      return std::exchange(taken[place_of(type.info->name, factor)], true);
    });
    if (!meet) return factor;
  }
}

// Names must differ and be long enough for the bytes that are looked at.
consteval bool names_are_good() {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i].info->name.size() < kShortestName) return false;
    if (i > 0 && kTypes[i - 1].info->name == kTypes[i].info->name) return false;
  }
  return true;
}
static_assert(names_are_good(), "two events have the same name, or one has a very short one");

constexpr std::uint32_t kFactor = factor_without_meetings();
constexpr auto kPlaces = [] {
  std::array<std::uint8_t, 256> places{};
  places.fill(kNobody);
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    places[place_of(kTypes[i].info->name, kFactor)] = static_cast<std::uint8_t>(i);
  }
  return places;
}();

}  // namespace

void append_public_data(const domain::Event& event, std::string& out) {
  std::visit([&](const auto& one) { append_members(one, Exposure::Public, out); }, event);
}

std::optional<platform::Secret> members_to_seal(const domain::Event& event, SealedClass sealed) {
  return std::visit(
      [&](const auto& one) -> std::optional<platform::Secret> {
        const Exposure exposure = exposure_of(sealed);
        if (!has_member_there(one, exposure)) return std::nullopt;
        std::string text;
        text.reserve(kSealedBytesMax);  // the longest there is, so that no growing leaves a copy behind
        append_members(one, exposure, text);
        platform::Secret members = platform::Secret::from_text(text);
        platform::wipe_memory({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
        return members;
      },
      event);
}

const EventType* find_event_type(std::string_view name) noexcept {
  if (name.size() < kShortestName) return nullptr;
  const std::uint8_t place = kPlaces[place_of(name, kFactor)];
  if (place == kNobody || kTypes[place].info->name != name) return nullptr;
  return &kTypes[place];
}

std::expected<void, Failure> merge_sealed(domain::Event& event, SealedClass sealed, const platform::Secret& opened) {
  JsonCursor cursor{opened.reveal_text()};
  const bool something = std::visit(
      [&](auto& one) {
        // What was sealed before a member came to be does not have it, and it is optional.
        const std::uint32_t today = std::remove_cvref_t<decltype(one)>::kInfo.schema_version;
        if (sealed == SealedClass::Personal) {
          read_members<Exposure::Personal>(cursor, today, one);
        } else {
          read_members<Exposure::Secret>(cursor, today, one);
        }
        return has_member_there(one, exposure_of(sealed));
      },
      event);
  if (!cursor.finished() || !something) {
    return std::unexpected(Failure{Failure::Kind::Damaged, "what was sealed beside an event is not its members"});
  }
  return {};
}

}  // namespace tweestap::eventstore
