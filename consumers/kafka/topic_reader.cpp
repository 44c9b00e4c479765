#include "consumers/kafka/topic_reader.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "consumers/kafka/client_settings.h"

namespace tweestap::consumers::kafka {
namespace {

static_assert(kTailRecordsMax > kInFlightMax, "a producer that came before may have that many on their way");

using platform::Failure;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// As a rule the very last record is ours; old ones of ours that somebody copied behind it are met by some more.
constexpr std::int64_t kFirstPiece = 256;
constexpr std::int64_t kPieceGrows = 8;
constexpr milliseconds kStopSeenWithin{100};
// All in all, and for one request. A broker that is only slow needs a longer one, and is told from none by its silence:
// one that cannot be reached is heard of.
constexpr milliseconds kPatience{5000};
constexpr milliseconds kRequest{400};
constexpr milliseconds kRequestMax{3000};
constexpr std::size_t kBatch = 256;

std::optional<std::string_view> bytes(const void* at, std::size_t size) {
  if (at == nullptr) return std::nullopt;
  return std::string_view{static_cast<const char*>(at), size};
}

// Shows one record; what it is shown points into the message.
void show(const rd_kafka_message_t& message, TailSearch& search) {
  std::vector<Header> headers;
  RawRecord raw;
  raw.key = bytes(message.key, message.key_len);
  raw.value = bytes(message.payload, message.len);
  rd_kafka_headers_t* found = nullptr;
  if (rd_kafka_message_headers(&message, &found) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(found, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      raw.more_headers = headers.size() == kRawHeadersMax;
      if (raw.more_headers) break;
      headers.push_back({name, bytes(value, size).value_or(std::string_view{})});
    }
  }
  raw.headers = headers;
  search.see(raw);
  if (message.offset == 0) search.see_first(raw);
}

// Reading that ends with the scope, as librdkafka allows one at a time for a Kafka partition.
class Reading {
 public:
  Reading(rd_kafka_topic_t* topic, std::int32_t partition) : topic_(topic), partition_(partition) {}
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() {
    if (started_) rd_kafka_consume_stop(topic_, partition_);
  }
  std::expected<void, Failure> start(std::int64_t offset) {
    if (rd_kafka_consume_start(topic_, partition_, offset) != 0) {
      return std::unexpected(failure_of(rd_kafka_last_error(), "reading the topic's end"));
    }
    started_ = true;
    return {};
  }

 private:
  rd_kafka_topic_t* topic_;
  std::int32_t partition_;
  bool started_ = false;
};

}  // namespace

std::expected<std::unique_ptr<TopicReader>, Failure> TopicReader::create(const platform::Settings& settings) {
  auto client = make_client(settings, Role::Reader);
  if (!client) return std::unexpected(std::move(client.error()));
  Handle<rd_kafka_topic_t> topic{rd_kafka_topic_new(client->get(), settings.kafka_topic.c_str(), nullptr)};
  if (!topic) return std::unexpected(failure_of(rd_kafka_last_error(), "the topic " + settings.kafka_topic));
  return std::unique_ptr<TopicReader>{new TopicReader{std::move(*client), std::move(topic)}};
}

TopicReader::TopicReader(Handle<rd_kafka_t> client, Handle<rd_kafka_topic_t> topic)
    : client_(std::move(client)), topic_(std::move(topic)), errors_(rd_kafka_queue_get_main(client_.get())) {}

void TopicReader::hear_errors(int patience_ms) {
  while (const Handle<rd_kafka_event_t> event{rd_kafka_queue_poll(errors_.get(), patience_ms)}) {
    patience_ms = 0;
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR || !says_why(event.get())) continue;
    heard_ = failure_of(rd_kafka_event_error(event.get()), "the brokers", rd_kafka_event_error_string(event.get()));
  }
}

// "Timed out" does not say why; what the client met meanwhile does.
Failure TopicReader::no_answer(std::string_view doing) {
  hear_errors(0);
  return heard_.value_or(Failure{Failure::Kind::Unavailable, std::string{doing} + ": the brokers do not answer"});
}

std::expected<std::size_t, Failure> TopicReader::partition_count(const std::stop_token& stop) {
  const auto until = steady_clock::now() + kPatience;
  milliseconds request = kRequest;
  while (!stop.stop_requested()) {
    auto count = kafka::partition_count(client_.get(), topic_.get(), request);
    if (count || count.error().kind != Failure::Kind::Unavailable) return count;
    if (steady_clock::now() >= until) return std::unexpected(no_answer("asking for the topic"));
    hear_errors(timeout_ms(kStopSeenWithin));
    if (!heard_) request = std::min(2 * request, kRequestMax);
  }
  return std::unexpected(Failure{Failure::Kind::Unavailable, "stopping"});
}

std::expected<Tail, Failure> TopicReader::read_tail(std::int32_t partition, TailSearch search,
                                                    const std::stop_token& stop) {
  std::array<std::int64_t, 2> ends{RD_KAFKA_OFFSET_BEGINNING, RD_KAFKA_OFFSET_END};
  for (std::int64_t& one : ends) {
    const auto found = end_of_partition(client_.get(), rd_kafka_topic_name(topic_.get()), partition, one, kRequestMax);
    // Silence does not say why, and what was heard meanwhile does.
    if (!found && found.error().kind == Failure::Kind::Unavailable) {
      return std::unexpected(no_answer("asking for the topic's end"));
    }
    if (!found) return std::unexpected(found.error());
    one = *found;
  }
  const auto [first, end] = ends;
  const std::int64_t last_looked_at = std::max(first, end - kTailRecordsMax);
  std::int64_t piece = kFirstPiece;
  std::int64_t until = end;
  for (; until > last_looked_at && !search.settled(); piece *= kPieceGrows) {
    const std::int64_t from = std::max(last_looked_at, until - piece);
    if (auto read = read_piece(partition, from, until, search, stop); !read) {
      return std::unexpected(std::move(read.error()));
    }
    until = from;
  }
  if (first == 0 && until > 0) {
    if (auto read = read_piece(partition, 0, 1, search, stop); !read) return std::unexpected(std::move(read.error()));
  }
  const auto oldest = first > 0 ? TailSearch::End::Removed : TailSearch::End::FirstRecord;
  Tail tail = std::move(search).finish(last_looked_at > first ? TailSearch::End::Bound : oldest);
  tail.end = end;
  return tail;
}

std::expected<void, Failure> TopicReader::read_piece(std::int32_t partition, std::int64_t from, std::int64_t until,
                                                     TailSearch& search, const std::stop_token& stop) {
  Reading reading{topic_.get(), partition};
  if (auto started = reading.start(from); !started) return started;
  std::array<rd_kafka_message_t*, kBatch> batch{};
  auto heard_at = steady_clock::now();
  for (std::int64_t next = from; next < until;) {
    if (stop.stop_requested()) return std::unexpected(Failure{Failure::Kind::Unavailable, "stopping"});
    const ssize_t count =
        rd_kafka_consume_batch(topic_.get(), partition, timeout_ms(kStopSeenWithin), batch.data(), batch.size());
    if (count < 0) return std::unexpected(failure_of(rd_kafka_last_error(), "reading the topic's end"));
    if (count > 0) heard_at = steady_clock::now();
    std::optional<Failure> failed;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      const Handle<rd_kafka_message_t> message{batch[i]};
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        // One that came after the end was asked for belongs to it too.
        show(*message, search);
        next = message->offset + 1;
      } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        next = until;  // what is left of it are marks of transactions, or was compacted away
      } else if (!failed) {
        failed = failure_of(message->err, "reading the topic's end", rd_kafka_message_errstr(message.get()));
      }
    }
    if (failed) return std::unexpected(std::move(*failed));
    if (steady_clock::now() - heard_at >= kPatience) return std::unexpected(no_answer("reading the topic's end"));
  }
  return {};
}

}  // namespace tweestap::consumers::kafka
