#include "http/json_body.h"

#include <algorithm>
#include <array>

#include "http/utf8.h"
#include "platform/bug.h"

namespace tweestap::http {
namespace {

constexpr std::size_t kElementBytesMax = 64;  // of a string in an array: codes of countries, methods, durations

}  // namespace

/// Reads front to back. `at_` is the next byte to read; strings are unescaped behind it, never ahead of it.
class BodyReader {
 public:
  BodyReader(std::span<char> text, std::span<const Member> members) : text_(text) { body_.members_ = members; }

  std::expected<Body, Problem> read() {
    if (!text_.empty() && !read_object()) return std::unexpected(failure());
    for (std::size_t i = 0; i < body_.members_.size(); ++i) {
      const Member& member = body_.members_[i];
      if (member.presence == Presence::Required && body_.slots_[i].state == Body::State::Absent) {
        member_ = member.name;
        return std::unexpected(failure());
      }
    }
    return std::move(body_);
  }

 private:
  Problem failure() const { return Problem{.code = ProblemCode::MalformedRequest, .member = std::string{member_}}; }

  bool read_object() {
    skip_blanks();
    if (!take('{')) return false;
    skip_blanks();
    if (!take('}')) {
      do {
        skip_blanks();
        if (!read_member()) return false;
        skip_blanks();
      } while (take(','));
      if (!take('}')) return false;
    }
    skip_blanks();
    return at_ == text_.size();
  }

  bool read_member() {
    member_ = {};
    const auto name = read_string();
    if (!name) return false;
    skip_blanks();
    if (!take(':')) return false;
    skip_blanks();
    if (may_be_echoed(*name)) member_ = *name;
    for (std::size_t i = 0; i < body_.members_.size(); ++i) {
      if (body_.members_[i].name != *name) continue;
      if (body_.slots_[i].state != Body::State::Absent) return false;  // the second of two
      if (!read_value(body_.members_[i], body_.slots_[i])) return false;
      member_ = {};
      return true;
    }
    return false;  // unknown
  }

  bool read_value(const Member& member, Body::Slot& slot) {
    if (member.presence == Presence::OptionalOrNull && take_word("null")) {
      slot.state = Body::State::Null;
      return true;
    }
    slot.state = Body::State::Present;
    switch (member.type) {
      case MemberType::String:
      case MemberType::Secret:
      case MemberType::Time:
        return read_text(member, slot);
      case MemberType::Boolean:
        slot.boolean = take_word("true");
        return slot.boolean || take_word("false");
      case MemberType::Integer:
        return read_integer(member, slot);
      case MemberType::Strings:
        return read_strings(member, slot);
      case MemberType::Jwk:
        return read_jwk(slot);
    }
    platform::bug("no such type of member");
  }

  bool read_text(const Member& member, Body::Slot& slot) {
    const auto value = read_string();
    if (!value) return false;
    slot.text = *value;
    if (member.type != MemberType::Time) return value->size() <= member.max;
    const auto time = domain::parse_rfc3339(*value);
    if (time) slot.integer = time->us;
    return time.has_value();
  }

  bool read_integer(const Member& member, Body::Slot& slot) {
    const std::size_t begin = at_;
    std::int64_t value = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      value = value * 10 + (text_[at_++] - '0');
      if (value > member.max) return false;
    }
    const std::size_t digits = at_ - begin;
    if (digits == 0 || (digits > 1 && text_[begin] == '0')) return false;
    slot.integer = value;
    return true;  // a fraction or exponent fails as neither , nor }
  }

  bool read_strings(const Member& member, Body::Slot& slot) {
    if (!take('[')) return false;
    slot.first = static_cast<std::uint16_t>(body_.strings_.size());
    skip_blanks();
    if (take(']')) return true;
    do {
      skip_blanks();
      const auto element = read_string();
      if (!element || element->size() > kElementBytesMax || slot.count == member.max) return false;
      body_.strings_.push_back(*element);
      ++slot.count;
      skip_blanks();
    } while (take(','));
    return take(']');
  }

  // `kty`, `crv`, `x`, `y`, each once; what may stand beside them says nothing that is needed. A private key (`d`) is
  // refused: it must never leave the phone.
  bool read_jwk(Body::Slot& slot) {
    constexpr std::array<std::string_view, 7> kNames{"kty", "crv", "x", "y", "alg", "use", "kid"};
    constexpr std::size_t kNeeded = 4;
    std::array<std::optional<std::string_view>, kNames.size()> values{};
    if (!take('{')) return false;
    do {
      skip_blanks();
      const auto name = read_string();
      if (!name) return false;
      skip_blanks();
      if (!take(':')) return false;
      skip_blanks();
      const auto value = read_string();
      const auto which = std::ranges::find(kNames, *name);
      if (!value || value->size() > kElementBytesMax || which == kNames.end()) return false;
      auto& place = values[static_cast<std::size_t>(which - kNames.begin())];
      if (place) return false;  // the second of two
      place = *value;
      skip_blanks();
    } while (take(','));
    for (std::size_t i = 0; i < kNeeded; ++i) {
      if (!values[i]) return false;
    }
    if (!take('}') || values[0] != "EC" || values[1] != "P-256") return false;
    slot.first = static_cast<std::uint16_t>(body_.strings_.size());
    slot.count = 2;
    body_.strings_.push_back(*values[2]);
    body_.strings_.push_back(*values[3]);
    return true;
  }

  std::optional<std::string_view> read_string() {
    if (!take('"')) return std::nullopt;
    const std::size_t begin = at_;
    std::size_t end = at_;  // where the next character goes
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return std::string_view{text_.data() + begin, end - begin};
      }
      if (c == '\\') {
        if (!read_escape(end)) return std::nullopt;
        continue;
      }
      const std::size_t length = utf8_sequence({text_.data() + at_, text_.size() - at_});
      if (length == 0 || static_cast<unsigned char>(c) < 0x20) return std::nullopt;
      for (std::size_t i = 0; i < length; ++i) text_[end++] = text_[at_++];
    }
    return std::nullopt;
  }

  bool read_escape(std::size_t& end) {
    if (text_.size() - at_ < 2) return false;
    const char kind = text_[at_ + 1];
    at_ += 2;
    if (kind == 'u') return read_unicode_escape(end);
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const std::size_t which = kNames.find(kind);
    if (which == std::string_view::npos) return false;
    text_[end++] = kMeanings[which];
    return true;
  }

  // A surrogate counts only as the first of a pair (RFC 8259, 7): alone it is no character.
  bool read_unicode_escape(std::size_t& end) {
    const auto first = read_four_hex();
    if (!first || (*first >= 0xdc00 && *first <= 0xdfff)) return false;
    if (*first < 0xd800 || *first > 0xdbff) return put_utf8(*first, end);
    if (!take('\\') || !take('u')) return false;
    const auto second = read_four_hex();
    if (!second || *second < 0xdc00 || *second > 0xdfff) return false;
    return put_utf8(0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00), end);
  }

  std::optional<unsigned> read_four_hex() {
    if (text_.size() - at_ < 4) return std::nullopt;
    unsigned value = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[at_++];
      unsigned digit = 0;
      if (c >= '0' && c <= '9') {
        digit = static_cast<unsigned>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<unsigned>(c - 'a') + 10;
      } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<unsigned>(c - 'A') + 10;
      } else {
        return std::nullopt;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  bool put_utf8(unsigned point, std::size_t& end) {
    const auto put = [&](unsigned byte) { text_[end++] = static_cast<char>(byte); };
    if (point < 0x80) {
      put(point);
    } else if (point < 0x800) {
      put(0xc0 | point >> 6);
      put(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
      put(0xe0 | point >> 12);
      put(0x80 | (point >> 6 & 0x3f));
      put(0x80 | (point & 0x3f));
    } else {
      put(0xf0 | point >> 18);
      put(0x80 | (point >> 12 & 0x3f));
      put(0x80 | (point >> 6 & 0x3f));
      put(0x80 | (point & 0x3f));
    }
    return true;
  }

  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) {
    if (!std::string_view{text_.data() + at_, text_.size() - at_}.starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  void skip_blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  std::span<char> text_;
  std::size_t at_ = 0;
  std::string_view member_;  // what a failure would name
  Body body_;
};

bool may_be_echoed(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!plain) return false;
  }
  return true;
}

std::expected<Body, Problem> read_json_object(std::span<char> text, std::span<const Member> members) {
  if (members.size() > kMembersMax) platform::bug("a body with more members than kMembersMax");
  if (text.size() > kBodyBytesMax) return std::unexpected(Problem{.code = ProblemCode::PayloadTooLarge});
  return BodyReader{text, members}.read();
}

namespace {

bool is_json(std::string_view content_type) {
  const std::size_t semicolon = content_type.find(';');
  if (!equal_ignoring_case(without_blanks(content_type.substr(0, semicolon)), "application/json")) return false;
  if (semicolon == std::string_view::npos) return true;
  const std::string_view parameter = without_blanks(content_type.substr(semicolon + 1));
  return equal_ignoring_case(parameter, "charset=utf-8") || equal_ignoring_case(parameter, "charset=\"utf-8\"");
}

}  // namespace

std::expected<Body, Problem> read_body(const Request& request, std::span<const Member> members) {
  if (!request.body.empty()) {
    const auto content_type = request.header("Content-Type");
    if (!content_type || !is_json(*content_type)) {
      return std::unexpected(Problem{.code = ProblemCode::UnsupportedMediaType});
    }
  }
  return read_json_object(request.body, members);
}

const Body::Slot& Body::slot(std::string_view name, std::initializer_list<MemberType> types) const {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].name != name) continue;
    if (types.size() == 0) return slots_[i];
    for (const MemberType type : types) {
      if (members_[i].type == type) return slots_[i];
    }
  }
  platform::bug("a route asked its body for a member that it does not describe so: " + std::string{name});
}

bool Body::has(std::string_view name) const { return slot(name, {}).state == State::Present; }

bool Body::is_null(std::string_view name) const { return slot(name, {}).state == State::Null; }

std::optional<std::string_view> Body::optional_string(std::string_view name) const {
  const Slot& found = slot(name, {MemberType::String, MemberType::Secret});
  if (found.state != State::Present) return std::nullopt;
  return found.text;
}

std::string_view Body::string(std::string_view name) const {
  const auto text = optional_string(name);
  if (!text) {
    platform::bug("a route took an optional member for a required one: " + std::string{name});
  }
  return *text;
}

std::optional<bool> Body::boolean(std::string_view name) const {
  const Slot& found = slot(name, {MemberType::Boolean});
  if (found.state != State::Present) return std::nullopt;
  return found.boolean;
}

std::optional<std::int64_t> Body::integer(std::string_view name) const {
  const Slot& found = slot(name, {MemberType::Integer});
  if (found.state != State::Present) return std::nullopt;
  return found.integer;
}

std::optional<std::span<const std::string_view>> Body::strings(std::string_view name) const {
  const Slot& found = slot(name, {MemberType::Strings});
  if (found.state != State::Present) return std::nullopt;
  return std::span{strings_}.subspan(found.first, found.count);
}

Body::Point Body::jwk(std::string_view name) const {
  const Slot& found = slot(name, {MemberType::Jwk});
  if (found.state != State::Present) platform::bug("a route took an optional key for a required one");
  return {strings_[found.first], strings_[found.first + 1U]};
}

std::optional<domain::Time> Body::time(std::string_view name) const {
  const Slot& found = slot(name, {MemberType::Time});
  if (found.state != State::Present) return std::nullopt;
  return domain::Time{found.integer};
}

}  // namespace tweestap::http
