#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/time.h"

namespace tweestap::tests {
namespace {

using namespace domain;

TEST(Id, HasOneText) {
  AccountId id;
  id.bytes.fill(0xff);
  EXPECT_EQ(id.text(), "acc_7zzzzzzzzzzzzzzzzzzzzzzzzz");
  EXPECT_EQ(AccountId::parse(id.text()), id);
  EXPECT_FALSE(AccountId::parse("acc_8zzzzzzzzzzzzzzzzzzzzzzzzz")) << "130 bits";
  EXPECT_FALSE(AccountId::parse("acc_7ZZZZZZZZZZZZZZZZZZZZZZZZZ")) << "upper case would be a second text";
  EXPECT_FALSE(AccountId::parse("ses_7zzzzzzzzzzzzzzzzzzzzzzzzz"));
  EXPECT_FALSE(AccountId::parse("acc_7zzzzzzzzzzzzzzzzzzzzzzzz"));
  EXPECT_FALSE(AccountId::parse("acc_7zzzzzzzzzzzzzzzzzzzzzzzzl")) << "l is no symbol";
}

RC_GTEST_PROP(Id, ReadsWhatItWrites, (IdBytes bytes)) {
  const SessionId id{bytes};
  RC_ASSERT(SessionId::parse(id.text()) == id);
}

TEST(Subject, ReservedOnesAreNoAccounts) {
  EXPECT_EQ(Subject::parse("visitor"), kVisitor);
  EXPECT_FALSE(kService.account());
  EXPECT_FALSE(Subject::parse("acc_00000000000000000000000002")) << "the policy's stream under another name";
}

TEST(Time, WritesRfc3339) {
  EXPECT_EQ(rfc3339_us(Time{0}), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(rfc3339(Time{1'773'563'400'000'000}), "2026-03-15T08:30:00Z");
  EXPECT_EQ(rfc3339(Time{1'773'563'400'000'001}), "2026-03-15T08:30:00.000001Z");
  EXPECT_EQ(rfc3339_us(kTimeMax), "9999-12-31T23:59:59.999999Z");
}

TEST(Time, ReadsRfc3339AndNothingElse) {
  const Time time{1'773'563'400'000'000};
  EXPECT_EQ(parse_rfc3339("2026-03-15T08:30:00Z"), time);
  EXPECT_EQ(parse_rfc3339("2026-03-15T09:30:00+01:00"), time);
  EXPECT_EQ(parse_rfc3339("2026-03-15T08:30:00.0000009Z"), time);
  for (const char* bad : {"2026-03-15", "2026-03-15t08:30:00Z", "2026-02-29T00:00:00Z", "2026-03-15T24:00:00Z",
                          "2026-03-15T08:30:60Z", "2026-03-15T08:30:00", "2026-03-15T08:30:00.Z", "1969-12-31T23:59:59Z",
                          "2026-03-15T08:30:00+24:00", "2026-03-15 08:30:00Z", ""}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
  EXPECT_FALSE(parse_rfc3339_us("2026-03-15T08:30:00Z"));
  EXPECT_EQ(parse_rfc3339_us("2026-03-15T08:30:00.000000Z"), time);
}

RC_GTEST_PROP(Time, ReadsWhatItWrites, ()) {
  const Time time{*rc::gen::inRange<std::int64_t>(0, kTimeMax.us)};
  RC_ASSERT(parse_rfc3339_us(rfc3339_us(time)) == time);
  RC_ASSERT(parse_rfc3339(rfc3339(time)) == time);
}

RC_GTEST_PROP(Time, TheEnvelopesFormIsReadAsTheGeneralOne, (std::uint64_t seconds, std::uint8_t place, char c)) {
  std::string text = rfc3339_us(Time{static_cast<std::int64_t>(seconds % 253'402'300'800U) * 1'000'000 + place});
  text[place % text.size()] = c;
  const bool has_its_form = text[19] == '.' && text.back() == 'Z';
  RC_ASSERT(parse_rfc3339_us(text) == (has_its_form ? parse_rfc3339(text) : std::nullopt));
  const std::string digits = "0123456789";
  text[place % text.size()] = digits[seconds % 10];  // a digit is changed, mostly: another time, or none
  RC_ASSERT(parse_rfc3339_us(text) == (text[19] == '.' && text.back() == 'Z' ? parse_rfc3339(text) : std::nullopt));
}

TEST(Pseudonym, HasOneText) {
  const Pseudonym pseudonym{2026, 3, {0xab, 1}};
  EXPECT_EQ(pseudonym.text(), "2026-03-ab010000000000000000");
  EXPECT_EQ(Pseudonym::parse(pseudonym.text()), pseudonym);
  EXPECT_FALSE(Pseudonym::parse("2026-13-ab010000000000000000"));
  EXPECT_FALSE(Pseudonym::parse("2026-03-AB010000000000000000"));
}

}  // namespace
}  // namespace tweestap::tests
