#include "platform/phone.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/places.h"

namespace tweestap::platform {
namespace {

std::string utf8(unsigned point) {
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xc0 | point >> 6), static_cast<char>(0x80 | (point & 0x3f))};
  return {static_cast<char>(0xe0 | point >> 12), static_cast<char>(0x80 | (point >> 6 & 0x3f)),
          static_cast<char>(0x80 | (point & 0x3f))};
}

std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) != "\\u") {
      result += text[i];
      continue;
    }
    result += utf8(static_cast<unsigned>(std::stoul(std::string(text.substr(i + 2, 4)), nullptr, 16)));
    i += 5;
  }
  return result;
}

// Expectation and notation of every line.
std::vector<std::pair<std::string, std::string>> notations() {
  std::ifstream file(tests::source_dir() / "tests/vectors/phone_notations.txt");
  std::vector<std::pair<std::string, std::string>> read;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto space = line.find(' ');
    read.emplace_back(line.substr(0, space), unescaped(std::string_view(line).substr(space + 1)));
  }
  return read;
}

std::string word(PhoneRefusal refusal) {
  switch (refusal) {
    case PhoneRefusal::NotANumber:
      return "not_a_number";
    case PhoneRefusal::Landline:
      return "landline";
    case PhoneRefusal::ShortNumber:
      return "short_number";
    case PhoneRefusal::Service:
      return "service";
  }
  return "none";
}

std::string understood(std::string_view typed, std::string_view region = "NL") {
  const auto number = parse_mobile(typed, region);
  return number ? number->e164 + "/" + number->region : word(number.error());
}

TEST(SMS_1, AHundredNotationsAreUnderstood) {
  const auto lines = notations();
  EXPECT_EQ(lines.size(), 100U);
  for (const auto& [expected, typed] : lines) EXPECT_EQ(understood(typed), expected) << typed;
}

TEST(SMS_1, WhatWasUnderstoodIsReadAsItselfInEveryRegion) {
  for (const auto& [expected, typed] : notations()) {
    const auto number = parse_mobile(typed);
    if (!number) continue;
    for (const std::string_view region : {"NL", "BE", "IT", "US", "AR", "ZZ"}) {
      EXPECT_EQ(parse_mobile(number->e164, region), number) << number->e164 << " in " << region;
    }
  }
}

// Mobile numbers, each as country code and national digits.
constexpr auto kMobiles = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"31", "612345678"}, {"32", "470123456"}, {"49", "15123456789"}, {"44", "7400123456"}, {"1", "2015550123"}});

RC_GTEST_PROP(SMS_1, SeparatorsChangeNothing, ()) {
  const auto& [country, national] = *rc::gen::elementOf(kMobiles);
  static const std::vector<std::string> kSeparators{"",  "",  "",  " ",      "-",      ".",
                                                    "/", "(", ")", "\u00a0", "\u2011", "\u200b"};
  std::string typed = *rc::gen::element<std::string>("+", "00", "(+", "+ ");
  for (const char digit : std::string(country) + std::string(national)) {
    typed += digit;
    typed += *rc::gen::elementOf(kSeparators);
  }
  if (typed.size() > kPhoneTypedBytesMax) return;
  const auto number = parse_mobile(typed);
  RC_ASSERT(number.has_value());
  RC_ASSERT(number->e164 == "+" + std::string(country) + std::string(national));
}

// Digits of any kind and length, as numbers of any country: what is accepted once is accepted as itself.
RC_GTEST_PROP(SMS_1, NormalisationIsIdempotent, ()) {
  const auto prefix = *rc::gen::element<std::string>("", "0", "06", "00", "+", "+3", "+31", "+1", "+39", "+54", "+52");
  const auto digits = *rc::gen::container<std::string>(rc::gen::inRange('0', static_cast<char>('9' + 1)));
  const auto region = *rc::gen::element<std::string>("NL", "US", "IT", "AR", "MX", "BR", "CI");
  const auto number = parse_mobile(prefix + digits, region);
  if (!number) return;
  RC_ASSERT(number->e164.size() <= 16U);
  RC_ASSERT(number->region.size() == 2U);
  RC_ASSERT((parse_mobile(number->e164, region) == number));
  RC_ASSERT((parse_mobile(number->e164) == number));
}

RC_GTEST_PROP(ParseMobile, TakesAnyBytes, (const std::string& typed)) {
  const auto number = parse_mobile(typed);
  if (number) RC_ASSERT((parse_mobile(number->e164) == number));
}

TEST(ParseMobile, RefusesWhatIsLongerThanItsLimit) {
  const std::string number = "0612345678";
  EXPECT_TRUE(parse_mobile(number + std::string(kPhoneTypedBytesMax - number.size(), ' ')));
  EXPECT_EQ(understood(number + std::string(kPhoneTypedBytesMax - number.size() + 1, ' ')), "not_a_number");
  EXPECT_EQ(understood(std::string(100'000, '6')), "not_a_number");
}

TEST(ParseMobile, RefusesWhatIsNoText) {
  EXPECT_EQ(understood(""), "not_a_number");
  EXPECT_EQ(understood("+"), "not_a_number");
  EXPECT_EQ(understood(" - "), "not_a_number");
  EXPECT_EQ(understood("06\xa0"
                       "12345678"),
            "not_a_number")
      << "Latin-1";
  EXPECT_EQ(understood(std::string_view("0612345678\0", 11)), "not_a_number");
  EXPECT_EQ(understood("0612345678\n"), "not_a_number");
}

TEST(ParseMobile, ReadsNationalNotationOfTheRegion) {
  EXPECT_EQ(understood("0470 12 34 56", "BE"), "+32470123456/BE");
  EXPECT_EQ(understood("(201) 555-0123", "US"), "+12015550123/US");
  EXPECT_EQ(understood("011 31 6 12345678", "US"), "+31612345678/NL") << "its international prefix";
  EXPECT_EQ(understood("06 12345678", "ZZ"), "not_a_number");
  EXPECT_EQ(understood("+31 6 12345678", "ZZ"), "+31612345678/NL");
}

TEST(ParseMobile, IsTheSameFromManyThreads) {
  const auto lines = notations();
  constexpr int kThreads = 8;
  std::barrier start(kThreads);
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      for (const auto& [expected, typed] : lines) EXPECT_EQ(understood(typed), expected);
      EXPECT_EQ(phone_hint("+31612345616"), "+31 6 ••••••16");
    });
  }
}

TEST(PhoneHint, ShowsCountryFirstGroupAndLastTwoDigits) {
  EXPECT_EQ(phone_hint("+31612345616"), "+31 6 ••••••16");
  EXPECT_EQ(phone_hint("+31687654300"), "+31 6 ••••••00");
  EXPECT_EQ(phone_hint("+32470123456"), "+32 470 ••••56");
  EXPECT_EQ(phone_hint("+447400123456"), "+44 7400 ••••56");
  EXPECT_EQ(phone_hint("+12015550123"), "+1 201 •••••23");
}

TEST(PhoneHint, HidesAtLeastFourDigits) {
  EXPECT_EQ(phone_hint("+6581234567"), "+65 81 ••••67") << "8123 is its first group";
  EXPECT_EQ(phone_hint("+2975601234"), "+297 5 ••••34");
  EXPECT_EQ(phone_hint("+50051234"), "+500 ••••4");
}

TEST(PhoneHint, ShowsNothingOfWhatIsNoNumber) {
  for (const std::string_view odd : {"", "+", "0612345678", "31612345678", "+31 6 12345678", "+3161234567890123",
                                     "+31612345678a", "alex@example.org", "++31612345678"}) {
    EXPECT_EQ(phone_hint(odd), "••••••") << odd;
  }
}

RC_GTEST_PROP(PhoneHint, HasABulletForEachHiddenDigitAndHidesFour, ()) {
  const auto digits = *rc::gen::container<std::string>(static_cast<std::size_t>(*rc::gen::inRange(7, 16)),
                                                       rc::gen::inRange('0', static_cast<char>('9' + 1)));
  const std::string hint = phone_hint("+" + digits);
  std::size_t shown = 0;
  std::size_t bullets = 0;
  for (const char c : hint) {
    shown += static_cast<std::size_t>(c >= '0' && c <= '9');
    bullets += static_cast<std::size_t>(c == '\xe2');
  }
  RC_ASSERT(shown + bullets == digits.size());
  RC_ASSERT(bullets >= 4U);
}

}  // namespace
}  // namespace tweestap::platform
