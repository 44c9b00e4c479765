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

template <class E>
void read_members(JsonCursor& cursor, Exposure exposure, E& event) {
  cursor.expect("{");
  bool first = true;
  for_each_field<E>([&](const auto& field) {
    if (field.exposure != exposure) return;
    using T = typename std::remove_cvref_t<decltype(field)>::value_type;
    if (cursor.take_member(field.name, first)) {
      event.*field.member = read_value<T>(cursor, field.max);
    } else if constexpr (!domain::kIsOptional<T>) {
      cursor.fail();
    }
  });
  cursor.expect("}");
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

// The longest object of one class of members: what events.md bounds, shown once for all events by the compiler.
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
domain::Event read_public_of(JsonCursor& cursor) {
  E event{};
  read_members(cursor, Exposure::Public, event);
  return event;
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

consteval bool names_differ() {
  for (std::size_t i = 1; i < kTypes.size(); ++i) {
    if (kTypes[i - 1].info->name == kTypes[i].info->name) return false;
  }
  return true;
}
static_assert(names_differ(), "two events have the same name");

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
  const auto at =
      std::lower_bound(kTypes.begin(), kTypes.end(), name,
                       [](const EventType& type, std::string_view wanted) { return type.info->name < wanted; });
  return at != kTypes.end() && at->info->name == name ? &*at : nullptr;
}

std::expected<void, Failure> merge_sealed(domain::Event& event, SealedClass sealed, const platform::Secret& opened) {
  JsonCursor cursor{opened.reveal_text()};
  const bool something = std::visit(
      [&](auto& one) {
        read_members(cursor, exposure_of(sealed), one);
        return has_member_there(one, exposure_of(sealed));
      },
      event);
  if (!cursor.finished() || !something) {
    return std::unexpected(Failure{Failure::Kind::Damaged, "what was sealed beside an event is not its members"});
  }
  return {};
}

}  // namespace tweestap::eventstore
