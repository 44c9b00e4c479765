#include "platform/phone.h"

#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>
#include <phonenumbers/shortnumberinfo.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace tweestap::platform {
namespace {

namespace numbers = i18n::phonenumbers;
using numbers::PhoneNumberUtil;

constexpr const char* kNoRegion = "ZZ";  // libphonenumber's name for it: only international notation is read

// What stands in a number without being part of it: U+0009 and U+00AD, the marks that a copied number comes with
// (joiners, directions, isolates, byte order mark). Those that turn the order of the digits around are not among them:
// what would be read is not what was seen.
constexpr auto kInvisible = std::to_array<UChar32>({0x0009, 0x00ad, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f, 0x202a,
                                                    0x202c, 0x202d, 0x2060, 0x2066, 0x2068, 0x2069, 0xfeff});
// Beside spaces (Zs) and dashes (Pd): ( ) . / [ ] · minus, and the first four in full width.
constexpr auto kMarks =
    std::to_array<UChar32>({'(', ')', '.', '/', '[', ']', 0x00b7, 0x2212, 0xff08, 0xff09, 0xff0e, 0xff0f});

bool separates(UChar32 c) {
  const auto kind = u_charType(c);
  return kind == U_SPACE_SEPARATOR || kind == U_DASH_PUNCTUATION || std::ranges::find(kMarks, c) != kMarks.end() ||
         std::ranges::find(kInvisible, c) != kInvisible.end();
}

// Only a leading + and ASCII digits. Nothing where anything else is in the text: libphonenumber itself would take
// letters for digits (0800-FLOWERS), drop extensions, and look for a number among other words.
std::optional<std::string> dialled(std::string_view typed) {
  if (typed.size() > kPhoneTypedBytesMax) return std::nullopt;
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(typed.data());
  std::string digits;
  for (std::size_t i = 0; i < typed.size();) {
    UChar32 c = 0;
    U8_NEXT(bytes, i, typed.size(), c);
    if (c < 0) return std::nullopt;  // not UTF-8
    const auto digit = u_charDigitValue(c);
    const bool plus = c == '+' || c == 0xff0b;
    if (digit >= 0) {
      digits += static_cast<char>('0' + digit);
    } else if (plus && digits.empty()) {
      digits += '+';
    } else if (plus || !separates(c)) {
      return std::nullopt;
    }
  }
  return digits;
}

const PhoneNumberUtil& library() {
  // Its methods are const, and what they keep for themselves (compiled patterns) has a lock.
  static const PhoneNumberUtil& util = *PhoneNumberUtil::GetInstance();
  return util;
}

// Short numbers are dialled bare: with a 0 or a country code before it, the same digits are a number that misses some.
bool is_short(const numbers::PhoneNumber& number, const std::string& digits) {
  static const numbers::ShortNumberInfo kShortNumbers;
  std::string national;
  library().GetNationalSignificantNumber(number, &national);
  return national == digits && kShortNumbers.IsPossibleShortNumber(number);
}

std::optional<PhoneRefusal> refusal_of(const numbers::PhoneNumber& number, const std::string& digits) {
  switch (library().GetNumberType(number)) {
    case PhoneNumberUtil::MOBILE:
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
      return std::nullopt;
    case PhoneNumberUtil::FIXED_LINE:
      return PhoneRefusal::Landline;
    case PhoneNumberUtil::TOLL_FREE:
    case PhoneNumberUtil::PREMIUM_RATE:
    case PhoneNumberUtil::SHARED_COST:
    case PhoneNumberUtil::VOIP:
    case PhoneNumberUtil::PERSONAL_NUMBER:
    case PhoneNumberUtil::PAGER:
    case PhoneNumberUtil::UAN:
    case PhoneNumberUtil::VOICEMAIL:
      return PhoneRefusal::Service;
    case PhoneNumberUtil::UNKNOWN:
      return is_short(number, digits) ? PhoneRefusal::ShortNumber : PhoneRefusal::NotANumber;
  }
  return PhoneRefusal::NotANumber;  // a kind that only a newer library knows
}

std::expected<PhoneNumber, PhoneRefusal> read(const std::string& digits, const std::string& region) {
  numbers::PhoneNumber number;
  if (library().Parse(digits, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR) {
    return std::unexpected(PhoneRefusal::NotANumber);
  }
  if (const auto refused = refusal_of(number, digits)) return std::unexpected(*refused);
  PhoneNumber mobile;
  library().Format(number, PhoneNumberUtil::E164, &mobile.e164);
  library().GetRegionCodeForNumber(number, &mobile.region);
  // Satellite phones and networks at sea have no country, so no country's rule would hold for them.
  if (mobile.region == PhoneNumberUtil::kRegionCodeForNonGeoEntity) return std::unexpected(PhoneRefusal::Service);
  return mobile;
}

std::size_t digits_at(std::string_view text, std::size_t from) {
  const auto end = text.find_first_not_of("0123456789", from);
  return std::min(end, text.size()) - from;
}

bool is_e164(std::string_view text) {
  constexpr std::size_t kDigitsMax = 15;  // ITU-T E.164, 6.2.1
  return text.starts_with('+') && text.size() > 1 && text.size() <= 1 + kDigitsMax &&
         digits_at(text, 1) == text.size() - 1;
}

// How many digits of the country and of the first group a hint begins with.
struct HintHead {
  std::size_t country = 0;
  std::size_t group = 0;
};

HintHead hint_head(const std::string& e164) {
  numbers::PhoneNumber number;
  if (library().Parse(e164, kNoRegion, &number) != PhoneNumberUtil::NO_PARSING_ERROR) return {};
  HintHead head{.country = std::to_string(number.country_code()).size()};
  std::string shown;
  library().Format(number, PhoneNumberUtil::INTERNATIONAL, &shown);
  const auto group = shown.find_first_of("0123456789", 1 + head.country);
  if (group == std::string::npos) return head;
  head.group = digits_at(shown, group);
  if (group + head.group == shown.size()) head.group = 0;  // a country that writes no groups has no first one
  return head;
}

}  // namespace

std::expected<PhoneNumber, PhoneRefusal> parse_mobile(std::string_view typed, std::string_view region) {
  const auto digits = dialled(typed);
  if (!digits) return std::unexpected(PhoneRefusal::NotANumber);
  auto mobile = read(*digits, std::string(region));
  // With its + it names its country, so it was read as it will be in any region: half the work of an import.
  if (!mobile || mobile->e164 == *digits) return mobile;
  // What is stored will be read again. A number whose own E.164 text is taken for another one is no number.
  if (read(mobile->e164, kNoRegion) != mobile) return std::unexpected(PhoneRefusal::NotANumber);
  return mobile;
}

std::string phone_hint(std::string_view e164) {
  constexpr std::string_view kBullet = "\u2022";
  constexpr std::size_t kLastShown = 2;
  constexpr std::size_t kHiddenMin = 4;  // ten thousand numbers fit the hint
  std::string hint;
  if (!is_e164(e164)) {
    for (int i = 0; i < 6; ++i) hint += kBullet;
    return hint;
  }
  const HintHead head = hint_head(std::string(e164));
  const std::size_t national = e164.size() - 1 - head.country;
  const std::size_t shown_max = national - std::min(national, kHiddenMin);
  const std::size_t last = std::min(kLastShown, shown_max);
  const std::size_t group = std::min(head.group, shown_max - last);
  hint += e164.substr(0, 1 + head.country);
  if (head.country > 0) hint += ' ';
  if (group > 0) hint.append(e164.substr(1 + head.country, group)) += ' ';
  for (std::size_t i = group + last; i < national; ++i) hint += kBullet;
  return hint.append(e164.substr(e164.size() - last));
}

}  // namespace tweestap::platform
