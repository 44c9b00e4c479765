#include "eventstore/envelope.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <regex>

#include "tests/eventstore/samples.h"

namespace tweestap::eventstore {
namespace {

using samples::Draw;
using samples::Taste;

std::string encoded(const Envelope& envelope) {
  std::string out;
  encode(envelope, out);
  return out;
}

Envelope code_rejected() {
  Envelope out;
  out.log.bytes.fill(1);
  out.position = 42;
  out.version = 7;
  out.subject.bytes.fill(2);
  out.time = {1'790'000'000'123'456};
  out.command.bytes.fill(3);
  domain::LoginId login;
  login.bytes.fill(4);
  out.correlation = login;
  out.actor = domain::Anyone{};
  out.event = domain::CodeRejected{login, domain::Method::Totp, domain::CodeReason::Replayed, 3, {}, {}};
  return out;
}

// The bytes that other people's programs depend on, written out once by hand.
TEST(Envelope, HasTheMembersOfTheContractInTheirOrder) {
  EXPECT_EQ(
      encoded(code_rejected()),
      R"({"specversion":"1.0","id":"log_01040g2081040g2081040g2081/42",)"
      R"("source":"urn:tweestap:log_01040g2081040g2081040g2081","type":"login.code_rejected","schemaversion":1,)"
      R"("subject":"acc_02081040g2081040g2081040g2","time":"2026-09-21T14:13:20.123456Z","position":42,"version":7,)"
      R"("command":"cmd_030c1g60r30c1g60r30c1g60r3","correlation":"lgn_040g2081040g2081040g208104","actor":"visitor","data":{"login":"lgn_040g2081040g2081040g208104",)"
      R"("method":"totp","reason":"replayed","failures":3}})");
}

TEST(Envelope, ReadsBackEveryEventWithEverythingThatIsPublic) {
  domain::for_each_event([]<class E>() {
    for (const Taste taste : {Taste::Plain, Taste::Odd}) {
      Draw draw{samples::seed_of(E::kInfo.name)};
      const Envelope envelope = samples::draw_envelope<E>(draw, taste);
      const std::string bytes = encoded(envelope);
      const auto decoded = decode(bytes);
      ASSERT_TRUE(decoded) << E::kInfo.name << ": " << decoded.error().reason << "\n" << bytes;
      EXPECT_TRUE(std::holds_alternative<E>(decoded->event));
      EXPECT_EQ(encoded(*decoded), bytes);
    }
  });
}

RC_GTEST_PROP(INP_2, WhatIsEncodedDecodesToTheSameBytes, (std::uint64_t seed)) {
  Draw draw{seed};
  const Envelope envelope = samples::draw_any(draw, Taste::Odd);
  const std::string bytes = encoded(envelope);
  RC_ASSERT(bytes.size() <= kEnvelopeBytesMax);
  const auto decoded = decode(bytes);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(encoded(*decoded) == bytes);
  RC_ASSERT(decoded->position == envelope.position);
  RC_ASSERT(decoded->version == envelope.version);
  RC_ASSERT(decoded->subject == envelope.subject);
  RC_ASSERT(decoded->time == envelope.time);
  RC_ASSERT(decoded->actor == envelope.actor);
  RC_ASSERT(decoded->correlation == envelope.correlation);
  RC_ASSERT(decoded->on_behalf_of == envelope.on_behalf_of);
}

// Whatever is changed, the outcome is damage or an envelope of exactly these bytes: never a crash, never a second text.
RC_GTEST_PROP(INP_2, AChangedEnvelopeIsRefusedOrIsAnotherOne, (std::uint64_t seed)) {
  Draw draw{seed};
  const std::string whole = encoded(samples::draw_any(draw, Taste::Odd));
  for (int copy = 0; copy < 50; ++copy) {
    std::string bytes = whole;
    for (std::uint64_t changes = 1 + draw.below(3); changes > 0 && !bytes.empty(); --changes) {
      const std::size_t at = draw.below(bytes.size());
      switch (draw.below(5)) {
        case 0:
          bytes[at] = static_cast<char>(draw.below(256));
          break;
        case 1:
          bytes.erase(at, 1 + draw.below(20));
          break;
        case 2:
          bytes.insert(at, bytes.substr(draw.below(bytes.size()), draw.below(60)));
          break;
        case 3:
          bytes.resize(at);
          break;
        default:
          bytes.insert(at, 1, "\",:{}[]\\0 "[draw.below(10)]);
      }
    }
    static_cast<void>(scan_head(bytes));
    if (const auto decoded = decode(bytes)) RC_ASSERT(encoded(*decoded) == bytes);
  }
}

TEST(INP_2, EveryPrefixOfAnEnvelopeIsDamage) {
  Draw draw{5};
  const std::string bytes = encoded(samples::draw_envelope<domain::PolicyChanged>(draw, Taste::Odd));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::unique_ptr<char[]> exact{new char[size]};  // so that a sanitizer sees a read beyond the end
    std::copy_n(bytes.data(), size, exact.get());
    ASSERT_FALSE(decode({exact.get(), size})) << size;
  }
}

struct Change {
  std::string_view what;
  std::string_view from;
  std::string_view to;
};

TEST(INP_2, AnEnvelopeHasNoOtherFormThanTheWrittenOne) {
  const std::string whole = encoded(code_rejected());
  ASSERT_TRUE(decode(whole));
  for (
      const Change& change : {
          Change{"white space", R"("version":7)", R"("version": 7)"},
          Change{"other specversion", R"("1.0")", R"("1.1")"},
          Change{"position that is not the id's", R"("position":42)", R"("position":43)"},
          Change{"log that is not the id's", "urn:tweestap:log_0", "urn:tweestap:log_1"},
          Change{"position 0", R"("position":42)", R"("position":0)"},
          Change{"version 0", R"("version":7)", R"("version":0)"},
          Change{"number as text", R"("version":7)", R"("version":"7")"},
          Change{"fraction", R"("failures":3)", R"("failures":3.0)"},
          Change{"negative count", R"("failures":3)", R"("failures":-3)"},
          Change{"count beyond 32 bits", R"("failures":3)", R"("failures":4294967296)"},
          Change{"unknown name", R"("totp")", R"("fax")"},
          Change{"unknown member", R"("failures":3)", R"("failures":3,"more":1)"},
          Change{"doubled member", R"("failures":3)", R"("failures":3,"failures":3)"},
          Change{"missing member", R"(,"failures":3)", ""},
          Change{"reordered members", R"("reason":"replayed","failures":3)", R"("failures":3,"reason":"replayed")"},
          Change{"null", R"("failures":3)", R"("failures":3,"network":null)"},
          Change{"time with another offset", "123456Z", "123456+00:00"},
          Change{"time with five digits", "123456Z", "12345Z"},
          Change{"upper-case id", "acc_02081040g", "acc_02081040G"},
          Change{"actor of another kind", R"("actor":"visitor")", R"("actor":"nobody")"},
          Change{
              "sealed where nothing can be", R"("actor":"visitor")",
              R"("actor":"visitor","sealedsecret":"0000000000000000000000000000000000000000000000000000000000000000")"},
          Change{"stream of another kind", "acc_02081040g2081040g2081040g2", "policy"},
          Change{"something after the end", R"("failures":3}})", R"("failures":3}} )"},
      }) {
    std::string bytes = whole;
    const std::size_t at = bytes.find(change.from);
    ASSERT_NE(at, std::string::npos) << change.what;
    bytes.replace(at, change.from.size(), change.to);
    EXPECT_FALSE(decode(bytes)) << change.what;
  }
}

TEST(Envelope, AnUnknownTypeOrVersionIsSaidWithItsName) {
  std::string newer = encoded(code_rejected());
  newer.replace(newer.find(R"("schemaversion":1)"), 17, R"("schemaversion":2)");
  const auto version = decode(newer);
  ASSERT_FALSE(version);
  EXPECT_NE(version.error().reason.find("version 2 of the event type login.code_rejected"), std::string::npos);

  std::string other = encoded(code_rejected());
  other.replace(other.find("login.code_rejected"), 19, "login.code_guessed");
  const auto type = decode(other);
  ASSERT_FALSE(type);
  EXPECT_NE(type.error().reason.find("login.code_guessed"), std::string::npos);

  std::string hostile = encoded(code_rejected());
  hostile.replace(hostile.find("login.code_rejected"), 19, "\x1b[31m");
  ASSERT_FALSE(decode(hostile));
  EXPECT_EQ(decode(hostile).error().reason.find('\x1b'), std::string::npos);
}

TEST(Envelope, WhatIsMandatoryToSealMustBeCommittedTo) {
  Draw draw{1};
  Envelope envelope = samples::draw_envelope<domain::PasswordChanged>(draw, Taste::Plain);
  ASSERT_TRUE(envelope.sealed_secret);
  const std::string bytes = encoded(envelope);
  const std::string without = std::regex_replace(bytes, std::regex(R"(,"sealedsecret":"[0-9a-f]{64}")"), "");
  ASSERT_NE(bytes, without);
  EXPECT_FALSE(decode(without));
}

TEST(Envelope, BeyondSixteenKibibytesIsDamage) {
  std::string bytes = encoded(code_rejected());
  bytes.append(kEnvelopeBytesMax, ' ');
  EXPECT_FALSE(decode(bytes));
}

TEST(EnvelopeHead, IsReadWithoutTheRest) {
  const std::string bytes = encoded(code_rejected());
  const auto head = scan_head(bytes);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->position, 42U);
  EXPECT_EQ(head->version, 7U);
  EXPECT_EQ(head->type, "login.code_rejected");
  EXPECT_EQ(head->schema_version, 1U);
  EXPECT_EQ(head->subject, code_rejected().subject);
  EXPECT_EQ(head->time, code_rejected().time);
  EXPECT_FALSE(scan_head(bytes.substr(0, 100)));
}

TEST(EnvelopeDeathTest, WhatCannotStandInTheLogIsABug) {
  std::string out;
  Envelope envelope = code_rejected();
  envelope.position = 0;
  EXPECT_DEATH(encode(envelope, out), "from 1");
  envelope = code_rejected();
  envelope.subject = domain::kPolicy;
  EXPECT_DEATH(encode(envelope, out), "stream");
  envelope = code_rejected();
  envelope.subject = domain::Subject::reserved(9);
  EXPECT_DEATH(encode(envelope, out), "reserved");
  envelope = code_rejected();
  envelope.sealed_secret = platform::Digest{};
  EXPECT_DEATH(encode(envelope, out), "sealed");
}

}  // namespace
}  // namespace tweestap::eventstore
