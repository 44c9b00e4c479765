#include "consumers/kafka/stream_record.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "platform/text/encoding.h"

namespace tweestap::consumers::kafka {
namespace {

using platform::Secret;

constexpr std::string_view kEnvelope =
    R"({"specversion":"1.0","id":"log_01040g2081040g2081040g2081/42",)"
    R"("source":"urn:tweestap:log_01040g2081040g2081040g2081","type":"login.code_rejected","schemaversion":1,)"
    R"("subject":"acc_02081040g2081040g2081040g2","time":"2026-09-21T14:13:20.123456Z","position":42,"version":7,)"
    R"("command":"cmd_030c1g60r30c1g60r30c1g60r3","correlation":"lgn_040g2081040g2081040g208104","actor":"visitor",)"
    R"("data":{"login":"lgn_040g2081040g2081040g208104","method":"totp","reason":"replayed","failures":3}})";
constexpr std::string_view kTopic = "tweestap.events";

MacKeys mac_keys() {
  MacKeys all;
  all.emplace(1, Secret::from_text("the key of the first version ..."));
  all.emplace(2, Secret::from_text("the key of the second version .."));
  return all;
}

// What a reader would get of a record, with each part to be changed.
struct Copy {
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::string>> headers;

  explicit Copy(const StreamRecord& record) : key(record.key()), value(record.value()) {
    for (const Header& header : record.headers()) headers.emplace_back(header.name, header.value);
  }
  std::string& header(std::string_view name) {
    for (auto& [one, its_value] : headers) {
      if (one == name) return its_value;
    }
    return headers.emplace_back(name, "").second;
  }
  void drop(std::string_view name) {
    std::erase_if(headers, [&](const auto& header) { return header.first == name; });
  }
  // `views` has to live as long as what is read.
  std::expected<ReadRecord, platform::Failure> read(std::vector<Header>& views) const {
    views.clear();
    for (const auto& [name, its_value] : headers) views.push_back({name, its_value});
    return read_record({key, value, views});
  }
  bool reads() const {
    std::vector<Header> views;
    return read(views).has_value();
  }
};

Copy copy_of(std::string_view envelope, const Place& place) {
  StreamRecord record;
  EXPECT_TRUE(record.take(envelope));
  record.place(place, mac_keys());
  return Copy{record};
}

Copy written() { return copy_of(kEnvelope, {kTopic, 3, 17}); }

bool authentic(const Copy& copy, std::string_view topic = kTopic, std::int32_t partition = 3,
               const MacKeys& with = mac_keys()) {
  std::vector<Header> views;
  const auto record = copy.read(views);
  return record && is_authentic(*record, topic, partition, with);
}

TEST(StreamRecord, IsTheStoredBytesUnderTheirSubject) {
  const Copy copy = written();
  EXPECT_EQ(copy.key, "acc_02081040g2081040g2081040g2");
  EXPECT_EQ(copy.value, kEnvelope);
}

// What other people's programs filter by, written out by hand.
TEST(StreamRecord, HasTheHeadersOfTheContract) {
  Copy copy = written();
  const std::string mac = copy.header("mac");
  copy.drop("mac");
  const std::vector<std::pair<std::string, std::string>> wanted{
      {"content-type", "application/cloudevents+json; charset=UTF-8"},
      {"ce_specversion", "1.0"},
      {"ce_id", "log_01040g2081040g2081040g2081/42"},
      {"ce_source", "urn:tweestap:log_01040g2081040g2081040g2081"},
      {"ce_type", "login.code_rejected"},
      {"ce_schemaversion", "1"},
      {"ce_subject", "acc_02081040g2081040g2081040g2"},
      {"ce_time", "2026-09-21T14:13:20.123456Z"},
      {"ce_position", "42"},
      {"ce_version", "7"},
      {"ce_command", "cmd_030c1g60r30c1g60r30c1g60r3"},
      {"ce_correlation", "lgn_040g2081040g2081040g208104"},
      {"ce_actor", "visitor"},
      {"position", "42"},
      {"version", "7"},
      {"prevposition", "17"},
  };
  EXPECT_EQ(copy.headers, wanted);
  EXPECT_TRUE(mac.starts_with("2:")) << mac;  // the newest key's
  EXPECT_EQ(mac.size(), 2 + 64U);
}

// The bytes under the mac, put together here by another way than the code's own.
TEST(StreamRecord, HasAMacThatThePageDescribes) {
  using namespace std::string_literals;
  const std::string value{kEnvelope};
  const auto size = static_cast<char>(value.size() & 0xff);
  const auto size_high = static_cast<char>(value.size() >> 8);
  const std::string bytes = "\0\0\0\x11tweestap-stream-1"s + "\0\0\0\x1elog_01040g2081040g2081040g2081"s +
                            "\0\0\0\x0ftweestap.events"s + "\0\0\0\x04\0\0\0\x03"s + "\0\0\0\x08\0\0\0\0\0\0\0\x11"s +
                            std::string{'\0', '\0', size_high, size} + value;
  EXPECT_EQ(written().header("mac"), "2:" + platform::to_hex(platform::hmac_sha256(mac_keys().at(2), bytes)));
}

TEST(StreamRecord, RepeatsTheOptionalAttributes) {
  const std::string envelope =
      R"({"specversion":"1.0","id":"log_01040g2081040g2081040g2081/1",)"
      R"("source":"urn:tweestap:log_01040g2081040g2081040g2081","type":"a.type_to_come","schemaversion":9,)"
      R"("subject":"policy","time":"2026-09-21T14:13:20.123456Z","position":1,"version":1,)"
      R"("command":"cmd_030c1g60r30c1g60r30c1g60r3","correlation":"cmd_030c1g60r30c1g60r30c1g60r3","actor":"system",)"
      R"("onbehalfof":"acc_02081040g2081040g2081040g2","sealedpersonal":"0a","sealedsecret":"0b","data":{}})";
  Copy copy = copy_of(envelope, {kTopic, 0, 0});
  EXPECT_EQ(copy.headers.size(), kHeadersMax);
  EXPECT_EQ(copy.header("ce_onbehalfof"), "acc_02081040g2081040g2081040g2");
  EXPECT_EQ(copy.header("ce_sealedpersonal"), "0a");
  EXPECT_EQ(copy.header("ce_sealedsecret"), "0b");
  EXPECT_TRUE(authentic(copy, kTopic, 0));
}

// What the AsyncAPI document says of headers is what records have.
TEST(HeaderInfos, DescribeEachHeaderThatIsWritten) {
  std::string optional{kEnvelope};
  optional.insert(optional.find(R"("data")"),
                  R"("onbehalfof":"acc_02081040g2081040g2081040g2","sealedpersonal":"0a","sealedsecret":"0b",)");
  const Copy all = copy_of(optional, {kTopic, 3, 17});
  const Copy fewest = written();
  std::size_t at_all = 0;
  std::size_t at_fewest = 0;
  for (const HeaderInfo& info : header_infos()) {
    ASSERT_LT(at_all, all.headers.size()) << info.name;
    const auto& [name, value] = all.headers[at_all++];
    EXPECT_EQ(name, info.name);
    if (!info.constant.empty()) {
      EXPECT_EQ(value, info.constant);
    }
    if (!info.pattern.empty()) {
      EXPECT_TRUE(std::regex_match(value, std::regex{std::string{info.pattern}})) << name << ": " << value;
    }
    EXPECT_EQ(info.meaning.empty(), name.starts_with(kAttributePrefix)) << name;
    if (info.always) {
      ASSERT_LT(at_fewest, fewest.headers.size()) << info.name;
      EXPECT_EQ(fewest.headers[at_fewest++].first, info.name);
    }
  }
  EXPECT_EQ(at_all, all.headers.size());
  EXPECT_EQ(at_fewest, fewest.headers.size());
}

TEST(StreamRecord, TakesOneEventAfterTheOther) {
  StreamRecord record;
  ASSERT_TRUE(record.take(kEnvelope));
  record.place({kTopic, 3, 17}, mac_keys());
  record.place({kTopic, 3, 18}, mac_keys());
  Copy copy{record};
  EXPECT_EQ(copy.headers.size(), 17U);
  EXPECT_EQ(copy.header("prevposition"), "18");
  EXPECT_FALSE(record.take("{}"));
}

TEST(ReadRecord, SaysWhatTheRecordSays) {
  const Copy copy = written();
  std::vector<Header> views;
  const auto record = copy.read(views);
  ASSERT_TRUE(record) << record.error().reason;
  EXPECT_EQ(record->log.text(), "log_01040g2081040g2081040g2081");
  EXPECT_EQ(record->position, 42U);
  EXPECT_EQ(record->previous, 17U);
  EXPECT_EQ(record->mac_version, 2U);
  EXPECT_EQ(record->value, kEnvelope);
  EXPECT_TRUE(authentic(copy));
}

TEST(ReadRecord, PassesOverWhatAMirrorAdded) {
  Copy copy = written();
  copy.header("mirrored-by") = "somebody";
  EXPECT_TRUE(authentic(copy));
}

TEST(ReadRecord, RefusesWhatDoesNotAgreeWithItsValue) {
  const Copy good = written();
  for (const auto& [name, value] : good.headers) {
    Copy changed = good;
    changed.header(name) += "1";
    // The position before may be another: the mac speaks for it.
    EXPECT_EQ(changed.reads(), false) << name;
    changed = good;
    changed.drop(name);
    EXPECT_FALSE(changed.reads()) << name;
    changed = good;
    changed.headers.emplace_back(name, value);
    EXPECT_FALSE(changed.reads()) << name;
  }
  Copy changed = good;
  changed.header("ce_onbehalfof") = "acc_02081040g2081040g2081040g2";
  EXPECT_FALSE(changed.reads());
  changed = good;
  changed.key = "policy";
  EXPECT_FALSE(changed.reads());
  EXPECT_FALSE(read_record({std::nullopt, good.value, {}}));
  EXPECT_FALSE(read_record({good.key, std::nullopt, {}}));
}

TEST(ReadRecord, TakesOneTextForOneNumberOnly) {
  for (const auto* previous : {"017", "+17", " 17", "17 ", "", "-1", "42", "43", "18446744073709551616"}) {
    Copy changed = written();
    changed.header("prevposition") = previous;
    EXPECT_FALSE(changed.reads()) << previous;
  }
  for (const auto* previous : {"0", "41"}) {
    Copy changed = written();
    changed.header("prevposition") = previous;
    EXPECT_TRUE(changed.reads()) << previous;
    EXPECT_FALSE(authentic(changed)) << previous;
  }
  const std::string mac = written().header("mac");
  for (const std::string& other : {mac.substr(2), "02:" + mac.substr(2), "2:" + mac.substr(4), "x:" + mac.substr(2),
                                   "4294967296:" + mac.substr(2), "2:" + std::string(64, 'A'), std::string{"2:"}}) {
    Copy changed = written();
    changed.header("mac") = other;
    EXPECT_FALSE(changed.reads()) << other;
  }
}

TEST(ReadRecord, HasAnEndToWhatIsLookedAt) {
  Copy changed = written();
  changed.value.append(16 * 1024 + 1 - changed.value.size(), ' ');
  EXPECT_FALSE(changed.reads());
  std::vector<Header> views;
  const Copy good = written();
  ASSERT_TRUE(good.read(views));
  EXPECT_FALSE(read_record({good.key, good.value, views, true}));
}

TEST(IsAuthentic, HoldsForOnePlaceOneKeyAndOneValue) {
  const Copy good = written();
  EXPECT_FALSE(authentic(good, "tweestap.other"));
  EXPECT_FALSE(authentic(good, kTopic, 4));
  MacKeys others;
  others.emplace(2, Secret::from_text("somebody else's"));
  EXPECT_FALSE(authentic(good, kTopic, 3, others));
  MacKeys newer;
  newer.emplace(3, mac_keys().at(2).clone());
  EXPECT_FALSE(authentic(good, kTopic, 3, newer));
  Copy changed = good;
  changed.value.replace(changed.value.find("replayed"), 8, "accepted");
  EXPECT_TRUE(changed.reads());
  EXPECT_FALSE(authentic(changed));
}

TEST(IsAuthentic, StillHoldsUnderAnOlderKey) {
  MacKeys old;
  old.emplace(1, mac_keys().at(1).clone());
  StreamRecord record;
  ASSERT_TRUE(record.take(kEnvelope));
  record.place({kTopic, 3, 17}, old);
  EXPECT_TRUE(authentic(Copy{record}));
}

}  // namespace
}  // namespace tweestap::consumers::kafka
