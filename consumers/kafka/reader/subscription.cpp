#include "consumers/kafka/reader/subscription.h"

#include <string.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "consumers/kafka/reader/client.h"

namespace tweestap::reader {
namespace {

using std::chrono::steady_clock;

constexpr int kPollMs = 50;
constexpr std::chrono::seconds kStoring{10};
constexpr std::chrono::seconds kLeaving{3};

std::optional<std::string_view> bytes(const void* at, std::size_t size) {
  if (at == nullptr) return std::nullopt;
  return std::string_view{static_cast<const char*>(at), size};
}

RawRecord raw_of(const rd_kafka_message_t& message) {
  RawRecord raw;
  raw.key = bytes(message.key, message.key_len);
  raw.value = bytes(message.payload, message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return raw;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  // One more than a record may have, so that judge_record() sees that it has too many.
  constexpr std::size_t kLookedAtMax = kRecordHeadersMax + 1;
  raw.headers.reserve(std::min(rd_kafka_header_cnt(headers), kLookedAtMax));
  for (std::size_t i = 0; i < kLookedAtMax; ++i) {
    if (rd_kafka_header_get_all(headers, i, &name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) break;
    raw.headers.push_back({name, bytes(value, size)});
  }
  return raw;
}

News arrived(KafkaHandle<rd_kafka_event_t> event) {
  const rd_kafka_message_t* const message = rd_kafka_event_message_next(event.get());
  if (message == nullptr) return Nothing{};
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return failure_while_reading(message->err, "reading the topic");
  Arrival arrival{.event = {}, .partition = message->partition, .offset = message->offset, .raw = raw_of(*message)};
  arrival.event = std::move(event);
  return arrival;
}

void keep_token(rd_kafka_topic_partition_t& in, const Place& place) {
  const std::string token = token_of(place);
  in.offset = place.offset;
  in.metadata = ::strdup(token.c_str());  // freed with the list
  in.metadata_size = token.size();
}

KafkaHandle<rd_kafka_topic_partition_list_t> list_of(const std::vector<std::int32_t>& partitions,
                                                     const rd_kafka_topic_t* topic) {
  KafkaHandle<rd_kafka_topic_partition_list_t> list{
      rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size()))};
  for (const std::int32_t partition : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), rd_kafka_topic_name(topic), partition);
  }
  return list;
}

// The first that any of the Kafka partitions met.
rd_kafka_resp_err_t error_of_storing(rd_kafka_event_t* answer) {
  if (rd_kafka_event_error(answer) != RD_KAFKA_RESP_ERR_NO_ERROR) return rd_kafka_event_error(answer);
  const rd_kafka_topic_partition_list_t* const list = rd_kafka_event_topic_partition_list(answer);
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return list->elems[i].err;
  }
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace

std::expected<std::unique_ptr<Subscription>, Failure> Subscription::open(const Options& options) {
  auto client = make_client(options);
  if (!client) return std::unexpected(std::move(client.error()));
  KafkaHandle<rd_kafka_topic_t> topic{rd_kafka_topic_new(client->get(), options.topic.c_str(), nullptr)};
  if (!topic) return std::unexpected(failure_of(rd_kafka_last_error(), "the topic " + options.topic));
  const auto partitions = count_partitions(client->get(), topic.get());
  if (!partitions) return std::unexpected(partitions.error());
  return std::unique_ptr<Subscription>{new Subscription{options, std::move(*client), std::move(topic), *partitions}};
}

Subscription::Subscription(const Options& options, KafkaHandle<rd_kafka_t> client, KafkaHandle<rd_kafka_topic_t> topic,
                           std::int32_t partitions)
    : in_group_(!options.group.empty()), client_(std::move(client)), topic_(std::move(topic)), partitions_(partitions) {
  if (in_group_) {
    rd_kafka_poll_set_consumer(client_.get());  // errors and records in one queue
    queue_.reset(rd_kafka_queue_get_consumer(client_.get()));
    return;
  }
  queue_.reset(rd_kafka_queue_new(client_.get()));
  const KafkaHandle<rd_kafka_queue_t> errors{rd_kafka_queue_get_main(client_.get())};
  rd_kafka_queue_forward(errors.get(), queue_.get());
}

Subscription::~Subscription() {
  if (in_group_) {
    leave();
  } else {
    for (const std::int32_t partition : reading_) rd_kafka_consume_stop(topic_.get(), partition);
  }
}

std::expected<void, Failure> Subscription::read_from(const std::vector<Place>& places) {
  for (const Place& place : places) {
    if (rd_kafka_consume_start_queue(topic_.get(), place.partition, place.offset, queue_.get()) != 0) {
      return std::unexpected(failure_of(rd_kafka_last_error(), "reading the topic"));
    }
    reading_.push_back(place.partition);
  }
  return {};
}

std::expected<void, Failure> Subscription::join(const Place& otherwise) {
  otherwise_ = otherwise;
  const KafkaHandle<rd_kafka_topic_partition_list_t> topics{rd_kafka_topic_partition_list_new(1)};
  rd_kafka_topic_partition_list_add(topics.get(), rd_kafka_topic_name(topic_.get()), RD_KAFKA_PARTITION_UA);
  const auto error = rd_kafka_subscribe(client_.get(), topics.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(failure_of(error, "joining the group"));
  return {};
}

News Subscription::poll(int timeout_ms) {
  pause(false);
  if (!early_.empty()) {
    News arrival = std::move(early_.front());
    early_.pop_front();
    return arrival;
  }
  const auto to_be_asked = [this] { return given_ && given_->is_due(); };
  // First what the group says: it may take back what it gave.
  News news = listen(to_be_asked() ? 0 : timeout_ms);
  return to_be_asked() && std::holds_alternative<Nothing>(news) ? take_given() : std::move(news);
}

News Subscription::answer_group() {
  if (!in_group_) return Nothing{};
  pause(true);
  News news = listen(0);
  auto* const arrival = std::get_if<Arrival>(&news);
  if (arrival == nullptr) return news;
  // librdkafka does not promise that none was on its way. Dropped, it might be the last one for long.
  early_.push_back(std::move(*arrival));
  return Nothing{};
}

// What was fetched ahead is fetched again when it goes on.
void Subscription::pause(bool paused) {
  if (paused_ == paused) return;
  paused_ = paused;
  const auto list = list_of(reading_, topic_.get());
  if (paused) {
    rd_kafka_pause_partitions(client_.get(), list.get());
  } else {
    rd_kafka_resume_partitions(client_.get(), list.get());
  }
}

News Subscription::listen(int timeout_ms) {
  KafkaHandle<rd_kafka_event_t> event{rd_kafka_queue_poll(queue_.get(), timeout_ms)};
  if (!event) return Nothing{};
  switch (rd_kafka_event_type(event.get())) {
    case RD_KAFKA_EVENT_FETCH:
      return arrived(std::move(event));
    case RD_KAFKA_EVENT_ERROR:
      if (auto failure = heard(event.get())) return std::move(*failure);
      return Nothing{};
    case RD_KAFKA_EVENT_REBALANCE:
      return rebalance(event.get());
    default:  // an int of librdkafka's; what is stored is answered in a queue of store()'s own
      return Nothing{};
  }
}

News Subscription::rebalance(rd_kafka_event_t* event) {
  // It begins anew with what comes now: paused, a Kafka partition would be so also when it is given again.
  pause(false);
  reading_.clear();
  early_.clear();
  given_.reset();
  const auto what = rd_kafka_event_error(event);
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    given_.emplace(client_.get(), rd_kafka_event_topic_partition_list(event), otherwise_);
    return Nothing{};
  }
  rd_kafka_assign(client_.get(), nullptr);
  if (what == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) return Assigned{};
  // Nobody knows what comes behind it, so a new reader is to join.
  return Failure{Trouble::Invalid, failure_of(what, "what the group gives").reason};
}

News Subscription::take_given() {
  auto places = given_->ask();
  if (!places) return std::move(places.error());
  given_.reset();
  const KafkaHandle<rd_kafka_topic_partition_list_t> list{
      rd_kafka_topic_partition_list_new(static_cast<int>(places->size()))};
  for (const Place& place : *places) {
    rd_kafka_topic_partition_list_add(list.get(), rd_kafka_topic_name(topic_.get()), place.partition)->offset =
        place.offset;
    reading_.push_back(place.partition);
  }
  const auto error = rd_kafka_assign(client_.get(), list.get());
  // They are given once.
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Failure{Trouble::Invalid, failure_of(error, "taking what the group gives").reason};
  }
  return Assigned{std::move(*places)};
}

std::expected<void, Failure> Subscription::store(const std::vector<Place>& places) {
  const KafkaHandle<rd_kafka_topic_partition_list_t> list{
      rd_kafka_topic_partition_list_new(static_cast<int>(places.size()))};
  for (const Place& place : places) {
    keep_token(*rd_kafka_topic_partition_list_add(list.get(), rd_kafka_topic_name(topic_.get()), place.partition),
               place);
  }
  const KafkaHandle<rd_kafka_queue_t> answers{rd_kafka_queue_new(client_.get())};
  auto error = rd_kafka_commit_queue(client_.get(), list.get(), answers.get(), nullptr, nullptr);
  const auto until = steady_clock::now() + kStoring;
  while (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const KafkaHandle<rd_kafka_event_t> answer{rd_kafka_queue_poll(answers.get(), kPollMs)};
    if (answer) {
      error = error_of_storing(answer.get());
      break;
    }
    if (steady_clock::now() >= until) error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return std::unexpected(failure_of(error, "storing where the group goes on"));
}

// rd_kafka_consumer_close() would wait for brokers as long as they like.
void Subscription::leave() {
  if (std::exchange(given_, std::nullopt)) rd_kafka_assign(client_.get(), nullptr);  // it waits for an answer to that
  queue_.reset();  // librdkafka wants it given back before
  const KafkaHandle<rd_kafka_queue_t> closing{rd_kafka_queue_new(client_.get())};
  const KafkaHandle<rd_kafka_error_t> refused{rd_kafka_consumer_close_queue(client_.get(), closing.get())};
  if (refused) return;
  const auto until = steady_clock::now() + kLeaving;
  while (rd_kafka_consumer_closed(client_.get()) == 0 && steady_clock::now() < until) {
    const KafkaHandle<rd_kafka_event_t> event{rd_kafka_queue_poll(closing.get(), kPollMs)};
    if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) rd_kafka_assign(client_.get(), nullptr);
  }
}

}  // namespace tweestap::reader
