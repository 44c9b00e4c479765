#include "platform/text/unicode.h"

#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "platform/bug.h"

namespace tweestap::platform {
namespace {

// Input beyond it is refused unread: normalising costs time, and the longest allowed results are far shorter.
constexpr std::size_t kInputBytesMax = 4096;

icu::UnicodeString trimmed(const icu::UnicodeString& text) {
  std::int32_t from = 0;
  std::int32_t to = text.length();
  while (from < to && u_isUWhiteSpace(text.char32At(from))) from = text.moveIndex32(from, 1);
  while (from < to && u_isUWhiteSpace(text.char32At(to - 1))) to = text.moveIndex32(to, -1);
  return icu::UnicodeString(text, from, to - from);
}

template <typename Refused>
bool any_point(const icu::UnicodeString& text, Refused refused) {
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    if (refused(text.char32At(i))) return true;
  }
  return false;
}

const icu::IDNA& idna() {
  static const std::unique_ptr<const icu::IDNA> kIdna = [] {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<const icu::IDNA> made(icu::IDNA::createUTS46Instance(
        UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, error));
    if (U_FAILURE(error)) bug("ICU lacks its IDNA data");
    return made;
  }();
  return *kIdna;
}

std::expected<std::string, Failure> domain_as_ascii(const icu::UnicodeString& domain) {
  UErrorCode error = U_ZERO_ERROR;
  icu::IDNAInfo info;
  icu::UnicodeString ascii;
  idna().nameToASCII(domain, ascii, info, error);
  if (U_FAILURE(error) || info.hasErrors()) {
    return std::unexpected(invalid("the part after the @ is not a domain name"));
  }
  if (ascii.endsWith(u'.')) ascii.truncate(ascii.length() - 1);  // the root label: the same domain
  if (ascii.isEmpty()) return std::unexpected(invalid("the part after the @ is empty"));
  std::string text;
  ascii.toUTF8String(text);
  return text;
}

const icu::Normalizer2& normalizer(const icu::Normalizer2* (*get)(UErrorCode&)) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const found = get(error);
  if (U_FAILURE(error) || found == nullptr) bug("ICU lacks its normalisation data");
  return *found;
}

icu::UnicodeString normalized(const icu::Normalizer2& form, const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  icu::UnicodeString result = form.normalize(text, error);
  if (U_FAILURE(error)) bug("ICU could not normalise valid text");
  return result;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t i = 0; i < text.size();) {
    UChar32 point = 0;
    U8_NEXT(bytes, i, text.size(), point);
    if (point < 0) return false;
  }
  return true;
}

std::expected<std::string, Failure> canonical_identifier(std::string_view text) {
  if (text.size() > kInputBytesMax) return std::unexpected(invalid("an identifier is too long"));
  if (!is_utf8(text)) return std::unexpected(invalid("an identifier is not UTF-8"));
  const auto raw = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  // NFKC and case folding in one, the way Unicode defines it for identifiers (UAX 31): it is stable under itself, which
  // one after the other is not, and it drops what cannot be seen (soft hyphens, joiners). Trimmed afterwards, since
  // what was dropped may have stood outside of white space.
  const icu::UnicodeString folded =
      trimmed(normalized(normalizer(icu::Normalizer2::getNFKCCasefoldInstance), trimmed(raw)));
  if (any_point(folded, [](UChar32 point) { return !u_isprint(point) || u_isUWhiteSpace(point); })) {
    return std::unexpected(invalid("an identifier has characters that cannot be printed"));
  }
  const std::int32_t at = folded.indexOf(u'@');
  if (at <= 0 || at != folded.lastIndexOf(u'@') || at + 1 == folded.length()) {
    return std::unexpected(invalid("an identifier has one @ with something on both sides"));
  }
  auto domain = domain_as_ascii(icu::UnicodeString(folded, at + 1));
  if (!domain) return std::unexpected(std::move(domain.error()));
  std::string canonical;
  icu::UnicodeString(folded, 0, at + 1).toUTF8String(canonical);
  canonical += *domain;
  if (canonical.size() < kIdentifierBytesMin || canonical.size() > kIdentifierBytesMax) {
    return std::unexpected(invalid("an identifier has 3 to 254 bytes"));
  }
  return canonical;
}

namespace {

// UTF-16 room that wipes itself: ICU's own strings would leave the password on the heap.
class WipedUnits {
 public:
  explicit WipedUnits(std::size_t units) : bytes_(units * sizeof(UChar)) {}
  UChar* data() { return reinterpret_cast<UChar*>(bytes_.writable().data()); }
  [[nodiscard]] std::int32_t size() const { return static_cast<std::int32_t>(bytes_.size() / sizeof(UChar)); }

 private:
  Secret bytes_;  // from operator new, and so aligned for UChar
};

}  // namespace

std::expected<Secret, PasswordProblem> normalize_password(std::string_view text, PasswordLength length) {
  if (text.empty()) return std::unexpected(PasswordProblem::TooShort);
  if (text.size() > kInputBytesMax) return std::unexpected(PasswordProblem::TooLong);
  if (!is_utf8(text) || text.contains('\0')) return std::unexpected(PasswordProblem::NotText);

  UErrorCode error = U_ZERO_ERROR;
  WipedUnits raw(text.size());  // UTF-16 never has more units than UTF-8 has bytes
  std::int32_t raw_units = 0;
  u_strFromUTF8(raw.data(), raw.size(), &raw_units, text.data(), static_cast<std::int32_t>(text.size()), &error);
  // NFC grows at most threefold in UTF-16 (UAX 15, 9.1: maximum expansion factors)
  WipedUnits composed(static_cast<std::size_t>(raw_units) * 3);
  const UNormalizer2* const nfc = unorm2_getNFCInstance(&error);
  const std::int32_t units = unorm2_normalize(nfc, raw.data(), raw_units, composed.data(), composed.size(), &error);
  const std::int32_t points = u_countChar32(composed.data(), units);
  Secret password(static_cast<std::size_t>(units) * 3);  // a unit gives at most three bytes of UTF-8
  std::int32_t bytes = 0;
  u_strToUTF8(reinterpret_cast<char*>(password.writable().data()), static_cast<std::int32_t>(password.size()), &bytes,
              composed.data(), units, &error);
  if (U_FAILURE(error)) bug("ICU could not normalise valid text");
  password.shorten(static_cast<std::size_t>(bytes));
  if (static_cast<std::size_t>(points) < length.points_min) return std::unexpected(PasswordProblem::TooShort);
  if (static_cast<std::size_t>(points) > length.points_max) return std::unexpected(PasswordProblem::TooLong);
  return password;
}

std::expected<std::string, Failure> display_name(std::string_view text) {
  if (text.size() > kInputBytesMax) return std::unexpected(invalid("a name is too long"));
  if (!is_utf8(text)) return std::unexpected(invalid("a name is not UTF-8"));
  const auto raw = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  const icu::UnicodeString name = trimmed(normalized(normalizer(icu::Normalizer2::getNFCInstance), raw));
  const bool refused = any_point(name, [](UChar32 point) {
    const auto category = u_charType(point);
    const bool bidi = (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
    return bidi || category == U_CONTROL_CHAR || category == U_LINE_SEPARATOR || category == U_PARAGRAPH_SEPARATOR ||
           category == U_UNASSIGNED;
  });
  if (refused) return std::unexpected(invalid("a name has characters that do not belong in one"));
  const auto points = static_cast<std::size_t>(name.countChar32());
  if (points < 1 || points > kDisplayNamePointsMax) {
    return std::unexpected(invalid("a name has 1 to 100 characters"));
  }
  std::string result;
  name.toUTF8String(result);
  return result;
}

std::expected<std::string, Failure> public_name(std::string_view text) {
  constexpr std::string_view kBetweenDigits = " .-/()";
  constexpr std::size_t kDigitsOfANumber = 9;  // of a Dutch one without its 0; a date has eight
  auto name = display_name(text);
  if (!name) return name;
  std::size_t digits = 0;
  bool number = false;
  for (const char c : *name) {
    if (c >= '0' && c <= '9') {
      number = number || ++digits == kDigitsOfANumber;
    } else if (!kBetweenDigits.contains(c)) {
      digits = 0;
    }
  }
  if (number || name->contains('@')) {
    return std::unexpected(invalid("a name that everybody reads has no e-mail address and no phone number"));
  }
  return name;
}

}  // namespace tweestap::platform
