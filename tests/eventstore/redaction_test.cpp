#include "eventstore/redaction.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/eventstore/samples.h"

namespace tweestap::eventstore {
namespace {

TEST(LOG_1, ALogLineHasPublicMembersOnly) {
  domain::for_each_event([]<class E>() {
    samples::Draw draw{samples::seed_of(E::kInfo.name)};
    const Envelope envelope = samples::draw_envelope<E>(draw, samples::Taste::Plain);
    const std::string line = log_line(envelope);
    EXPECT_TRUE(line.starts_with(E::kInfo.name));
    domain::for_each_field<E>([&](const auto& field) {
      if (field.exposure == domain::Exposure::Public) {
        EXPECT_NE(line.find('"' + std::string{field.name} + "\":"), std::string::npos) << field.name;
        return;
      }
      EXPECT_EQ(line.find('"' + std::string{field.name} + '"'), std::string::npos) << field.name;
      std::string value;
      append_value(std::get<E>(envelope.event).*field.member, field.max, value);
      EXPECT_EQ(line.find(value), std::string::npos) << field.name;
    });
  });
}

TEST(LOG_2, WhateverTextAnEventHasALogLineStaysOneLine) {
  Envelope envelope;
  envelope.subject = domain::kService;
  domain::ApiKeyCreated event;
  event.name = "a\r\nb\x1b[31m\x7f\u0085\u009b\u2028\u2029é";
  envelope.event = std::move(event);
  const std::string line = log_line(envelope);
  EXPECT_NE(line.find(R"("name":"a\r\nb\u001b[31m\u007f\u0085\u009b\u2028\u2029é")"), std::string::npos) << line;
}

RC_GTEST_PROP(LOG_2, NoEventMakesTwoLines, (std::uint64_t seed)) {
  samples::Draw draw{seed};
  const std::string line = log_line(samples::draw_any(draw, samples::Taste::Odd));
  for (const char c : line) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != '\x7f');
  RC_ASSERT(line.find("\u2028") == std::string::npos);
}

}  // namespace
}  // namespace tweestap::eventstore
