#include "domain/time.h"

#include <array>
#include <chrono>

namespace tweestap::domain {
namespace {

// The width is known to the compiler, which then divides by multiplying: every event has a time or two.
template <int Width>
void append_digits(std::string& out, std::int64_t value) {
  std::array<char, Width> digits{};
  auto rest = static_cast<std::uint32_t>(value);
  for (std::size_t i = Width; i-- > 0; rest /= 10) digits[i] = static_cast<char>('0' + rest % 10);
  out.append(digits.data(), digits.size());
}

void append_date_and_time(Time time, std::string& out) {
  const std::int64_t second = time.us / 1'000'000;
  const std::int64_t day = second / 86'400;
  const std::int64_t in_day = second % 86'400;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  append_digits<4>(out, static_cast<int>(date.year()));
  out.push_back('-');
  append_digits<2>(out, static_cast<unsigned>(date.month()));
  out.push_back('-');
  append_digits<2>(out, static_cast<unsigned>(date.day()));
  out.push_back('T');
  append_digits<2>(out, in_day / 3600);
  out.push_back(':');
  append_digits<2>(out, in_day / 60 % 60);
  out.push_back(':');
  append_digits<2>(out, in_day % 60);
}

// Reads what it is asked for from the front of a text, and remembers whether everything was there.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(std::size_t width) {
    if (rest_.size() < width) return fail();
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return fail();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }
  void expect(char c) {
    if (!take(c)) fail();
  }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool at_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
  [[nodiscard]] bool complete() const { return good_ && rest_.empty(); }
  int fail() {
    good_ = false;
    rest_ = {};
    return 0;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

int fraction_us(Reader& reader) {
  if (!reader.take('.')) return 0;
  if (!reader.at_digit()) return reader.fail();
  int us = 0;
  for (int place = 100'000; reader.at_digit(); place /= 10) us += reader.digits(1) * place;
  return us;
}

int offset_minutes(Reader& reader) {
  if (reader.take('Z')) return 0;
  const bool west = reader.take('-');
  if (!west) reader.expect('+');
  const int hour = reader.digits(2);
  reader.expect(':');
  const int minute = reader.digits(2);
  if (hour > 23 || minute > 59) return reader.fail();
  return (west ? -1 : 1) * (hour * 60 + minute);
}

}  // namespace

void append_rfc3339_us(Time time, std::string& out) {
  append_date_and_time(time, out);
  out.push_back('.');
  append_digits<6>(out, time.us % 1'000'000);
  out.push_back('Z');
}

std::string rfc3339_us(Time time) {
  std::string out;
  append_rfc3339_us(time, out);
  return out;
}

std::string rfc3339(Time time) {
  std::string out;
  append_date_and_time(time, out);
  if (time.us % 1'000'000 != 0) {
    out.push_back('.');
    append_digits<6>(out, time.us % 1'000'000);
  }
  out.push_back('Z');
  return out;
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  Reader reader{text};
  const int year = reader.digits(4);
  reader.expect('-');
  const int month = reader.digits(2);
  reader.expect('-');
  const int day = reader.digits(2);
  reader.expect('T');
  const int hour = reader.digits(2);
  reader.expect(':');
  const int minute = reader.digits(2);
  reader.expect(':');
  const int second = reader.digits(2);
  const int us = fraction_us(reader);
  const int offset = offset_minutes(reader);
  if (!reader.complete() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days_since_1970 = std::chrono::sys_days{date}.time_since_epoch().count();
  const std::int64_t in_seconds = ((days_since_1970 * 24 + hour) * 60 + minute - offset) * 60 + second;
  const Time time{in_seconds * 1'000'000 + us};
  if (time < Time{0} || time > kTimeMax) return std::nullopt;
  return time;
}

std::optional<Time> parse_rfc3339_us(std::string_view text) {
  if (text.size() != kRfc3339UsSize) return std::nullopt;
  // Every event has a time or two, always in the same places: no reader is needed, and one look at the end says whether
  // all digits were some.
  const char* const at = text.data();
  unsigned not_digits = 0;
  const auto number = [&](std::size_t from, std::size_t width) {
    unsigned value = 0;
    for (std::size_t i = from; i < from + width; ++i) {
      const unsigned digit = static_cast<unsigned char>(at[i]) - unsigned{'0'};
      not_digits |= static_cast<unsigned>(digit > 9);
      value = value * 10 + digit;
    }
    return value;
  };
  const unsigned year = number(0, 4);
  const unsigned month = number(5, 2);
  const unsigned day = number(8, 2);
  const unsigned hour = number(11, 2);
  const unsigned minute = number(14, 2);
  const unsigned second = number(17, 2);
  const unsigned us = number(20, 6);
  const bool separated =
      at[4] == '-' && at[7] == '-' && at[10] == 'T' && at[13] == ':' && at[16] == ':' && at[19] == '.' && at[26] == 'Z';
  if (not_digits != 0 || !separated || year < 1970 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days_since_1970 = std::chrono::sys_days{date}.time_since_epoch().count();
  const std::int64_t in_seconds = ((days_since_1970 * 24 + hour) * 60 + minute) * 60 + second;
  return Time{in_seconds * 1'000'000 + us};
}

}  // namespace tweestap::domain
