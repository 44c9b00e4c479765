#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace tweestap::platform {

/// The longest text that is looked at as a typed number: 15 digits (ITU-T E.164, 6.2.1), each with a separator of three
/// bytes, are 60. It bounds the work of libphonenumber's patterns.
inline constexpr std::size_t kPhoneTypedBytesMax = 64;

/// A number that can receive an SMS.
struct PhoneNumber {
  std::string e164;  ///< `+` and at most 15 digits (ITU-T E.164): what is stored, compared and sent to
  std::string
      region;  ///< the country that it belongs to, ISO 3166-1 alpha-2; whether it is allowed is the caller's rule

  bool operator==(const PhoneNumber&) const = default;
};

/// Why a text is not taken as the number of a mobile phone.
enum class PhoneRefusal {
  NotANumber,   ///< no number of any country, more than one, with an extension or letters, or longer than the limit
  Landline,     ///< a fixed line
  ShortNumber,  ///< 112, 144, a number of a text service: works within one country only, and is nobody's phone
  Service,  ///< premium rate, shared cost, free, internet telephony, pager, satellite, …: no personal mobile phone
};

/// The number that somebody typed, in the notation of `region` (ISO 3166-1 alpha-2) or an international one:
/// `06 12345678`, `+31 6 1234 5678`, `0031612345678`, `+31 (0)6-12345678`. Spaces of all widths, dashes, dots, slashes
/// and brackets may stand anywhere, digits may be of any script, and the invisible marks that address books put around
/// a copied number are left out. Everything else is refused and not guessed at: a code sent to a number that was read
/// wrongly is a code given away. Its own `e164` reads as the same number in any region (SMS-1). By libphonenumber,
/// whose tables come with the distribution: a newer one may know more numbers. Any thread.
[[nodiscard]] std::expected<PhoneNumber, PhoneRefusal> parse_mobile(std::string_view typed,
                                                                    std::string_view region = "NL");

/// A number as it is shown to somebody who may not know it: country code, first group, and the last two digits, with
/// U+2022 for each hidden digit: `+31 6 ••••••16`. At least four digits are hidden: where the first group leaves
/// fewer (`+65 8123 4567`), only its beginning is shown. A text that is not E.164 gives six bullets. Any thread.
[[nodiscard]] std::string phone_hint(std::string_view e164);

}  // namespace tweestap::platform
