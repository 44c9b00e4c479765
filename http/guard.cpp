#include "http/guard.h"

#include <array>

#include "http/percent.h"
#include "platform/bug.h"

namespace tweestap::http {
namespace {

using Refused = std::expected<void, GuardRefusal>;

Refused refuse(GuardRefusal why) { return std::unexpected(why); }

// RFC 9110, 5.6.2: what names of headers and methods are made of. A blank is not among them, which is what makes
// "Content-Length :" and obs-fold lines fail.
constexpr std::array<bool, 256> kTokenCharacters = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : std::string_view{"!#$%&'*+-.^_`|~"}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_control(unsigned c) { return c < 0x20 || c == 0x7f; }

// As sent and after percent-decoding: whoever decodes a value later (a log viewer, a front end, cpp-httplib itself)
// must not find a line break in it.
bool has_control_character(std::string_view value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (is_control(static_cast<unsigned char>(value[i]))) return true;
    if (value[i] != '%' || value.size() - i < 3) continue;
    const int high = hex_digit(value[i + 1]);
    const int low = hex_digit(value[i + 2]);
    if (high >= 0 && low >= 0 && is_control(static_cast<unsigned>(high * 16 + low))) return true;
  }
  return false;
}

// Case counts in methods (RFC 9110, 9.1).
Method method_of(std::string_view name) {
  if (name == "GET") return Method::Get;
  if (name == "POST") return Method::Post;
  if (name == "HEAD") return Method::Head;
  if (name == "PUT") return Method::Put;
  if (name == "PATCH") return Method::Patch;
  if (name == "DELETE") return Method::Delete;
  return Method::Other;
}

// Origin form only (RFC 9112, 3.2.1): there is no proxying here, so absolute and asterisk forms have no use.
bool is_target(std::string_view target) {
  if (target.empty() || target.size() > kTargetBytesMax || target.front() != '/') return false;
  for (const char c : target) {
    if (c <= 0x20 || c >= 0x7f || c == '#' || c == '\\' || c == '"' || c == '<' || c == '>') return false;
  }
  return true;
}

Refused read_request_line(std::string_view line, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos || !is_token(line.substr(0, first))) return refuse(GuardRefusal::BadRequestLine);
  head.method = method_of(line.substr(0, first));
  head.target = line.substr(first + 1, second - first - 1);
  if (!is_target(head.target)) return refuse(GuardRefusal::BadTarget);
  const std::string_view version = line.substr(second + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return refuse(GuardRefusal::BadVersion);
  head.http_1_0 = version == "HTTP/1.0";
  head.wants_close = head.http_1_0;
  return {};
}

// Digits alone: no sign, no list, no leading zero that somebody else might take for octal. Ten digits cannot overflow
// and are more than any body.
std::optional<std::uint64_t> content_length(std::string_view value) {
  if (value.empty() || value.size() > 10 || (value.size() > 1 && value.front() == '0')) return std::nullopt;
  std::uint64_t length = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return std::nullopt;
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return length;
}

bool is_host(std::string_view value) {
  if (value.empty() || value.size() > 255) return false;
  for (const char c : value) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!plain && c != '.' && c != '-' && c != '_' && c != ':' && c != '[' && c != ']') return false;
  }
  return true;
}

bool lists_close(std::string_view connection) {
  while (!connection.empty()) {
    const std::size_t comma = connection.find(',');
    if (equal_ignoring_case(without_blanks(connection.substr(0, comma)), "close")) return true;
    if (comma == std::string_view::npos) return false;
    connection.remove_prefix(comma + 1);
  }
  return false;
}

// What the service acts on must be said once: of two, somebody in front may have judged the other one.
constexpr std::array<std::string_view, 9> kOnceOnly{
    "Host",   "Content-Length",   "Content-Type",    "Authorization",  "Idempotency-Key",
    "Origin", "X-Requested-With", "Accept-Language", "Sec-Fetch-Site",
};
constexpr std::array<std::string_view, 4> kForbidden{"Transfer-Encoding", "Content-Encoding", "Range", "Expect"};

struct Seen {
  std::uint32_t once_only = 0;
};

Refused judge(const HeaderField& field, RequestHead& head, Seen& seen) {
  for (const std::string_view name : kForbidden) {
    if (equal_ignoring_case(field.name, name)) return refuse(GuardRefusal::ForbiddenHeader);
  }
  for (std::size_t i = 0; i < kOnceOnly.size(); ++i) {
    if (!equal_ignoring_case(field.name, kOnceOnly[i])) continue;
    if ((seen.once_only >> i & 1) != 0) {
      return refuse(i == 0   ? GuardRefusal::BadHost
                    : i == 1 ? GuardRefusal::BadContentLength
                             : GuardRefusal::RepeatedHeader);
    }
    seen.once_only |= 1U << i;
    if (i == 0 && !is_host(field.value)) return refuse(GuardRefusal::BadHost);
    if (i == 1) {
      const auto length = content_length(field.value);
      if (!length) return refuse(GuardRefusal::BadContentLength);
      head.content_length = *length;
    }
    return {};
  }
  if (equal_ignoring_case(field.name, "Connection") && lists_close(field.value)) head.wants_close = true;
  return {};
}

}  // namespace

bool is_token(std::string_view text) {
  for (const char c : text) {
    if (!kTokenCharacters[static_cast<unsigned char>(c)]) return false;
  }
  return !text.empty();
}

std::string_view guard_refusal_name(GuardRefusal refusal) {
  switch (refusal) {
    case GuardRefusal::HeadTooLarge:
      return "head_too_large";
    case GuardRefusal::BadRequestLine:
      return "bad_request_line";
    case GuardRefusal::BadTarget:
      return "bad_target";
    case GuardRefusal::BadVersion:
      return "bad_version";
    case GuardRefusal::BadHeaderLine:
      return "bad_header_line";
    case GuardRefusal::TooManyHeaders:
      return "too_many_headers";
    case GuardRefusal::ControlCharacter:
      return "control_character";
    case GuardRefusal::BadContentLength:
      return "bad_content_length";
    case GuardRefusal::ForbiddenHeader:
      return "forbidden_header";
    case GuardRefusal::RepeatedHeader:
      return "repeated_header";
    case GuardRefusal::BadHost:
      return "bad_host";
    case GuardRefusal::BodyNotAllowed:
      return "body_not_allowed";
  }
  platform::bug("no such refusal");
}

std::optional<std::size_t> head_end(std::string_view bytes, std::size_t from) {
  constexpr std::string_view kEmptyLine = "\r\n\r\n";
  const std::size_t begin = from < kEmptyLine.size() ? 0 : from - kEmptyLine.size() + 1;
  const std::size_t found = bytes.substr(0, kHeadBytesMax).find(kEmptyLine, begin);
  if (found == std::string_view::npos) return std::nullopt;
  return found + kEmptyLine.size();
}

std::expected<void, GuardRefusal> read_head(std::string_view bytes, RequestHead& head) {
  head.headers.clear();
  head.content_length = 0;
  Seen seen;
  bool request_line = true;
  for (;;) {
    const std::size_t end = bytes.find("\r\n");
    if (end == std::string_view::npos) return refuse(GuardRefusal::BadHeaderLine);
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 2);
    if (request_line) {
      if (const auto read = read_request_line(line, head); !read) return read;
      request_line = false;
      continue;
    }
    if (line.empty()) break;
    if (head.headers.size() == kHeadersMax) return refuse(GuardRefusal::TooManyHeaders);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return refuse(GuardRefusal::BadHeaderLine);
    const HeaderField field{line.substr(0, colon), without_blanks(line.substr(colon + 1))};
    // A bare CR or LF is a control character in the line it stands in.
    if (has_control_character(field.value)) return refuse(GuardRefusal::ControlCharacter);
    if (const auto judged = judge(field, head, seen); !judged) return judged;
    head.headers.push_back(field);
  }
  if ((seen.once_only & 1U) == 0) return refuse(GuardRefusal::BadHost);
  const bool no_body = head.method == Method::Get || head.method == Method::Head;
  if (no_body && head.content_length > 0) return refuse(GuardRefusal::BodyNotAllowed);
  return {};
}

}  // namespace tweestap::http
