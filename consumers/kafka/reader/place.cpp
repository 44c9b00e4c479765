#include "consumers/kafka/reader/place.h"

#include <array>
#include <limits>

#include "consumers/kafka/reader/texts.h"

namespace tweestap::reader {
namespace {

constexpr std::string_view kForm = "tweestap-1";
constexpr std::size_t kParts = 5;

std::optional<std::array<std::string_view, kParts>> split(std::string_view token) {
  std::array<std::string_view, kParts> parts;
  for (std::size_t i = 0; i < kParts; ++i) {
    const std::size_t slash = token.find('/');
    const bool last = i + 1 == kParts;
    if ((slash == std::string_view::npos) != last) return std::nullopt;
    parts[i] = token.substr(0, slash);
    if (!last) token.remove_prefix(slash + 1);
  }
  return parts;
}

}  // namespace

std::string token_of(const Place& place) {
  if (place.offset < 0 || !place.last.position || place.last.log.empty()) return {};
  std::string token;
  token.reserve(kTokenBytesMax);  // every event has one
  token.append(kForm);
  token.append("/").append(std::to_string(place.partition));
  token.append("/").append(std::to_string(place.offset));
  token.append("/").append(place.last.log);
  token.append("/").append(std::to_string(*place.last.position));
  return token;
}

std::optional<Place> parse_token(std::string_view token) {
  if (token.size() > kTokenBytesMax) return std::nullopt;
  const auto parts = split(token);
  if (!parts || (*parts)[0] != kForm) return std::nullopt;
  const auto partition = read_number((*parts)[1], std::numeric_limits<std::int32_t>::max());
  const auto offset = read_number((*parts)[2], std::numeric_limits<std::int64_t>::max());
  const auto position = read_number((*parts)[4], kPositionMax);
  if (!partition || !offset || !is_log_id((*parts)[3]) || !position) return std::nullopt;
  return Place{.partition = static_cast<std::int32_t>(*partition),
               .offset = static_cast<std::int64_t>(*offset),
               .last = {.log = std::string{(*parts)[3]}, .position = *position}};
}

}  // namespace tweestap::reader
