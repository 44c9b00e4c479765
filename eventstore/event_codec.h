#pragma once
// An event's members as JSON, by their descriptions: the public ones in the envelope's `data`, the personal and the
// secret ones in an object each, which is sealed.
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "domain/all_events.h"
#include "eventstore/json_text.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

using platform::Failure;

/// An envelope's bytes at most, and the bytes of what one class of an event seals, each.
inline constexpr std::size_t kEnvelopeBytesMax = 16 * 1024;
inline constexpr std::size_t kSealedBytesMax = 16 * 1024;

/// The texts in a list are codes (countries, names of terms); so a full list fits an envelope with every byte escaped.
inline constexpr std::size_t kListedTextBytesMax = 8;

/// What is sealed apart, under a key of its own. The numbers stand in keys and in the AAD of sealed values.
enum class SealedClass : std::uint8_t { Personal = 1, Secret = 2 };

constexpr domain::Exposure exposure_of(SealedClass sealed) {
  return sealed == SealedClass::Personal ? domain::Exposure::Personal : domain::Exposure::Secret;
}

/// Appends the object of the public members, in the order of their description. A member beyond its stated maximum, or
/// text that is not UTF-8, is a bug: commands are checked before they are decided. Any thread, as everything here.
void append_public_data(const domain::Event& event, std::string& out);

/// The object of the members of one class; nothing where none of them is there, and then nothing is sealed.
[[nodiscard]] std::optional<platform::Secret> members_to_seal(const domain::Event& event, SealedClass sealed);

/// Whether an event of this kind may, and whether it must, have something sealed of this class.
struct SealedRule {
  bool may = false;
  bool must = false;
};

/// An event type as stored: which alternative of domain::Event it is and where it may stand.
struct EventType {
  const domain::EventInfo* info = nullptr;
  SealedRule personal;
  SealedRule secret;
  bool (*belongs_to)(const domain::Subject& subject) = nullptr;
  /// Reads `{…}` of that schema version into an event of this type, made in its place; the cursor fails on an unknown,
  /// missing, reordered or doubled member and on a value out of bounds. Members that came with a later version are
  /// absent.
  void (*read_public)(JsonCursor& cursor, std::uint32_t schema_version, domain::Event& into) = nullptr;
};

/// The type of that name; nullptr where this program knows none. One look into a table that the compiler
/// made.
[[nodiscard]] const EventType* find_event_type(std::string_view name) noexcept;

/// Puts what was opened from `sealed` into the event whose public members were decoded. Damaged where the object is not
/// exactly the members of that class.
[[nodiscard]] std::expected<void, Failure> merge_sealed(domain::Event& event, SealedClass sealed,
                                                        const platform::Secret& opened);

}  // namespace tweestap::eventstore
