#include "consumers/json_scan.h"

#include <algorithm>
#include <charconv>

#include "platform/text/unicode.h"

namespace tweestap::consumers {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Walks the text once. `path` is what is still to be found below the value that is being read; empty path: this one.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  bool whole(std::optional<std::string_view> path) {
    if (!value(path, 0)) return false;
    skip_space();
    return at_ == text_.size();
  }

  [[nodiscard]] const std::optional<JsonValue>& found() const { return found_; }

 private:
  using Path = std::optional<std::string_view>;  // nothing: not on the way to the member

  bool value(Path path, std::size_t depth) {
    skip_space();
    if (at_ == text_.size() || depth > kJsonDepthMax) return false;
    const std::size_t from = at_;
    JsonValue::Kind kind{};
    if (!one_value(path, depth, kind)) return false;
    if (path && path->empty() && !found_) {
      std::string_view written = text_.substr(from, at_ - from);
      if (kind == JsonValue::Kind::String) written = written.substr(1, written.size() - 2);
      found_ = JsonValue{kind, written};
    }
    return true;
  }

  bool one_value(Path path, std::size_t depth, JsonValue::Kind& kind) {
    switch (text_[at_]) {
      case '{':
        kind = JsonValue::Kind::Object;
        return object(path, depth);
      case '[':
        kind = JsonValue::Kind::Array;
        return array(path, depth);
      case '"':
        kind = JsonValue::Kind::String;
        return string();
      case 't':
        kind = JsonValue::Kind::Boolean;
        return word("true");
      case 'f':
        kind = JsonValue::Kind::Boolean;
        return word("false");
      case 'n':
        kind = JsonValue::Kind::Null;
        return word("null");
      default:  // not an enumeration
        kind = JsonValue::Kind::Number;
        return number();
    }
  }

  bool object(Path path, std::size_t depth) {
    ++at_;
    skip_space();
    if (take('}')) return true;
    do {
      skip_space();
      const std::size_t from = at_;
      if (!string()) return false;
      const std::string_view name = text_.substr(from + 1, at_ - from - 2);
      skip_space();
      if (!take(':') || !value(below(path, name), depth + 1)) return false;
      skip_space();
    } while (take(','));
    return take('}');
  }

  bool array(Path path, std::size_t depth) {
    ++at_;
    skip_space();
    if (take(']')) return true;
    std::size_t index = 0;
    do {
      char digits[24];
      const auto end = std::to_chars(digits, digits + sizeof digits, index++).ptr;
      if (!value(below(path, {digits, end}), depth + 1)) return false;
      skip_space();
    } while (take(','));
    return take(']');
  }

  // The rest of the path behind `name`, where the path begins with it.
  static Path below(Path path, std::string_view name) {
    if (!path || path->empty() || !path->starts_with(name)) return std::nullopt;
    const std::string_view rest = path->substr(name.size());
    if (rest.empty()) return rest;
    return rest.size() > 1 && rest[0] == '.' ? Path(rest.substr(1)) : std::nullopt;
  }

  bool string() {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }

  bool escape() {
    if (at_ == text_.size()) return false;
    const char c = text_[at_++];
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    if (text_.size() - at_ < 4 || !std::ranges::all_of(text_.substr(at_, 4), is_hex)) return false;
    at_ += 4;
    return true;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  bool digits() {
    const std::size_t from = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > from;
  }

  bool word(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<JsonValue> found_;
};

}  // namespace

bool is_json(std::string_view text) { return platform::is_utf8(text) && Scan(text).whole(std::nullopt); }

std::optional<JsonValue> json_member(std::string_view text, std::string_view path) {
  if (path.empty() || !platform::is_utf8(text)) return std::nullopt;
  Scan scan(text);
  if (!scan.whole(path)) return std::nullopt;
  return scan.found();
}

}  // namespace tweestap::consumers
