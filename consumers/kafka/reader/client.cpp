#include "consumers/kafka/reader/client.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

namespace tweestap::reader {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{10};
constexpr int kRequestMs = 500;
constexpr int kBetweenRequestsMs = 100;

// Aliases of librdkafka's CONFIGURATION.md stand beside their names.
constexpr auto kRefused = std::to_array<std::string_view>({
    "bootstrap.servers",     // Options::brokers
    "metadata.broker.list",  //
    "group.id",              // Options::group
    "enable.auto.commit",    // an event would count as dealt with because it was read
    "auto.commit.enable",    //
    "enable.auto.offset.store",
    "auto.offset.reset",              // Options::begin; an offset that is gone is looked for from the first record on
    "isolation.level",                // an open transaction of somebody else would hide the topic's end
    "check.crcs",                     // a record that was damaged on its way would be judged as a forged one
    "enable.partition.eof",           // would come as trouble
    "allow.auto.create.topics",       // a topic that the broker makes by itself has no events
    "partition.assignment.strategy",  // the reader is given all of its partitions at once
    "plugin.library.paths",           // loads other people's code
    "ssl.engine.location",            //
    "ssl.providers",                  // OpenSSL takes a path for a provider's name
});

std::unexpected<Failure> invalid(std::string reason) {
  return std::unexpected(Failure{Trouble::Invalid, std::move(reason)});
}

class ConfMaker {
 public:
  std::expected<KafkaHandle<rd_kafka_conf_t>, Failure> make(const Options& options) {
    // Where the application may say otherwise.
    set("client.id", "tweestap-reader");
    set("reconnect.backoff.max.ms", "2000");
    for (const auto& [property, value] : options.librdkafka) {
      if (std::ranges::find(kRefused, property) != kRefused.end()) return invalid(property + " is not to be set");
      set(property, value);
    }
    set("bootstrap.servers", options.brokers);
    if (!options.group.empty()) set("group.id", options.group);
    set("enable.auto.commit", "false");
    set("enable.auto.offset.store", "false");
    set("auto.offset.reset", "earliest");
    set("isolation.level", "read_uncommitted");
    set("check.crcs", "true");
    set("allow.auto.create.topics", "false");
    rd_kafka_conf_set_events(conf_.get(), RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_REBALANCE |
                                              RD_KAFKA_EVENT_OFFSET_COMMIT);
    rd_kafka_conf_set_log_cb(conf_.get(), stay_silent);
    if (trouble_) return std::unexpected(std::move(*trouble_));
    return std::move(conf_);
  }

 private:
  // Its own lines on stderr would mix with the application's, and errors come as events.
  static void stay_silent(const rd_kafka_t*, int, const char*, const char*) {}

  // Without librdkafka's own words: they repeat the value, and that may be a secret.
  void set(const std::string& property, const std::string& value) {
    if (trouble_) return;
    switch (rd_kafka_conf_set(conf_.get(), property.c_str(), value.c_str(), nullptr, 0)) {
      case RD_KAFKA_CONF_OK:
        break;
      case RD_KAFKA_CONF_UNKNOWN:
        trouble_ = Failure{Trouble::Invalid, "this librdkafka has no property " + property};
        break;
      case RD_KAFKA_CONF_INVALID:
        trouble_ = Failure{Trouble::Invalid, "librdkafka does not take this value for " + property};
        break;
    }
  }

  KafkaHandle<rd_kafka_conf_t> conf_{rd_kafka_conf_new()};
  std::optional<Failure> trouble_;
};

// Nothing: not known yet, ask again.
std::optional<std::expected<std::int32_t, Failure>> ask_for_count(rd_kafka_t* client, rd_kafka_topic_t* topic,
                                                                  Failure& met) {
  const rd_kafka_metadata_t* answer = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, topic, &answer, kRequestMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    met = failure_of(error, "asking the brokers for the topic");
    if (met.trouble == Trouble::Invalid) return std::unexpected(met);
    return std::nullopt;
  }
  const KafkaHandle<const rd_kafka_metadata_t> metadata{answer};
  const std::string about = "the topic " + std::string{rd_kafka_topic_name(topic)};
  if (metadata->topic_cnt != 1) return invalid(about + " is not what the brokers answer for");
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  if (found.err == RD_KAFKA_RESP_ERR_NO_ERROR && found.partition_cnt > 0) return found.partition_cnt;
  met = failure_of(found.err == 0 ? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART : found.err, about);
  if (met.trouble == Trouble::Invalid) return std::unexpected(met);
  return std::nullopt;
}

// Of what the client met since the last time: the first that does not pass by itself, or else the last.
std::optional<Failure> last_heard(rd_kafka_queue_t* errors) {
  std::optional<Failure> last;
  int wait_ms = kBetweenRequestsMs;
  while (!last || last->trouble != Trouble::Invalid) {
    const KafkaHandle<rd_kafka_event_t> event{rd_kafka_queue_poll(errors, std::exchange(wait_ms, 0))};
    if (!event) break;
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR) continue;
    if (auto failure = heard(event.get())) last = std::move(failure);
  }
  return last;
}

}  // namespace

std::expected<KafkaHandle<rd_kafka_t>, Failure> make_client(const Options& options) {
  if (options.brokers.empty()) return invalid("no brokers are given");
  auto conf = ConfMaker{}.make(options);
  if (!conf) return std::unexpected(std::move(conf.error()));
  std::array<char, 512> words{};
  rd_kafka_t* const client = rd_kafka_new(RD_KAFKA_CONSUMER, conf->get(), words.data(), words.size());
  if (client == nullptr) return invalid("librdkafka does not take the options: " + std::string{words.data()});
  static_cast<void>(conf->release());  // the client's now
  return KafkaHandle<rd_kafka_t>{client};
}

Failure failure_of(rd_kafka_resp_err_t error, std::string_view doing) {
  Trouble trouble = Trouble::Unavailable;
  switch (static_cast<int>(error)) {  // librdkafka has some two hundred, and adds more
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE:
      trouble = Trouble::Invalid;
      break;
    default:
      break;
  }
  return {trouble, std::string{doing} + ": " + rd_kafka_err2str(error)};
}

Failure failure_while_reading(rd_kafka_resp_err_t error, std::string_view doing) {
  Failure failure = failure_of(error, doing);
  const bool gone = error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
                    error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  if (gone) failure.reason += "; the topic was there, so it was deleted or made anew: start again when it is there";
  return failure;
}

std::optional<Failure> heard(rd_kafka_event_t* event) {
  const auto error = rd_kafka_event_error(event);
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return std::nullopt;
  Failure failure = failure_while_reading(error, "the brokers");
  failure.reason.append(" (").append(rd_kafka_event_error_string(event)).append(")");
  if (rd_kafka_event_error_is_fatal(event) != 0) failure.trouble = Trouble::Invalid;
  return failure;
}

std::expected<std::int32_t, Failure> count_partitions(rd_kafka_t* client, rd_kafka_topic_t* topic) {
  const auto until = steady_clock::now() + kPatience;
  Failure met{Trouble::Unavailable, "the brokers do not answer"};
  std::optional<Failure> reason;  // "timed out" does not say why; what the client met meanwhile does
  const KafkaHandle<rd_kafka_queue_t> errors{rd_kafka_queue_get_main(client)};
  do {
    if (auto answer = ask_for_count(client, topic, met)) return std::move(*answer);
    if (auto met_meanwhile = last_heard(errors.get())) reason = std::move(met_meanwhile);
    if (reason && reason->trouble == Trouble::Invalid) break;
  } while (steady_clock::now() < until);
  return std::unexpected(std::move(reason).value_or(std::move(met)));
}

}  // namespace tweestap::reader
