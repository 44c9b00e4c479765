#include "http/json_writer.h"

#include <charconv>

#include "http/utf8.h"
#include "platform/crypto/secret.h"

namespace tweestap::http {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
  }
}

bool stands_for_itself(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\' && c >= 0; }

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t plain = at;
    while (plain < text.size() && stands_for_itself(text[plain])) ++plain;
    out.append(text, at, plain - at);
    at = plain;
    if (at == text.size()) break;
    if (text[at] >= 0) {
      append_escape(out, text[at++]);
    } else if (const std::size_t length = utf8_sequence(text.substr(at)); length != 0) {
      out.append(text, at, length);
      at += length;
    } else {
      out += "\xef\xbf\xbd";
      ++at;
    }
  }
  out += '"';
}

namespace {

// Exactly what append_json_string() appends at most: growing once, by the writer, is what makes wiping possible.
std::size_t escaped_size_max(std::string_view text) {
  std::size_t size = text.size() + 2;
  for (const char c : text) {
    if (!stands_for_itself(c)) size += 5;
  }
  return size;
}

// A comma in front, and the closing brackets that may follow without asking.
constexpr std::size_t kSlack = 32;

}  // namespace

void JsonWriter::separate(std::size_t size) {
  if (out_.capacity() - out_.size() < size + kSlack) {
    std::string larger;
    larger.reserve(2 * out_.capacity() + size + kSlack);
    larger.append(out_);
    platform::wipe_memory({reinterpret_cast<std::uint8_t*>(out_.data()), out_.size()});
    out_ = std::move(larger);
  }
  if (out_.empty()) return;
  const char last = out_.back();
  if (last != '{' && last != '[' && last != ':') out_ += ',';
}

JsonWriter& JsonWriter::begin_object() {
  separate(1);
  out_ += '{';
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  out_ += '}';
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  separate(1);
  out_ += '[';
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  out_ += ']';
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate(escaped_size_max(name) + 1);
  append_json_string(out_, name);
  out_ += ':';
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view value) {
  separate(escaped_size_max(value));
  append_json_string(out_, value);
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  const std::string_view text{digits, static_cast<std::size_t>(end - digits)};
  separate(text.size());
  out_ += text;
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  separate(5);
  out_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate(json.size());
  out_ += json;
  return *this;
}

}  // namespace tweestap::http
