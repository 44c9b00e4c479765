#include "eventstore/event_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/eventstore/samples.h"

namespace tweestap::eventstore {
namespace {

using samples::Draw;
using samples::Taste;

// The event as a reader with all keys has it: public members from the envelope, the others from what was sealed.
domain::Event reassembled(const domain::Event& event) {
  std::string data;
  append_public_data(event, data);
  JsonCursor cursor{data};
  domain::Event out;
  find_event_type(domain::info_of(event).name)->read_public(cursor, domain::info_of(event).schema_version, out);
  EXPECT_TRUE(cursor.finished());
  for (const SealedClass sealed : {SealedClass::Personal, SealedClass::Secret}) {
    if (const auto members = members_to_seal(event, sealed)) {
      EXPECT_TRUE(merge_sealed(out, sealed, *members));
    }
  }
  return out;
}

RC_GTEST_PROP(EventCodec, PutsAnEventTogetherFromItsThreeParts, (std::uint64_t seed)) {
  Draw draw{seed};
  const Envelope envelope = samples::draw_any(draw, Taste::Odd);
  RC_ASSERT(samples::all_members(reassembled(envelope.event)) == samples::all_members(envelope.event));
}

TEST(EventCodec, WritesEachMemberIntoTheObjectOfItsExposure) {
  domain::AccountRegistered event;
  event.roles = {domain::Role::Admin, domain::Role::Person};
  event.language = "nl";
  event.identifier = "anna@example.org";
  event.display_name = "Anna";
  event.verifier = domain::SecretText{"$argon2id$"};
  const domain::Event any{std::move(event)};
  std::string data;
  append_public_data(any, data);
  EXPECT_NE(data.find(R"("roles":["person","admin"],"language":"nl")"), std::string::npos) << data;
  EXPECT_EQ(data.find("anna"), std::string::npos);
  EXPECT_EQ(data.find("argon2"), std::string::npos);
  EXPECT_EQ(members_to_seal(any, SealedClass::Personal)->reveal_text(),
            R"({"identifier":"anna@example.org","displayname":"Anna"})");
  EXPECT_EQ(members_to_seal(any, SealedClass::Secret)->reveal_text(), R"({"verifier":"$argon2id$"})");
}

TEST(EventCodec, SealsNothingWhereNothingIsThere) {
  EXPECT_FALSE(members_to_seal(domain::LoginCompleted{}, SealedClass::Personal));
  EXPECT_FALSE(members_to_seal(domain::LoginCompleted{}, SealedClass::Secret));
  domain::LoginCompleted known;
  known.address = "192.0.2.1";
  EXPECT_TRUE(members_to_seal(domain::Event{std::move(known)}, SealedClass::Personal));
}

TEST(EventCodec, KnowsWhatMayAndWhatMustBeSealed) {
  const EventType* registered = find_event_type("account.registered");
  ASSERT_NE(registered, nullptr);
  EXPECT_TRUE(registered->personal.must);
  EXPECT_TRUE(registered->secret.may);
  EXPECT_FALSE(registered->secret.must);
  const EventType* used = find_event_type("session.used");
  ASSERT_NE(used, nullptr);
  EXPECT_FALSE(used->personal.may);
}

TEST(EventCodec, FindsEveryTypeByItsNameAndNoOther) {
  domain::for_each_event([]<class E>() {
    const EventType* type = find_event_type(E::kInfo.name);
    ASSERT_NE(type, nullptr);
    EXPECT_EQ(type->info->number, E::kInfo.number);
  });
  for (const std::string_view name : {"", "a", "login.complete", "login.completedd", "zzz"}) {
    EXPECT_EQ(find_event_type(name), nullptr) << name;
  }
}

TEST(INP_2, WhatWasSealedIsReadAsExactlyAsTheEnvelope) {
  for (const std::string_view opened :
       {"", "{}", "[]", R"({"verifier":"a"} )", R"({"verifier":1})", R"({"verifier":"a","verifier":"a"})",
        R"({"verifier":"a","pepper":1})", R"({"Verifier":"a"})", R"({"verifier":null})"}) {
    domain::Event event{domain::PasswordChanged{}};
    EXPECT_FALSE(merge_sealed(event, SealedClass::Secret, platform::Secret::from_text(opened))) << opened;
  }
  domain::Event other{domain::SessionUsed{}};
  EXPECT_FALSE(merge_sealed(other, SealedClass::Secret, platform::Secret::from_text("{}")));
}

TEST(EventCodecDeathTest, AMemberBeyondItsMaximumIsABug) {
  domain::AccountDisabled event;
  event.reason.assign(domain::kReasonMax.count, 'a');
  EXPECT_TRUE(members_to_seal(domain::Event{event}, SealedClass::Personal));
  event.reason.push_back('a');
  EXPECT_DEATH(static_cast<void>(members_to_seal(domain::Event{event}, SealedClass::Personal)), "maximum");
  domain::PolicyChanged policy;
  policy.sms_countries.assign(251, "NL");
  std::string out;
  EXPECT_DEATH(append_public_data(domain::Event{policy}, out), "maximum");
}

TEST(INP_2, AMemberBeyondItsMaximumIsDamage) {
  const std::string inside = R"({"reason":")" + std::string(domain::kReasonMax.count, 'a') + R"("})";
  const std::string beyond = R"({"reason":")" + std::string(domain::kReasonMax.count + 1, 'a') + R"("})";
  domain::Event event{domain::AccountDisabled{}};
  EXPECT_TRUE(merge_sealed(event, SealedClass::Personal, platform::Secret::from_text(inside)));
  EXPECT_FALSE(merge_sealed(event, SealedClass::Personal, platform::Secret::from_text(beyond)));
}

TEST(INP_2, ASetIsInOrderAndHasEachNameOnce) {
  const auto read = [](std::string_view methods) {
    const std::string data =
        R"({"methods":)" + std::string{methods} + R"(,"rememberdurations":[],"foureyes":false,"smscountries":[]})";
    JsonCursor cursor{data};
    domain::Event out;
    find_event_type("policy.changed")->read_public(cursor, 1, out);
    return cursor.finished();
  };
  EXPECT_TRUE(read(R"(["totp","sms"])"));
  EXPECT_TRUE(read("[]"));
  EXPECT_FALSE(read(R"(["sms","totp"])"));
  EXPECT_FALSE(read(R"(["totp","totp"])"));
  EXPECT_FALSE(read(R"(["totp",])"));
  EXPECT_FALSE(read(R"([,"totp"])"));
  EXPECT_FALSE(read(R"(["totp" "sms"])"));
}

}  // namespace
}  // namespace tweestap::eventstore
