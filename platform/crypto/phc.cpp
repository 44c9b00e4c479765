#include "platform/crypto/phc.h"

#include <charconv>
#include <limits>
#include <utility>

#include "platform/text/encoding.h"

namespace tweestap::platform {

bool PhcReader::take_text(std::string_view expected) {
  if (!rest_.starts_with(expected)) return false;
  rest_.remove_prefix(expected.size());
  return true;
}

bool PhcReader::take_number(std::uint32_t& number) {
  if (rest_.empty() || rest_.front() < '1' || rest_.front() > '9') return false;
  const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
  if (error == std::errc::result_out_of_range) number = std::numeric_limits<std::uint32_t>::max();
  rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
  return true;
}

bool PhcReader::take_base64(std::vector<std::uint8_t>& bytes) {
  const std::string_view text = rest_.substr(0, rest_.find('$'));
  auto decoded = from_base64(text);
  if (!decoded) return false;
  bytes = std::move(*decoded);
  rest_.remove_prefix(text.size());
  return true;
}

std::string_view PhcReader::take_field() {
  const std::string_view field = rest_.substr(0, rest_.find('$'));
  rest_.remove_prefix(field.size());
  return field;
}

}  // namespace tweestap::platform
