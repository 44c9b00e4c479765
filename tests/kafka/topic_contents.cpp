#include "tests/kafka/topic_contents.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "consumers/kafka/handles.h"
#include "consumers/kafka/partition_of.h"
#include "consumers/kafka/stream_record.h"

namespace tweestap::tests {
namespace {

using namespace consumers::kafka;

constexpr std::chrono::seconds kPatience{10};

std::string_view text(const void* at, std::size_t size) { return {static_cast<const char*>(at), size}; }

std::vector<Header> headers_of(const rd_kafka_message_t* message) {
  std::vector<Header> headers;
  rd_kafka_headers_t* found = nullptr;
  if (rd_kafka_message_headers(message, &found) != RD_KAFKA_RESP_ERR_NO_ERROR) return headers;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(found, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    headers.push_back({name, text(value, size)});
  }
  return headers;
}

class Reading {
 public:
  Reading(const platform::Settings& settings, const MacKeys& keys, std::int32_t partitions)
      : settings_(settings), keys_(keys), partitions_(partitions) {}

  void see(const rd_kafka_message_t* message) {
    const auto headers = headers_of(message);
    const std::string_view key = text(message->key, message->key_len);
    const auto record = read_record({key, text(message->payload, message->len), headers});
    if (!record || !is_authentic(*record, settings_.kafka_topic, message->partition, keys_)) {
      ++contents_.foreign;
      return;
    }
    const std::string place = std::to_string(record->position) + " in partition " + std::to_string(message->partition);
    if (partition_of(key, partitions_) != message->partition) tell(place + " does not belong there");
    if (record->previous != last_) tell(place + " follows " + std::to_string(last_) + " and says otherwise");
    if (record->position <= last_) tell(place + " comes behind " + std::to_string(last_));
    last_ = record->position;
    contents_.positions.push_back(record->position);
  }
  void next_partition() { last_ = 0; }
  TopicContents finish() {
    std::ranges::sort(contents_.positions);
    return std::move(contents_);
  }

 private:
  void tell(const std::string& trouble) {
    if (contents_.trouble.empty()) contents_.trouble = trouble;
  }
  const platform::Settings& settings_;
  const MacKeys& keys_;
  std::int32_t partitions_;
  std::uint64_t last_ = 0;
  TopicContents contents_;
};

// `begin` at the begin of each Kafka partition, with how many there are, and `see` with each message of it.
template <class Begin, class See>
void for_each_message(const platform::Settings& settings, Begin begin, See see) {
  const auto client = make_client(settings, Role::Reader);
  ASSERT_TRUE(client) << client.error().reason;
  const Handle<rd_kafka_topic_t> topic{rd_kafka_topic_new(client->get(), settings.kafka_topic.c_str(), nullptr)};
  const auto count = partition_count(client->get(), topic.get(), kPatience);
  ASSERT_TRUE(count) << count.error().reason;
  const auto partitions = static_cast<std::int32_t>(*count);
  for (std::int32_t partition = 0; partition < partitions; ++partition) {
    begin(partitions);
    rd_kafka_consume_start(topic.get(), partition, RD_KAFKA_OFFSET_BEGINNING);
    bool at_the_end = false;
    while (!at_the_end) {
      const Handle<rd_kafka_message_t> message{rd_kafka_consume(topic.get(), partition, timeout_ms(kPatience))};
      if (!message) break;
      at_the_end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        see(message.get());
      } else if (!at_the_end) {
        ADD_FAILURE() << rd_kafka_message_errstr(message.get());
      }
    }
    // Whoever looks for what must not be there finds nothing in half a topic either.
    EXPECT_TRUE(at_the_end) << "partition " << partition << " of " << settings.kafka_topic
                            << " was not read to its end";
    rd_kafka_consume_stop(topic.get(), partition);
  }
}

}  // namespace

TopicContents read_topic(const platform::Settings& settings, const MacKeys& keys) {
  std::optional<Reading> reading;
  for_each_message(
      settings,
      [&](std::int32_t partitions) {
        if (reading) {
          reading->next_partition();
        } else {
          reading.emplace(settings, keys, partitions);
        }
      },
      [&](const rd_kafka_message_t* message) { reading->see(message); });
  return reading ? reading->finish() : TopicContents{};
}

std::vector<TopicRecord> records_of(const platform::Settings& settings) {
  std::vector<TopicRecord> records;
  for_each_message(
      settings, [](std::int32_t) {},
      [&](const rd_kafka_message_t* message) {
        TopicRecord& record = records.emplace_back();
        record.partition = message->partition;
        record.key = text(message->key, message->key_len);
        record.value = text(message->payload, message->len);
        for (const Header& header : headers_of(message)) record.headers[std::string{header.name}] = header.value;
      });
  return records;
}

}  // namespace tweestap::tests
