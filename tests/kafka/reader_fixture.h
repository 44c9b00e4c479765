#pragma once
// A reader, and the log, the topic and the service that it reads (docs/consumers.md).
#include <gtest/gtest.h>
#include <tweestap/reader.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "consumers/kafka/reader/client.h"
#include "consumers/kafka/reader/handles.h"
#include "tests/kafka/broker.h"
#include "tests/kafka/written_log.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::reader {

// What came until it was enough, or until the reader said why nothing does.
struct Heard {
  std::vector<std::uint64_t> positions;        // sorted
  std::map<std::int32_t, std::string> tokens;  // the newest of each Kafka partition
  std::uint64_t fetched = 0;
  std::vector<std::uint64_t> new_logs;
  bool in_order = true;  // within each Kafka partition
  std::optional<Failure> over;
};

// One broker for all tests; each has a topic of its own.
class ReaderTest : public testing::Test {
 protected:
  static constexpr std::int32_t kPartitions = 3;
  // Longer than it takes; only a test that fails waits for it to end.
  static constexpr std::chrono::milliseconds kPatience{60'000};
  // For one event more than there should be: where nothing is wrong each test waits for it to end.
  static constexpr std::chrono::milliseconds kNothing{500};

  static void SetUpTestSuite() { broker_ = std::make_unique<tests::KafkaBroker>(); }
  static void TearDownTestSuite() { broker_.reset(); }

  void SetUp() override {
    settings_ = broker_->settings(testing::UnitTest::GetInstance()->current_test_info()->name());
    broker_->make_topic(settings_.kafka_topic, kPartitions);
    options_.brokers = settings_.kafka_brokers;
    options_.topic = settings_.kafka_topic;
    key_file_ = (folder_.path() / "key").string();
    std::ofstream{key_file_} << tests::FeedServer::kKey << "\n";
  }
  void write(std::uint64_t from, std::uint64_t to) { log_.write(settings_, kPartitions, from, to); }
  // The service gives the log up to there.
  void serve(std::uint64_t head) {
    server_ = std::make_unique<tests::FeedServer>(log_, head);
    options_.service = {.url = server_->url(), .api_key_file = key_file_, .ca_file = {}};
  }

  // Until `count` events came; kAll: until it says why no more do.
  static constexpr std::size_t kAll = ~std::size_t{0};
  static Heard listen(Reader& reader, std::size_t count) {
    Heard heard;
    std::map<std::int32_t, std::uint64_t> last;
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (heard.positions.size() < count && std::chrono::steady_clock::now() < until) {
      auto delivery = reader.next(std::chrono::milliseconds{100});  // what is Unavailable is told at the end of it
      if (!delivery) {
        heard.over = delivery.error();
        break;
      }
      if (!*delivery) continue;
      const Delivery& one = **delivery;
      if (one.new_log) heard.new_logs.push_back(one.event.position);
      if (one.event.position <= last[one.partition] && !one.new_log) heard.in_order = false;
      last[one.partition] = one.event.position;
      heard.fetched += one.fetched ? 1 : 0;
      heard.tokens[one.partition] = one.token;
      heard.positions.push_back(one.event.position);
    }
    std::ranges::sort(heard.positions);
    return heard;
  }
  // With a new reader, which stays for more questions until the next one.
  Heard listen_anew(std::size_t count) {
    reader_.reset();  // before another one of its group
    auto reader = Reader::create(options_);
    EXPECT_TRUE(reader) << reader.error().reason;
    if (!reader) return {};
    reader_ = std::move(*reader);
    return listen(*reader_, count);
  }
  [[nodiscard]] Counts counts() const { return reader_ ? reader_->counts() : Counts{}; }
  void expect_nothing_more() {
    ASSERT_TRUE(reader_);
    const auto more = reader_->next(kNothing);
    EXPECT_TRUE(more && !*more) << (more ? (*more)->event.envelope : more.error().reason);
  }
  // How many records the options' group has stored as dealt with; 0 too where nobody says it.
  [[nodiscard]] std::int64_t stored_in_group() {
    if (!asking_) {
      auto client = make_client(options_);
      EXPECT_TRUE(client) << client.error().reason;
      if (client) asking_ = std::move(*client);
    }
    const KafkaHandle<rd_kafka_topic_partition_list_t> list{rd_kafka_topic_partition_list_new(kPartitions)};
    for (std::int32_t i = 0; i < kPartitions; ++i) {
      rd_kafka_topic_partition_list_add(list.get(), options_.topic.c_str(), i);
    }
    constexpr int kAnswerMs = 10'000;
    if (!asking_ || rd_kafka_committed(asking_.get(), list.get(), kAnswerMs) != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
    std::int64_t records = 0;
    for (int i = 0; i < list->cnt; ++i) records += std::max<std::int64_t>(0, list->elems[i].offset);
    return records;
  }
  // What came one after the other, sorted.
  static std::vector<std::uint64_t> together(std::vector<std::uint64_t> first, const std::vector<std::uint64_t>& then) {
    first.insert(first.end(), then.begin(), then.end());
    std::ranges::sort(first);
    return first;
  }
  static std::vector<std::uint64_t> all(std::uint64_t from, std::uint64_t to) {
    std::vector<std::uint64_t> positions(to + 1 - from);
    std::iota(positions.begin(), positions.end(), from);
    return positions;
  }
  void keep(const Heard& heard) {
    for (const auto& [partition, token] : heard.tokens) kept_[partition] = token;
    options_.tokens.clear();
    for (const auto& [partition, token] : kept_) options_.tokens.push_back(token);
  }

  static inline std::unique_ptr<tests::KafkaBroker> broker_;
  tests::TemporaryFolder folder_;
  platform::Settings settings_;
  std::string key_file_;
  tests::WrittenLog log_;
  std::unique_ptr<tests::FeedServer> server_;  // outlives the reader, whose connection it would wait for
  Options options_;
  std::unique_ptr<Reader> reader_;
  KafkaHandle<rd_kafka_t> asking_;  // reads nothing
  std::map<std::int32_t, std::string> kept_;
};

}  // namespace tweestap::reader
