#include "http/kept_response.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "platform/bug.h"

namespace tweestap::http {
namespace {

constexpr std::uint8_t kKeptFormat = 1;
// Answers of commands have these and no others; a place in the list is stored for ever.
constexpr std::array<std::string_view, 4> kHeaderNames{"Set-Cookie", "Content-Language", "WWW-Authenticate",
                                                       "Retry-After"};
constexpr std::array<std::string_view, 3> kContentTypes{"", "application/json", "application/problem+json"};
constexpr std::size_t kKeptHeadersMax = 8;  // three cookies at most, and some room

template <std::size_t N>
std::uint8_t place_of(const std::array<std::string_view, N>& list, std::string_view name) {
  const auto found = std::ranges::find(list, name);
  if (found == list.end()) platform::bug("an answer with a header or type that kept answers do not know");
  return static_cast<std::uint8_t>(found - list.begin());
}

class Writer {
 public:
  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u64(std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) u8(static_cast<std::uint8_t>(value >> shift));
  }
  void text(std::string_view value) {
    u64(value.size());
    out_.append(value);
  }
  template <domain::Prefix P>
  void id(const std::optional<domain::Id<P>>& value) {
    u8(value ? 1 : 0);
    if (value) out_.append(reinterpret_cast<const char*>(value->bytes.data()), value->bytes.size());
  }
  void number(const std::optional<std::uint64_t>& value) {
    u8(value ? 1 : 0);
    if (value) u64(*value);
  }
  // The bytes hold tokens and codes, so the text they were put together in is wiped.
  platform::Secret take() {
    platform::Secret secret = platform::Secret::from_text(out_);
    platform::wipe_memory({reinterpret_cast<std::uint8_t*>(out_.data()), out_.size()});
    return secret;
  }
  void reserve(std::size_t size) { out_.reserve(size); }  // so that no copy is left behind by growing

 private:
  std::string out_;
};

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t u(std::size_t size) {
    std::uint64_t value = 0;
    for (const char c : take(size)) value = value << 8 | static_cast<std::uint8_t>(c);
    return value;
  }
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) {
      good_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  bool flag() {
    const std::uint64_t value = u(1);
    if (value > 1) good_ = false;
    return value == 1;
  }
  std::size_t below(std::size_t bound) {
    const std::uint64_t value = u(1);
    if (value >= bound) good_ = false;
    return value >= bound ? 0 : value;
  }
  template <class Id>
  std::optional<Id> id() {
    if (!flag()) return std::nullopt;
    Id out;
    const std::string_view bytes = take(out.bytes.size());
    std::ranges::copy(bytes, reinterpret_cast<char*>(out.bytes.data()));
    return out;
  }
  std::optional<std::uint64_t> number() { return flag() ? std::optional{u(8)} : std::nullopt; }
  [[nodiscard]] bool finished() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

platform::Secret encode_kept(const KeptResponse& kept) {
  if (kept.response.headers.size() > kKeptHeadersMax) platform::bug("an answer with more headers than are kept");
  Writer out;
  std::size_t size = kept.response.body.size() + 256;
  for (const ResponseHeader& header : kept.response.headers) size += header.value.size() + 16;
  out.reserve(size);
  out.u8(kKeptFormat);
  out.u64(kept.response.status);
  out.u8(place_of(kContentTypes, kept.response.content_type));
  out.u8(static_cast<std::uint8_t>(kept.response.headers.size()));
  for (const ResponseHeader& header : kept.response.headers) {
    out.u8(place_of(kHeaderNames, header.name));
    out.text(header.value);
  }
  out.text(kept.response.body);
  out.u8(kept.ended_token ? 1 : 0);
  out.id(kept.account);
  out.u64(kept.last_position);
  out.id(kept.enrolment);
  out.number(kept.recovery_set);
  out.number(kept.ends_at ? std::optional{static_cast<std::uint64_t>(kept.ends_at->us)} : std::nullopt);
  return out.take();
}

std::expected<KeptResponse, platform::Failure> decode_kept(std::string_view bytes) {
  Cursor in(bytes);
  KeptResponse kept;
  const bool known = in.u(1) == kKeptFormat;
  kept.response.status = static_cast<std::uint16_t>(in.u(8));
  kept.response.content_type = kContentTypes[in.below(kContentTypes.size())];
  const std::size_t headers = in.below(kKeptHeadersMax + 1);
  for (std::size_t i = 0; i < headers; ++i) {
    const std::string_view name = kHeaderNames[in.below(kHeaderNames.size())];
    kept.response.headers.push_back({name, std::string{in.take(in.u(8))}});
  }
  kept.response.body = in.take(in.u(8));
  kept.ended_token = in.flag();
  kept.account = in.id<domain::AccountId>();
  kept.last_position = in.u(8);
  kept.enrolment = in.id<domain::EnrolmentId>();
  kept.recovery_set = in.number();
  if (const auto ends_at_us = in.number()) kept.ends_at = domain::Time{static_cast<std::int64_t>(*ends_at_us)};
  if (!known || !in.finished()) {
    return std::unexpected(platform::Failure{platform::Failure::Kind::Damaged, "a kept answer does not read back"});
  }
  return kept;
}

bool may_be_heard(const KeptResponse& kept, const domain::AccountState* state, domain::Time now) {
  if (kept.ends_at && now >= *kept.ends_at) return false;
  if (!kept.account) return true;
  if (state == nullptr || state->answers_void_before > kept.last_position) return false;
  if (kept.enrolment) {
    const auto& pending = state->enrolment;
    if (!pending || pending->id != *kept.enrolment || pending->is_over(now)) return false;
  }
  if (kept.recovery_set) {
    const auto& set = state->recovery;
    if (!set || set->position != *kept.recovery_set || set->acknowledged) return false;
  }
  return true;
}

}  // namespace tweestap::http
