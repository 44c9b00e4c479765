#pragma once
// Writes an answer's JSON from front to back; absent instead of null, so routes need no document tree.
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tweestap::http {

/// Appends `text` as a JSON string with quotes: only the escapes that JSON demands (RFC 8785, 3.2.2.2); what is no
/// UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Append-only; commas are its business, balance is the caller's. Answers hold tokens and codes, so what it leaves
/// behind when it grows is wiped (the listener wipes the answer itself). Used by one thread.
class JsonWriter {
 public:
  explicit JsonWriter(std::size_t reserve = 512) { out_.reserve(reserve); }

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view value);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& boolean(bool value);
  /// JSON that is already canonical, such as stored envelope bytes.
  JsonWriter& raw(std::string_view json);

  JsonWriter& member_object(std::string_view name) { return key(name).begin_object(); }
  JsonWriter& member_array(std::string_view name) { return key(name).begin_array(); }
  JsonWriter& member(std::string_view name, std::string_view value) { return key(name).string(value); }
  // Without this one a literal would prefer bool.
  JsonWriter& member(std::string_view name, const char* value) { return key(name).string(value); }
  template <std::same_as<bool> B>
  JsonWriter& member(std::string_view name, B value) {
    return key(name).boolean(value);
  }
  template <std::integral I>
  requires(!std::same_as<I, bool>) JsonWriter& member(std::string_view name, I value) {
    return key(name).integer(static_cast<std::int64_t>(value));
  }
  /// Absent where there is no value.
  template <class T>
  JsonWriter& member(std::string_view name, const std::optional<T>& value) {
    return value ? member(name, *value) : *this;
  }

  [[nodiscard]] std::string take() { return std::move(out_); }
  [[nodiscard]] std::string_view view() const { return out_; }

 private:
  void separate(std::size_t size);
  std::string out_;
};

}  // namespace tweestap::http
