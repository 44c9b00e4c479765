#pragma once
// One value of an event's description as JSON: for each type of member the one way to write and to read it. For the
// codec and the schemas; templates, so that the list of types stands once.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "domain/describe.h"
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/secret_text.h"
#include "domain/time.h"
#include "eventstore/event_codec.h"
#include "eventstore/json_text.h"
#include "platform/bug.h"

namespace tweestap::eventstore {

/// What writes and reads its own text: ids, subjects, pseudonyms.
template <class T>
concept HasOwnText = requires(const T& value, std::string& out, std::string_view text) {
  value.append_text(out);
  { T::parse(text) } -> std::same_as<std::optional<T>>;
};

template <class T>
concept WholeNumber = std::is_integral_v<T> && !std::is_same_v<T, bool>;

/// Whether a member stands in the object: an optional one that is empty does not (absent instead of null).
template <class T>
constexpr bool is_there(const T& value) {
  if constexpr (domain::kIsOptional<T>) {
    return value.has_value();
  } else {
    return true;
  }
}

inline void check_size(std::size_t size, std::size_t max) {
  if (size > max) platform::bug("a member of an event is beyond its stated maximum");
}

/// Appends a value that is there. `max`: its stated maximum, in bytes or elements.
template <class T>
void append_value(const T& value, std::size_t max, std::string& out) {
  if constexpr (domain::kIsOptional<T>) {
    append_value(*value, max, out);
  } else if constexpr (std::is_same_v<T, bool>) {
    out.append(value ? "true" : "false");
  } else if constexpr (WholeNumber<T> && std::is_unsigned_v<T>) {
    append_json_count(value, out);
  } else if constexpr (WholeNumber<T>) {
    append_json_integer(value, out);
  } else if constexpr (std::is_same_v<T, std::string>) {
    check_size(value.size(), max);
    append_json_string(value, out);
  } else if constexpr (std::is_same_v<T, domain::SecretText>) {
    check_size(value.reveal().size(), max);
    append_json_string(value.reveal(), out);
  } else if constexpr (std::is_same_v<T, domain::Time>) {
    if (value < domain::Time{} || value > domain::kTimeMax) platform::bug("a time beyond what RFC 3339 can say");
    out.push_back('"');
    domain::append_rfc3339_us(value, out);
    out.push_back('"');
  } else if constexpr (domain::Named<T>) {
    out.push_back('"');
    out.append(domain::name_of(value));
    out.push_back('"');
  } else if constexpr (HasOwnText<T>) {
    out.push_back('"');
    value.append_text(out);
    out.push_back('"');
  } else if constexpr (domain::kIsSet<T>) {
    append_value(value.values(), domain::kNames<typename decltype(value.values())::value_type>.size(), out);
  } else if constexpr (domain::kIsList<T>) {
    check_size(value.size(), max);
    out.push_back('[');
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out.push_back(',');
      append_value(value[i], kListedTextBytesMax, out);
    }
    out.push_back(']');
  } else {
    static_assert(!sizeof(T), "events have no members of this type yet: say here how it is written and read");
  }
}

template <class T>
T read_value(JsonCursor& cursor, std::size_t max);

/// The text between quotes, through the type's own parser.
template <class T, class Parse>
T read_parsed(JsonCursor& cursor, Parse&& parse) {
  if (auto value = parse(cursor.plain_string())) return *std::move(value);
  cursor.fail();
  return T{};
}

/// The same for what always has one size: ids, pseudonyms.
template <class T>
T read_own_text(JsonCursor& cursor) {
  if constexpr (requires { T::kTextSize; }) {
    if (const auto value = T::parse(cursor.take_plain(T::kTextSize))) return *value;
    cursor.fail();
    return T{};
  } else {
    return read_parsed<T>(cursor, T::parse);
  }
}

template <class Element>
std::vector<Element> read_list(JsonCursor& cursor, std::size_t max) {
  std::vector<Element> out;
  cursor.expect("[");
  if (cursor.take("]")) return out;
  do {
    if (out.size() == max) cursor.fail();
    out.push_back(read_value<Element>(cursor, kListedTextBytesMax));
  } while (cursor.take(","));
  cursor.expect("]");
  return out;
}

// Only in order of the values and each once: one text for one set.
template <class E>
domain::SetOf<E> read_set(JsonCursor& cursor) {
  domain::SetOf<E> out;
  cursor.expect("[");
  if (cursor.take("]")) return out;
  std::optional<E> last;
  do {
    const E value = read_value<E>(cursor, 0);
    if (last && !(*last < value)) cursor.fail();
    out.insert(value);
    last = value;
  } while (cursor.take(","));
  cursor.expect("]");
  return out;
}

template <class T>
struct SetElement;
template <class E>
struct SetElement<domain::SetOf<E>> {
  using type = E;
};

/// Reads exactly what append_value() writes; the cursor fails otherwise, and the value is then any.
template <class T>
T read_value(JsonCursor& cursor, [[maybe_unused]] std::size_t max) {
  if constexpr (domain::kIsOptional<T>) {
    return read_value<typename T::value_type>(cursor, max);
  } else if constexpr (std::is_same_v<T, bool>) {
    return cursor.boolean();
  } else if constexpr (WholeNumber<T> && std::is_unsigned_v<T>) {
    return static_cast<T>(cursor.count(std::numeric_limits<T>::max()));
  } else if constexpr (WholeNumber<T>) {
    const std::int64_t value = cursor.integer();
    if (!std::in_range<T>(value)) cursor.fail();
    return static_cast<T>(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return cursor.string(max);
  } else if constexpr (std::is_same_v<T, domain::SecretText>) {
    return cursor.secret_string(max);
  } else if constexpr (std::is_same_v<T, domain::Time>) {
    if (const auto time = domain::parse_rfc3339_us(cursor.take_plain(domain::kRfc3339UsSize))) return *time;
    cursor.fail();
    return T{};
  } else if constexpr (domain::Named<T>) {
    return read_parsed<T>(cursor, domain::parse_name<T>);
  } else if constexpr (HasOwnText<T>) {
    return read_own_text<T>(cursor);
  } else if constexpr (domain::kIsSet<T>) {
    return read_set<typename SetElement<T>::type>(cursor);
  } else {
    return read_list<typename T::value_type>(cursor, max);
  }
}

template <domain::Named E>
constexpr std::size_t longest_name() {
  std::size_t longest = 0;
  for (const std::string_view name : domain::kNames<E>) longest = std::max(longest, name.size());
  return longest;
}

/// The most bytes that append_value() can write: every byte of a text as `\u00xx`.
template <class T>
constexpr std::size_t longest_value(std::size_t max) {
  constexpr std::size_t kEscape = 6;
  constexpr std::size_t kIdOrTime = 2 + 32;
  if constexpr (domain::kIsOptional<T>) {
    return longest_value<typename T::value_type>(max);
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, domain::SecretText>) {
    return 2 + kEscape * max;
  } else if constexpr (domain::Named<T>) {
    return 2 + longest_name<T>();
  } else if constexpr (domain::kIsSet<T>) {
    using E = typename SetElement<T>::type;
    return 2 + domain::kNames<E>.size() * (longest_value<E>(0) + 1);
  } else if constexpr (domain::kIsList<T>) {
    return 2 + max * (longest_value<typename T::value_type>(kListedTextBytesMax) + 1);
  } else {
    return kIdOrTime;  // numbers and booleans are shorter
  }
}

}  // namespace tweestap::eventstore
