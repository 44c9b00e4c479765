// The reader's rules, without a broker (docs/consumers.md).
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "consumers/kafka/reader/envelope.h"
#include "consumers/kafka/reader/known_types.h"
#include "consumers/kafka/reader/place.h"
#include "consumers/kafka/reader/record.h"
#include "consumers/kafka/reader/sequence.h"
#include "consumers/kafka/reader/texts.h"
#include "consumers/kafka/stream_record.h"
#include "eventstore/event_codec.h"

namespace tweestap::reader {
namespace {

constexpr std::string_view kLog = "log_01040g2081040g2081040g2081";
constexpr std::string_view kOther = "log_02040g2081040g2081040g2081";

Verdict after(std::uint64_t last, std::uint64_t position, std::uint64_t previous, std::string_view log = kLog) {
  return judge({.log = std::string{kLog}, .position = last}, log, position, previous);
}

TEST(ReaderSequence, TellsTheNextOneFromRepeatsAndGaps) {
  EXPECT_EQ(after(10, 11, 10), Verdict{NextOne{}});
  EXPECT_EQ(after(10, 17, 10), Verdict{NextOne{}});
  EXPECT_EQ(after(10, 10, 7), Verdict{Repeat{}});
  EXPECT_EQ(after(10, 3, 0), Verdict{Repeat{}});
  EXPECT_EQ(after(10, 17, 11), (Verdict{Missing{.after = 10, .until = 11}}));
  EXPECT_EQ(after(10, 11, 9), Verdict{Contradiction{}});
}

TEST(ReaderSequence, BeginsAnewWithAnotherLog) {
  EXPECT_EQ(after(10, 1, 0, kOther), Verdict{NextOne{.new_log = true}});
  EXPECT_EQ(after(10, 500, 0, kOther), Verdict{NextOne{.new_log = true}});
  EXPECT_EQ(after(10, 9, 4, kOther), (Verdict{Missing{.after = 0, .until = 4, .new_log = true}}));
  // Of a log that was there before nothing is known any more.
  const Read other{.log = std::string{kOther}, .position = 3};
  EXPECT_EQ(judge(other, kLog, 1, 0), Verdict{NextOne{.new_log = true}});
  EXPECT_EQ(judge(other, kLog, 11, 10), (Verdict{Missing{.after = 0, .until = 10, .new_log = true}}));
}

TEST(ReaderSequence, BeginsWithTheFirstEventOrWithWhatComes) {
  const Read nothing{.log = {}, .position = 0};
  EXPECT_EQ(judge(nothing, kLog, 5, 0), Verdict{NextOne{}});
  EXPECT_EQ(judge(nothing, kLog, 5, 3), (Verdict{Missing{.after = 0, .until = 3}}));
  EXPECT_EQ(judge(Read{}, kLog, 5, 3), Verdict{NextOne{}});
}

TEST(ReaderToken, ReadsBackAndNothingElseDoes) {
  const Place place{.partition = 11, .offset = 900, .last = {.log = std::string{kLog}, .position = kPositionMax}};
  const std::string token = token_of(place);
  EXPECT_EQ(token, "tweestap-1/11/900/" + std::string{kLog} + "/9007199254740991");
  EXPECT_EQ(parse_token(token), place);
  const std::string log{kLog};
  for (const std::string& bad :
       {std::string{}, token + "0", token + "/", token + " ", "tweestap-2" + token.substr(10),
        "tweestap-1/11/900/" + log, "tweestap-1/-1/900/" + log + "/1", "tweestap-1/11/-1/" + log + "/1",
        "tweestap-1/011/900/" + log + "/1", "tweestap-1/11/900/" + log.substr(1) + "/1",
        "tweestap-1/2147483648/900/" + log + "/1", std::string(kTokenBytesMax + 1, '1')}) {
    EXPECT_FALSE(parse_token(bad)) << bad;
  }
  // Nothing was read: there is nothing to keep.
  EXPECT_EQ(token_of(Place{.last = {}}), "");
}

TEST(ReaderTypes, AreHandledAsTheApplicationSays) {
  Options options;
  EXPECT_EQ(handling_of(options, "login.code_rejected", 1), Handling::HandOver);
  EXPECT_EQ(handling_of(options, "login.completed", 1), Handling::HandOver);
  EXPECT_EQ(handling_of(options, "login.completed", 1000), Handling::UnknownVersion);
  EXPECT_EQ(handling_of(options, "moon.landed", 1), Handling::UnknownType);
  options.handles = {{"login.code_rejected", 2}, {"moon.landed", 1}};
  EXPECT_EQ(handling_of(options, "login.code_rejected", 2), Handling::HandOver);
  EXPECT_EQ(handling_of(options, "login.code_rejected", 3), Handling::UnknownVersion);
  EXPECT_EQ(handling_of(options, "login.completed", 1000), Handling::PassOver);
  EXPECT_EQ(handling_of(options, "moon.landed", 1), Handling::HandOver);
  EXPECT_EQ(handling_of(options, "moon.left", 1), Handling::UnknownType);
  options.on_unknown = Options::OnUnknown::PassOver;
  EXPECT_EQ(handling_of(options, "moon.left", 1), Handling::PassOver);
}

// A record as the relay writes it, with each part to be changed.
class ReaderRecord : public testing::Test {
 protected:
  ReaderRecord() {
    consumers::kafka::MacKeys keys;
    keys.emplace(1, platform::Secret::from_text("the service's own"));
    consumers::kafka::StreamRecord record;
    EXPECT_TRUE(record.take(kEnvelope));
    record.place({"tweestap.events", 0, 40}, keys);
    key_ = record.key();
    value_ = record.value();
    for (const auto& header : record.headers()) headers_.emplace_back(header.name, header.value);
  }
  [[nodiscard]] bool reads() const {
    RawRecord raw{.key = key_, .value = value_, .headers = {}};
    for (const auto& [name, value] : headers_) raw.headers.push_back({name, value});
    return judge_record(raw).has_value();
  }
  std::string& header(std::string_view name) {
    return std::ranges::find(headers_, name, &std::pair<std::string, std::string>::first)->second;
  }

  static constexpr std::string_view kEnvelope =
      R"({"specversion":"1.0","id":"log_01040g2081040g2081040g2081/42",)"
      R"("source":"urn:tweestap:log_01040g2081040g2081040g2081","type":"login.code_rejected","schemaversion":1,)"
      R"("subject":"acc_02081040g2081040g2081040g2","time":"2026-09-21T14:13:20.123456Z","position":42,"version":7,)"
      R"("command":"cmd_030c1g60r30c1g60r30c1g60r3","correlation":"lgn_040g2081040g2081040g208104","actor":"visitor",)"
      R"("data":{"login":"lgn_040g2081040g2081040g208104","method":"totp","reason":"replayed","failures":3}})";
  std::string key_;
  std::string value_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

TEST_F(ReaderRecord, IsReadAsTheRelayWritesIt) {
  static_assert(kEnvelopeBytesMax == eventstore::kEnvelopeBytesMax);
  EXPECT_TRUE(reads());
  headers_.emplace_back("of-a-mirror", "anything");
  EXPECT_TRUE(reads());
}

TEST_F(ReaderRecord, MayHaveAsManyHeadersOfAMirrorAsOneOfOursHas) {
  // As many as the service itself looks at when it reads its own records back.
  static_assert(kRecordHeadersMax == consumers::kafka::kRawHeadersMax);
  while (headers_.size() < kRecordHeadersMax) headers_.emplace_back("of-a-mirror", "anything");
  EXPECT_TRUE(reads());
  headers_.emplace_back("of-a-mirror", "one too many");
  EXPECT_FALSE(reads());
}

TEST_F(ReaderRecord, INP_2_IsRefusedWhereItsHeadersSayOtherwise) {
  const auto untouched = headers_;
  for (const auto& [name, value] : untouched) {
    if (name == "mac") continue;  // its key never leaves the service
    headers_ = untouched;
    header(name) += "0";
    EXPECT_FALSE(reads()) << name;
    headers_ = untouched;
    headers_.emplace_back(name, value);
    EXPECT_FALSE(reads()) << "twice " << name;
    headers_ = untouched;
    std::erase_if(headers_, [&](const auto& one) { return one.first == name; });
    EXPECT_FALSE(reads()) << "without " << name;
  }
  headers_ = untouched;
  headers_.emplace_back("ce_more", "1");
  EXPECT_FALSE(reads());
  headers_ = untouched;
  header("prevposition") = "42";
  EXPECT_FALSE(reads());
  header("prevposition") = "41";
  EXPECT_TRUE(reads());
  key_ = "visitor";
  EXPECT_FALSE(reads());
}

TEST_F(ReaderRecord, INP_2_IsRefusedWhereItsValueIsWrittenInAnotherWay) {
  const std::string good = value_;
  const auto with = [&](std::string_view old_text, std::string_view new_text) {
    value_ = good;
    value_.replace(value_.find(old_text), old_text.size(), new_text);
    return reads();
  };
  EXPECT_FALSE(with("{\"spec", "{ \"spec"));
  EXPECT_FALSE(with("\"failures\":3", "\"failures\":3.0"));
  EXPECT_FALSE(with("\"failures\":3", "\"failures\":3,\"failures\":3"));
  EXPECT_FALSE(with("\"failures\":3", "\"failures\":null"));
  EXPECT_FALSE(with("totp", "tot\\u0070"));
  EXPECT_FALSE(with("totp", "tot\xc3"));
  EXPECT_FALSE(with("\"failures\":3", "\"failures\":[[[[[[[[[1]]]]]]]]]"));
  EXPECT_FALSE(with("\"failures\":3", "\"failures\":\"" + std::string(kEnvelopeBytesMax, 'a') + "\""));
  EXPECT_FALSE(with("/42", "/43"));
  EXPECT_FALSE(with("}}", "}"));
  // What this version does not know is none of its business.
  EXPECT_TRUE(with("\"failures\":3", "\"failures\":3,\"later\":[\"a\",\"b\"]"));
  value_ = std::string(1'000'000, '[');
  EXPECT_FALSE(reads());
}

}  // namespace
}  // namespace tweestap::reader
