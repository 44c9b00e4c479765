#include "eventstore/attributes.h"

#include <gtest/gtest.h>

#include <string>

#include "domain/all_events.h"
#include "tests/eventstore/samples.h"

namespace tweestap::eventstore {
namespace {

constexpr std::string_view kBeginning =
    R"({"specversion":"1.0","id":"log_01040g2081040g2081040g2081/42",)"
    R"("source":"urn:tweestap:log_01040g2081040g2081040g2081","type":"login.code_rejected","schemaversion":1,)"
    R"("subject":"acc_02081040g2081040g2081040g2","time":"2026-09-21T14:13:20.123456Z","position":42,"version":7)";

std::expected<Attributes, platform::Failure> scan(std::string_view rest) {
  static std::string envelope;  // what is found points into it
  envelope = std::string{kBeginning}.append(rest);
  return scan_attributes(envelope);
}

TEST(Attributes, AreEveryMemberBeforeTheDataOfEveryEvent) {
  domain::for_each_event([]<class E>() {
    samples::Draw draw{samples::seed_of(E::kInfo.name)};
    const Envelope envelope = samples::draw_envelope<E>(draw, samples::Taste::Odd);
    std::string bytes;
    encode(envelope, bytes);
    const auto attributes = scan_attributes(bytes);
    ASSERT_TRUE(attributes) << bytes;
    std::string again = "{";
    for (const Attribute& one : attributes->all()) {
      const bool number = one.name == "schemaversion" || one.name == "position" || one.name == "version";
      const std::string quote = number ? "" : "\"";
      again.append("\"").append(one.name).append("\":").append(quote).append(one.text).append(quote).append(",");
    }
    EXPECT_TRUE(bytes.starts_with(again + "\"data\":")) << again;
    EXPECT_EQ(attributes->text("subject"), envelope.subject.text());
    EXPECT_EQ(attributes->text("position"), std::to_string(envelope.position));
    EXPECT_EQ(attributes->text("nothing"), "");
  });
}

TEST(INP_2, AttributesEndWhereTheDataBegins) {
  EXPECT_EQ(scan(R"(,"data":garbage)")->all().size(), 9U);
  EXPECT_FALSE(scan(""));
  EXPECT_FALSE(scan("}"));
  EXPECT_FALSE(scan(R"(,"actor":"system"})"));
  EXPECT_FALSE(scan(R"(,"data")"));
}

TEST(INP_2, AttributesAreAtMostThoseOfAnEnvelope) {
  std::string more;
  for (std::size_t i = 9; i < kAttributesMax; ++i) more.append(R"(,"a":"b")");
  EXPECT_EQ(scan(more + R"(,"data":{})")->all().size(), kAttributesMax);
  EXPECT_FALSE(scan(more + R"(,"a":"b","data":{})"));
}

TEST(INP_2, AttributesArePlainTextsAndWholeNumbers) {
  EXPECT_TRUE(scan(R"(,"a1":"b c","data":{})"));
  for (const auto* bad : {R"(,"A":"b")", R"(,"":"b")", R"(,"a_b":"c")", R"(,"a":"b\n")", ",\"a\":\"\x7f\"",
                          ",\"a\":\"\n\"", ",\"a\":\"\xc3\xab\"", R"(,"a":1.5)", R"(,"a":-1)", R"(,"a":01)",
                          R"(,"a":true)", R"(,"a":{})", R"(,"a":9007199254740992)", R"(,"a": "b")"}) {
    EXPECT_FALSE(scan(std::string{bad} + R"(,"data":{})")) << bad;
  }
}

}  // namespace
}  // namespace tweestap::eventstore
