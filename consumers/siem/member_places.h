#pragma once
// Where single members of an event's `data` stand in each format, whatever its type: a name means the same in all of
// them. All members stand in `data` as well (unmapped.data, tweestap.data, cs6).
#include <array>
#include <cstdint>
#include <string_view>

namespace tweestap::consumers::siem {

enum class MemberKind : std::uint8_t { Text, Number };

/// A place in each format; an empty one is none.
struct MemberPlace {
  std::string_view member;
  /// JSON pointer (RFC 6901) into an object that the event's class has; where it has none, the member is in
  /// unmapped.data only.
  std::string_view ocsf;
  std::string_view ecs;  ///< JSON pointer
  std::string_view cef;  ///< key; cs1 to cs6 and cn1 to cn3 are labelled with the member's name
  MemberKind kind = MemberKind::Text;
  /// A keyed hash that joins events: also in OCSF's observables and in ECS's related.hash.
  bool joins = false;
};

/// Whether a key of CEF says nothing without `<key>Label` beside it: the custom strings and numbers.
[[nodiscard]] constexpr bool is_labelled(std::string_view cef_key) {
  return cef_key.starts_with("cs") || cef_key.starts_with("cn");
}

// A pseudonym is no address: where a SIEM wants one (src_endpoint.ip, source.ip, src) it would look up a country for
// it, or refuse the event.
inline constexpr auto kMemberPlaces = std::to_array<MemberPlace>({
    {"network", "/src_endpoint/uid", "/labels/network", "cs1", MemberKind::Text, true},
    {"agent", "", "/labels/agent", "cs2", MemberKind::Text, true},
    {"identifierhash", "/user/uid_alt", "/labels/identifierhash", "duser", MemberKind::Text, true},
    {"session", "/session/uid", "/labels/session", "cs4"},
    {"reason", "/status_detail", "/event/reason", "reason"},
    {"why", "/status_detail", "/event/reason", "reason"},
    {"trouble", "/status_detail", "/event/reason", "reason"},
    {"rule", "/status_detail", "/rule/name", "reason"},
    {"serviceversion", "/app/version", "/service/version", ""},
    {"failures", "", "", "cn1", MemberKind::Number},
});

}  // namespace tweestap::consumers::siem
