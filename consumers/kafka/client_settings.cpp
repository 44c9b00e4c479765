#include "consumers/kafka/client_settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>

#include "consumers/kafka/handles.h"
#include "consumers/kafka/remembered_topic.h"

namespace tweestap::consumers::kafka {
namespace {

using platform::Failure;
using platform::Settings;

constexpr std::string_view kHasSetting = "it has a setting of its own in [kafka]";
constexpr std::string_view kOnce = "events would be lost, doubled or out of order in the topic";
constexpr std::string_view kForEver = "an event is tried until it is delivered: a time limit would lose it";
constexpr std::string_view kPlaced =
    "the relay computes where an event belongs from the partition count of the first use";
constexpr std::string_view kReported = "the relay could not see what became of an event";
constexpr std::string_view kOthersCode = "it would load other people's code into the service";
constexpr std::string_view kRoom = "the relay's own bound decides how much is on its way";

// Aliases of librdkafka's CONFIGURATION.md stand beside their names.
constexpr auto kRefusals = std::to_array<RefusedProperty>({
    {"bootstrap.servers", kHasSetting},
    {"metadata.broker.list", kHasSetting},
    {"security.protocol", kHasSetting},
    {"ssl.ca.location", kHasSetting},
    {"ssl.certificate.location", kHasSetting},
    {"ssl.key.location", kHasSetting},
    {"ssl.key.password", kHasSetting},
    {"sasl.mechanism", kHasSetting},
    {"sasl.mechanisms", kHasSetting},
    {"sasl.username", kHasSetting},
    {"sasl.password", kHasSetting},
    {"acks", kOnce},
    {"request.required.acks", kOnce},
    {"enable.idempotence", kOnce},
    {"enable.gapless.guarantee", kOnce},
    {"queuing.strategy", kOnce},
    {"max.in.flight", kOnce},
    {"max.in.flight.requests.per.connection", kOnce},
    {"transactional.id", "the relay writes without transactions, so that consumers need not know of them"},
    {"isolation.level", "an open transaction of somebody else would hide the topic's end"},
    {"check.crcs", "a record that was damaged on its way would be believed"},
    {"auto.offset.reset", "records that are removed while the topic's end is read would make it look empty"},
    {"message.timeout.ms", kForEver},
    {"delivery.timeout.ms", kForEver},
    {"message.send.max.retries", kForEver},
    {"retries", kForEver},
    {"partitioner", kPlaced},
    {"sticky.partitioning.linger.ms", kPlaced},
    {"allow.auto.create.topics", "a topic that the broker made by itself has the broker's retention"},
    {"delivery.report.only.error", kReported},
    {"enable.partition.eof", kReported},
    {"log.queue", kReported},
    {"enabled_events", kReported},
    {"message.max.bytes", kRoom},
    {"queue.buffering.max.messages", kRoom},
    {"queue.buffering.max.kbytes", kRoom},
    {"group.id", "the relay belongs to no group"},
    {"plugin.library.paths", kOthersCode},
    {"ssl.engine.location", kOthersCode},
    {"ssl.providers", kOthersCode},  // OpenSSL takes a path for a provider's name
    {"test.mock.num.brokers", "events would go to a broker that is none"},
});

std::unexpected<Failure> invalid(std::string sentence) {
  return std::unexpected(Failure{Failure::Kind::Invalid, std::move(sentence)});
}

// Without librdkafka's own words: they repeat the value, and that may be a secret.
std::expected<void, Failure> set(rd_kafka_conf_t* conf, std::string_view setting, const std::string& property,
                                 const char* value) {
  switch (rd_kafka_conf_set(conf, property.c_str(), value, nullptr, 0)) {
    case RD_KAFKA_CONF_OK:
      return {};
    case RD_KAFKA_CONF_UNKNOWN:
      return invalid(std::string{setting} + ": this librdkafka has no property " + property);
    case RD_KAFKA_CONF_INVALID:
      break;
  }
  return invalid(std::string{setting} + ": librdkafka does not take this value for " + property);
}

bool is_over_tls(const Settings& settings) { return settings.kafka_security.ends_with("ssl"); }

std::optional<Failure> objection_to(const std::string& property, const Settings& settings) {
  const auto* const refused = std::ranges::find(kRefusals, property, &RefusedProperty::name);
  if (refused != kRefusals.end()) {
    return invalid("kafka.librdkafka: " + property + " is not to be set: " + std::string{refused->why}).error();
  }
  if (property.starts_with("ssl.") && !is_over_tls(settings)) {
    return invalid("kafka.librdkafka: " + property + " wants kafka.security ssl or sasl_ssl").error();
  }
  return std::nullopt;
}

// Without brokers a client only looks at its settings.
enum class Connect : bool { No, Yes };

class ConfMaker {
 public:
  ConfMaker(const Settings& settings, Connect connect)
      : settings_(settings), connect_(connect), conf_(rd_kafka_conf_new()) {}

  std::expected<Handle<rd_kafka_conf_t>, Failure> make(Role role) {
    pass_through(role);
    described();
    switch (role) {
      case Role::Producer:
        producers();
        break;
      case Role::Reader:
        readers();
        break;
    }
    if (trouble_) return std::unexpected(std::move(*trouble_));
    return std::move(conf_);
  }

 private:
  void add(std::string_view setting, std::string_view property, std::string_view value) {
    if (trouble_) return;
    platform::Secret terminated{value.size() + 1};  // as C wants it, and wiped as soon as the library has its copy
    std::ranges::copy(value, terminated.writable().begin());
    auto done = set(conf_.get(), setting, std::string{property}, terminated.reveal_text().data());
    if (!done) trouble_ = std::move(done.error());
  }
  void ours(std::string_view property, std::string_view value) { add("the relay", property, value); }

  void pass_through(Role role) {
    // Where the operator may say otherwise.
    ours("client.id", "tweestap");
    ours("reconnect.backoff.max.ms", "2000");  // brokers that came back are met soon, whenever they went
    // A request for each Kafka partition is what brokers and librdkafka work at, not an event: waiting that long for
    // more of them makes a quarter of the requests of librdkafka's own 5 ms.
    if (role == Role::Producer) ours("linger.ms", "20");
    for (const std::string& entry : settings_.kafka_librdkafka) {
      const std::size_t equals = entry.find('=');
      const std::string property = entry.substr(0, equals);
      if (!trouble_) trouble_ = objection_to(property, settings_);
      add("kafka.librdkafka", property, entry.substr(equals + 1));
    }
  }

  void described() {
    if (connect_ == Connect::Yes) add("kafka.brokers", "bootstrap.servers", settings_.kafka_brokers);
    for (const DescribedProperty& one : described_properties(settings_)) add(one.setting, one.name, one.value);
  }

  void producers() {
    ours("enable.idempotence", "true");  // with acks=all, endless retries and at most five requests on their way
    ours("acks", "all");
    // A record that cannot be delivered stops the producer: the ones behind it would leave a gap.
    ours("enable.gapless.guarantee", "true");
    ours("message.timeout.ms", "0");
    ours("allow.auto.create.topics", "false");
    ours("queue.buffering.max.messages", std::to_string(2 * kInFlightMax));
    rd_kafka_conf_set_events(conf_.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  }

  void readers() {
    ours("isolation.level", "read_uncommitted");
    ours("check.crcs", "true");
    ours("auto.offset.reset", "error");  // by itself it goes on behind the last record, as if there were none
    ours("allow.auto.create.topics", "false");
    ours("enable.partition.eof", "true");
    rd_kafka_conf_set_events(conf_.get(), RD_KAFKA_EVENT_ERROR);
  }

  const Settings& settings_;
  Connect connect_;
  Handle<rd_kafka_conf_t> conf_;
  std::optional<Failure> trouble_;
};

rd_kafka_type_t type_of(Role role) {
  switch (role) {
    case Role::Producer:
      return RD_KAFKA_PRODUCER;
    case Role::Reader:
      break;
  }
  return RD_KAFKA_CONSUMER;
}

// Its own lines on stderr would break the operator's log, and errors come as events.
void stay_silent(const rd_kafka_t*, int, const char*, const char*) {}

std::expected<Handle<rd_kafka_t>, Failure> make(const Settings& settings, Role role, Connect connect) {
  auto conf = ConfMaker{settings, connect}.make(role);
  if (!conf) return std::unexpected(std::move(conf.error()));
  rd_kafka_conf_set_log_cb(conf->get(), stay_silent);
  std::array<char, 512> words{};
  rd_kafka_t* const client = rd_kafka_new(type_of(role), conf->get(), words.data(), words.size());
  if (client == nullptr)
    return invalid("librdkafka does not take the settings of [kafka]: " + std::string{words.data()});
  static_cast<void>(conf->release());  // the client's now
  return Handle<rd_kafka_t>{client};
}

// As org.apache.kafka.common.internals.Topic.validate(): brokers refuse other names whenever they are asked, which
// would be told as trouble that passes.
bool is_topic_name(std::string_view name) {
  constexpr std::string_view kMay = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= kTopicBytesMax && name != "." && name != ".." &&
         name.find_first_not_of(kMay) == std::string_view::npos;
}

// librdkafka takes `[PROTOCOL://]HOST[:PORT]`, and of a port that is no number says later that the broker does not
// answer.
bool is_broker_address(std::string_view address) {
  if (const std::size_t protocol = address.find("://"); protocol != std::string_view::npos) {
    address.remove_prefix(protocol + 3);
  }
  const std::size_t bracket = address.starts_with('[') ? address.find(']') : 0;
  if (bracket == std::string_view::npos) return false;
  const std::size_t colon = address.find(':', bracket);
  const std::string_view host = address.substr(0, colon);
  if (host.empty() || host.find_first_of(" \t/") != std::string_view::npos) return false;
  if (colon == std::string_view::npos) return true;
  const std::string_view digits = address.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc{} && end == digits.data() + digits.size() && port != 0;
}

std::expected<void, Failure> check_brokers(std::string_view brokers) {
  for (const auto part : std::views::split(brokers, ',')) {
    const std::string_view address{part};
    const std::size_t first = std::min(address.find_first_not_of(' '), address.size());
    const std::string_view bare = address.substr(first, address.find_last_not_of(' ') + 1 - first);
    if (!is_broker_address(bare)) {
      return invalid("kafka.brokers wants HOST:PORT,HOST:PORT,… such as 127.0.0.1:9092, and not \"" +
                     std::string{bare} + "\"");
    }
  }
  return {};
}

// What librdkafka passes over without a word: whoever names a certificate or a password and leaves the protocol as it
// is believes that nobody reads along.
std::expected<void, Failure> check_that_all_is_used(const Settings& settings) {
  const bool sasl = settings.kafka_security.starts_with("sasl_");
  if (!sasl && !(settings.kafka_sasl_user.empty() && settings.kafka_sasl_password.empty())) {
    return invalid("kafka.sasl_user and kafka.sasl_password want kafka.security sasl_ssl or sasl_plaintext");
  }
  if (!is_over_tls(settings) && !(settings.kafka_ca_file.empty() && settings.kafka_certificate_file.empty() &&
                                  settings.kafka_key_file.empty() && settings.kafka_key_password.empty())) {
    return invalid(
        "kafka.ca_file, kafka.certificate_file, kafka.key_file and kafka.key_password want kafka.security ssl or "
        "sasl_ssl");
  }
  if (settings.kafka_certificate_file.empty() != settings.kafka_key_file.empty()) {
    return invalid("kafka.certificate_file and kafka.key_file want each other");
  }
  return {};
}

}  // namespace

void Free::operator()(rd_kafka_t* client) const noexcept {
  rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);  // there is no group to leave
}

std::span<const RefusedProperty> refused_properties() { return kRefusals; }

std::vector<DescribedProperty> described_properties(const Settings& settings) {
  std::vector<DescribedProperty> properties{
      {"kafka.security", "security.protocol", settings.kafka_security},
      {"kafka.ca_file", "ssl.ca.location", settings.kafka_ca_file},
      {"kafka.certificate_file", "ssl.certificate.location", settings.kafka_certificate_file},
      {"kafka.key_file", "ssl.key.location", settings.kafka_key_file},
      {"kafka.key_password", "ssl.key.password", settings.kafka_key_password.reveal_text()},
  };
  if (settings.kafka_security.starts_with("sasl_")) {
    properties.push_back({"kafka.sasl_mechanism", "sasl.mechanisms", settings.kafka_sasl_mechanism});
    properties.push_back({"kafka.sasl_user", "sasl.username", settings.kafka_sasl_user});
    properties.push_back({"kafka.sasl_password", "sasl.password", settings.kafka_sasl_password.reveal_text()});
  }
  std::erase_if(properties, [](const DescribedProperty& one) { return one.value.empty(); });
  return properties;
}

std::expected<Handle<rd_kafka_t>, Failure> make_client(const Settings& settings, Role role) {
  return make(settings, role, Connect::Yes);
}

std::expected<void, Failure> check_settings(const Settings& settings) {
  if (settings.kafka_brokers.empty()) return {};
  if (auto good = check_brokers(settings.kafka_brokers); !good) return good;
  if (!is_topic_name(settings.kafka_topic)) {
    return invalid("kafka.topic is no topic's name: it has 1 to " + std::to_string(kTopicBytesMax) +
                   " of the characters A to Z, a to z, 0 to 9, '.', '_' and '-', and is neither \".\" nor \"..\"");
  }
  if (auto used = check_that_all_is_used(settings); !used) return used;
  for (const Role role : {Role::Producer, Role::Reader}) {
    if (auto client = make(settings, role, Connect::No); !client) return std::unexpected(std::move(client.error()));
  }
  return {};
}

Failure failure_of(rd_kafka_resp_err_t error, std::string_view doing, std::string_view more) {
  Failure::Kind kind = Failure::Kind::Unavailable;
  switch (static_cast<int>(error)) {  // librdkafka has some two hundred, and adds more
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      kind = Failure::Kind::Invalid;
      break;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR__CONFLICT:
      kind = Failure::Kind::Internal;
      break;
    default:
      break;
  }
  std::string reason = std::string{doing} + ": " + rd_kafka_err2str(error);
  if (!more.empty()) reason.append(" (").append(more).append(")");
  return {kind, std::move(reason)};
}

// What these are asked by is a time, and Kafka's protocol has the ends among the times (ListOffsets, -1 and -2).
std::expected<std::int64_t, Failure> end_of_partition(rd_kafka_t* client, std::string_view topic,
                                                      std::int32_t partition, std::int64_t which,
                                                      std::chrono::milliseconds patience) {
  const Handle<rd_kafka_topic_partition_list_t> list{rd_kafka_topic_partition_list_new(1)};
  rd_kafka_topic_partition_t* const asked =
      rd_kafka_topic_partition_list_add(list.get(), std::string{topic}.c_str(), partition);
  asked->offset = which;
  rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(client, list.get(), timeout_ms(patience));
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = asked->err;
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && asked->offset < 0) error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(failure_of(error, "asking for the topic's end"));
  return asked->offset;
}

std::expected<std::size_t, Failure> partition_count(rd_kafka_t* client, rd_kafka_topic_t* topic,
                                                    std::chrono::milliseconds patience) {
  const rd_kafka_metadata_t* answer = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, topic, &answer, timeout_ms(patience));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::unexpected(failure_of(error, "asking the brokers for the topic"));
  const Handle<const rd_kafka_metadata_t> metadata{answer};
  if (metadata->topic_cnt != 1) return invalid("the brokers answered for other topics than the one that was asked for");
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  const std::string about = "the topic " + std::string{rd_kafka_topic_name(topic)};
  if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || (found.err == 0 && found.partition_cnt == 0)) {
    return invalid(about + " is not there; make it with: tweestap kafka create-topic");
  }
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(failure_of(found.err, about));
  return static_cast<std::size_t>(found.partition_cnt);
}

}  // namespace tweestap::consumers::kafka
