#include "consumers/kafka/reader/texts.h"

#include <algorithm>
#include <charconv>

namespace tweestap::reader {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_id_letter(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }

// Digits of a fixed width that were checked.
unsigned number_at(std::string_view text, std::size_t at, std::size_t width) {
  unsigned number = 0;
  for (const char digit : text.substr(at, width)) number = number * 10 + static_cast<unsigned>(digit - '0');
  return number;
}

}  // namespace

std::optional<std::uint64_t> read_number(std::string_view text, std::uint64_t max) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [read_to, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || read_to != end || number > max) return std::nullopt;
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return number;
}

bool is_log_id(std::string_view text) {
  constexpr std::string_view kPrefix = "log_";
  constexpr std::size_t kIdSize = 26;
  return text.size() == kPrefix.size() + kIdSize && text.starts_with(kPrefix) &&
         std::ranges::all_of(text.substr(kPrefix.size()), is_id_letter);
}

std::optional<std::chrono::sys_time<std::chrono::microseconds>> read_time(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view kForm = "0000-00-00T00:00:00.000000Z";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == '0' ? !is_digit(text[i]) : text[i] != kForm[i]) return std::nullopt;
  }
  const year_month_day day{year{static_cast<int>(number_at(text, 0, 4))}, month{number_at(text, 5, 2)},
                           std::chrono::day{number_at(text, 8, 2)}};
  const unsigned hour = number_at(text, 11, 2);
  const unsigned minute = number_at(text, 14, 2);
  const unsigned second = number_at(text, 17, 2);
  if (!day.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return sys_days{day} + hours{hour} + minutes{minute} + seconds{second} + microseconds{number_at(text, 20, 6)};
}

}  // namespace tweestap::reader
