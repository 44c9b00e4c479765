#include "platform/text/unicode.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tweestap::platform {
namespace {

std::string utf8(std::uint32_t point) {
  std::string text;
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xc0 | point >> 6);
    add(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    add(0xe0 | point >> 12);
    add(0x80 | (point >> 6 & 0x3f));
    add(0x80 | (point & 0x3f));
  } else {
    add(0xf0 | point >> 18);
    add(0x80 | (point >> 12 & 0x3f));
    add(0x80 | (point >> 6 & 0x3f));
    add(0x80 | (point & 0x3f));
  }
  return text;
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(IsUtf8, RefusesOverlongSurrogatesAndBeyond) {
  for (const std::string_view good : {"", "abc", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good));
  }
  for (const std::string_view wrong :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "a\xc3z"}) {
    EXPECT_FALSE(is_utf8(wrong));
  }
}

TEST(THR_1, OneCanonicalFormDecidesTheAccount) {
  const std::vector<std::pair<std::string_view, std::string_view>> table{
      {"alex@example.org", "alex@example.org"},
      {"Alex@Example.ORG", "alex@example.org"},
      {"  alex@example.org\t\r\n", "alex@example.org"},
      {"\xc2\xa0\xe2\x80\x83"
       "alex@example.org\xe3\x80\x80",
       "alex@example.org"},
      {"ａｌｅｘ＠ｅｘａｍｐｌｅ．ｏｒｇ", "alex@example.org"},
      {"alex@example。org", "alex@example.org"},
      {"alex@example.org.", "alex@example.org"},
      {"al\xc2\xad"
       "ex@example.org",
       "alex@example.org"},
      {"\xe2\x80\x8b alex@example.org", "alex@example.org"},
      {"Jos\xc3\xa9@example.org", "jos\xc3\xa9@example.org"},
      {"Jose\xcc\x81@example.org", "jos\xc3\xa9@example.org"},
      {"STRASSE@example.org", "strasse@example.org"},
      {"stra\xc3\x9f"
       "e@example.org",
       "strasse@example.org"},
      {"alex@B\xc3\xbc"
       "cher.example",
       "alex@xn--bcher-kva.example"},
      {"alex@bu\xcc\x88"
       "cher.example",
       "alex@xn--bcher-kva.example"},
      {"alex@XN--BCHER-KVA.example", "alex@xn--bcher-kva.example"},
      {"a@b", "a@b"},
      {"\xe2\x84\xaa"
       "elvin@example.org",
       "kelvin@example.org"},
  };
  for (const auto& [typed, canonical] : table) {
    const auto result = canonical_identifier(typed);
    ASSERT_TRUE(result) << typed << ": " << result.error().reason;
    EXPECT_EQ(*result, canonical) << typed;
  }
}

TEST(THR_1, WhatIsNoAddressIsRefused) {
  for (const std::string_view wrong : {"",
                                       " ",
                                       "alex",
                                       "@",
                                       "@example.org",
                                       "alex@",
                                       "a@@b",
                                       "a@b@c",
                                       "al ex@example.org",
                                       "alex@exa mple.org",
                                       "alex@-example-.org",
                                       "alex@exa_mple.org",
                                       "alex@a..b",
                                       "alex@.",
                                       "alex@xn--a-.example",
                                       "al\x01"
                                       "ex@example.org",
                                       "al\x7f"
                                       "ex@example.org",
                                       "al\xe2\x80\xa8"
                                       "ex@example.org",
                                       "al\xee\x80\x80"
                                       "ex@example.org",
                                       "al\xf3\xb0\x80\x80"
                                       "ex@example.org",
                                       "alex\xff@example.org",
                                       "alex@example.org/",
                                       "\xd8\x80"
                                       "@example.org"}) {
    EXPECT_FALSE(canonical_identifier(wrong)) << wrong;
  }
  EXPECT_FALSE(canonical_identifier(std::string_view("al\0ex@example.org", 17)));
}

TEST(THR_1, AnIdentifierHas254BytesAtMost) {
  const std::string domain = "@example.org";
  EXPECT_TRUE(canonical_identifier(std::string(254 - domain.size(), 'a') + domain));
  EXPECT_FALSE(canonical_identifier(std::string(255 - domain.size(), 'a') + domain));
  EXPECT_FALSE(canonical_identifier(std::string(1'000'000, ' ') + "a@b")) << "not read at all";
}

rc::Gen<std::string> any_text() {
  const auto letters = rc::gen::elementOf(std::vector<std::uint32_t>{
      'a',    'B',    '@',    '.',    '-',     ' ',     0xa0,   0xad,   0xdf,   0x130,  0x131,
      0x149,  0x1c5,  0x345,  0x390,  0x3c2,   0x587,   0x600,  0x9cb,  0x9be,  0x1e9e, 0x1f80,
      0x1100, 0x1161, 0x200b, 0x200d, 0x2126,  0x212a,  0x2168, 0x3002, 0x3000, 0xac00, 0xfb01,
      0xfdfa, 0xff20, 0xff0e, 0xff21, 0x1d400, 0x1f600, 0x301,  0x323,  0x307,  0xfe0f, 0xe0100});
  const auto any = rc::gen::suchThat(rc::gen::inRange<std::uint32_t>(1, 0x110000),
                                     [](std::uint32_t point) { return point < 0xd800 || point > 0xdfff; });
  return rc::gen::map(rc::gen::container<std::vector<std::uint32_t>>(rc::gen::oneOf(letters, letters, any)),
                      [](const std::vector<std::uint32_t>& points) {
                        std::string text;
                        for (const auto point : points) text += utf8(point);
                        return text;
                      });
}

RC_GTEST_PROP(THR_1, TheCanonicalFormOfACanonicalFormIsItself, ()) {
  // Half of the texts from letters that fold or compose, so that enough of them are addresses.
  const auto odd_letters = rc::gen::elementOf(std::vector<std::string>{"a",
                                                                       "B",
                                                                       "\xc3\x9f",
                                                                       "\xc4\xb0",
                                                                       "\xc5\x89",
                                                                       "\xc7\x85",
                                                                       "e\xcc\x81",
                                                                       "\xcf\x82",
                                                                       "\xe1\xba\x9e",
                                                                       "\xe1\xbe\x80",
                                                                       "\xe1\x84\x80\xe1\x85\xa1",
                                                                       "\xe2\x80\x8b",
                                                                       "\xe2\x84\xaa",
                                                                       "\xe2\x85\xa8",
                                                                       "\xef\xac\x81",
                                                                       "\xef\xbc\xa1",
                                                                       "\xf0\x9d\x90\x80",
                                                                       "\xc2\xad",
                                                                       "\xcd\x85",
                                                                       "\xd5\x91\xd6\x82"});
  const auto word = rc::gen::map(rc::gen::container<std::vector<std::string>>(odd_letters),
                                 [](const std::vector<std::string>& letters) {
                                   std::string text;
                                   for (const auto& letter : letters) text += letter;
                                   return text;
                                 });
  const auto domain = rc::gen::oneOf(word, rc::gen::elementOf(std::vector<std::string>{"\xe3\x80\x82", "xn--bcher-kva",
                                                                                       "B\xc3\xbc"
                                                                                       "cher",
                                                                                       "\xe4\xbe\x8b", "fa\xc3\x9f",
                                                                                       "\xef\xbc\x8e"
                                                                                       "x"}));
  const std::string typed =
      *rc::gen::oneOf(any_text(), word, word) + "a@" + *rc::gen::oneOf(any_text(), domain, domain) + "b.org";
  const auto once = canonical_identifier(typed);
  RC_CLASSIFY(once.has_value(), "accepted");
  if (!once) return;
  const auto twice = canonical_identifier(*once);
  RC_ASSERT(twice.has_value());
  RC_ASSERT(*twice == *once);
}

TEST(NormalizePassword, CountsCodePointsAfterNfc) {
  EXPECT_EQ(normalize_password("1234567").error(), PasswordProblem::TooShort);
  EXPECT_EQ(normalize_password("12345678")->reveal_text(), "12345678");
  EXPECT_EQ(normalize_password("").error(), PasswordProblem::TooShort);
  // Seven characters that are typed as fourteen code points, and eight of four bytes each
  EXPECT_EQ(normalize_password(repeated("e\xcc\x81", 7)).error(), PasswordProblem::TooShort);
  EXPECT_EQ(normalize_password(repeated("e\xcc\x81", 8))->reveal_text(), repeated("\xc3\xa9", 8));
  EXPECT_EQ(normalize_password(repeated("\xf0\x9f\x98\x80", 8))->size(), 32U);
  EXPECT_TRUE(normalize_password(std::string(128, 'x')));
  EXPECT_EQ(normalize_password(std::string(129, 'x')).error(), PasswordProblem::TooLong);
  EXPECT_TRUE(normalize_password(repeated("e\xcc\x81", 128)));
  EXPECT_EQ(normalize_password(std::string(100'000, 'x')).error(), PasswordProblem::TooLong);
  EXPECT_EQ(normalize_password("123456789", {.points_min = 10}).error(), PasswordProblem::TooShort);
}

TEST(NormalizePassword, KeepsSpacesAndRefusesWhatIsNoText) {
  EXPECT_EQ(normalize_password("  spaces  ")->reveal_text(), "  spaces  ");
  EXPECT_EQ(normalize_password("12345678\xff").error(), PasswordProblem::NotText);
  EXPECT_EQ(normalize_password(std::string_view("1234\0005678", 9)).error(), PasswordProblem::NotText);
}

RC_GTEST_PROP(NormalizePassword, IsStable, ()) {
  const auto once = normalize_password(*any_text());
  if (!once) return;
  const auto twice = normalize_password(once->reveal_text());
  RC_ASSERT(twice.has_value());
  RC_ASSERT(std::string(twice->reveal_text()) == std::string(once->reveal_text()));
}

TEST(LOG_1, APublicNameHasNoAddressAndNoPhoneNumber) {
  for (const char* good : {"ci", "team Blauw 2026-11-26", "12345678", "0612345 a 678", "sleutel 3 (SIEM)"}) {
    EXPECT_TRUE(public_name(good)) << good;
  }
  for (const char* personal :
       {"a@b", "alex@example.org", "+31612345678", "06 12 34 56 78", "(06) 12-34.56/78", "x123456789x"}) {
    EXPECT_FALSE(public_name(personal)) << personal;
  }
  EXPECT_FALSE(public_name(" ")) << "and is what a name is";
}

TEST(DisplayName, IsTrimmedAndComposed) {
  EXPECT_EQ(display_name("  Jose\xcc\x81 de Vries ").value(), "Jos\xc3\xa9 de Vries");
  EXPECT_EQ(display_name(std::string(100, 'x')).value().size(), 100U);
  EXPECT_TRUE(display_name(repeated("\xf0\x9f\x98\x80", 100)));
  EXPECT_FALSE(display_name(std::string(101, 'x')));
  for (const std::string_view wrong : {"", "   ", "a\nb", "a\x1b[31mb",
                                       "a\xe2\x80\xae"
                                       "b",
                                       "a\xe2\x81\xa6"
                                       "b",
                                       "a\xe2\x80\xa8"
                                       "b",
                                       "a\xc2\x85"
                                       "b",
                                       "a\xff"}) {
    EXPECT_FALSE(display_name(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace tweestap::platform
