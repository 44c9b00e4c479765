#include "tests/kafka/broker.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "consumers/kafka/handles.h"
#include "consumers/kafka/topic_admin.h"
#include "tests/support/places.h"

namespace tweestap::tests {
namespace {

using namespace consumers::kafka;

constexpr int kAnswerMs = 10'000;

// What the script prints; its exit status has to be 0.
std::string run_script(const std::string& arguments) {
  const std::string command = (source_dir() / "scripts/kafka-broker").string() + " " + arguments + " 2>/dev/null";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe{popen(command.c_str(), "r"), [](std::FILE*) { return 0; }};
  std::string printed;
  std::array<char, 256> part{};
  while (std::fgets(part.data(), part.size(), pipe.get()) != nullptr) printed += part.data();
  EXPECT_EQ(pclose(pipe.get()), 0) << command;
  return printed;
}

rd_kafka_resp_err_t error_of(const rd_kafka_topic_result_t* result) { return rd_kafka_topic_result_error(result); }
rd_kafka_resp_err_t error_of(const rd_kafka_ConfigResource_t* result) { return rd_kafka_ConfigResource_error(result); }

// `ask` makes a request about one topic, whose answer comes to the queue. `results_in` gives what became of that topic:
// an answer that is no error itself may say that it was refused.
template <class Ask, class Results>
void administer(const platform::Settings& settings, Ask ask, Results results_in) {
  const auto client = make_client(settings, Role::Reader);
  ASSERT_TRUE(client) << client.error().reason;
  const Handle<rd_kafka_queue_t> queue{rd_kafka_queue_new(client->get())};
  ask(client->get(), queue.get());
  const Handle<rd_kafka_event_t> answer{rd_kafka_queue_poll(queue.get(), kAnswerMs)};
  ASSERT_TRUE(answer);
  ASSERT_EQ(rd_kafka_event_error(answer.get()), RD_KAFKA_RESP_ERR_NO_ERROR)
      << rd_kafka_event_error_string(answer.get());
  std::size_t count = 0;
  const auto* const* results = results_in(answer.get(), &count);
  ASSERT_EQ(count, 1U);
  ASSERT_EQ(error_of(results[0]), RD_KAFKA_RESP_ERR_NO_ERROR) << rd_kafka_err2str(error_of(results[0]));
}

}  // namespace

KafkaBroker::KafkaBroker(const std::vector<std::string>& properties) {
  std::string lines;
  for (const std::string& property : properties) lines += " '" + property + "'";
  start(" --port 0" + (lines.empty() ? "" : " --" + lines));
}
KafkaBroker::~KafkaBroker() { kill(); }

void KafkaBroker::kill() { run_script("stop --kill --folder " + folder_.path().string()); }
void KafkaBroker::stop() { run_script("stop --folder " + folder_.path().string()); }

// Port and properties were chosen once and are the folder's own now.
void KafkaBroker::start() { start(""); }

void KafkaBroker::start(const std::string& more) {
  const std::string printed =
      run_script("start --folder " + folder_.path().string() + " --owner " + std::to_string(getpid()) + more);
  constexpr std::string_view kBefore = "kafka-broker: ";
  const std::size_t at = printed.find(kBefore);
  ASSERT_NE(at, std::string::npos) << printed;
  const std::size_t from = at + kBefore.size();
  address_ = printed.substr(from, printed.find(',', from) - from);
}

pid_t KafkaBroker::pid() const {
  pid_t pid = 0;
  std::ifstream{folder_.path() / "broker.pid"} >> pid;
  return pid;
}

platform::Settings KafkaBroker::settings(const std::string& topic) const {
  platform::Settings settings;
  settings.kafka_brokers = address_;
  settings.kafka_topic = topic;
  return settings;
}

void KafkaBroker::make_topic(const std::string& topic, std::int32_t partitions) const {
  const auto made = create_topic(settings(topic), {.partitions = partitions, .replication = 1});
  ASSERT_TRUE(made) << made.error().reason;
}

void KafkaBroker::delete_topic(const std::string& topic) const {
  const auto ask = [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_DeleteTopic_t* one = rd_kafka_DeleteTopic_new(topic.c_str());
    rd_kafka_DeleteTopics(client, &one, 1, nullptr, queue);
    rd_kafka_DeleteTopic_destroy(one);
  };
  administer(settings(topic), ask, [](rd_kafka_event_t* answer, std::size_t* count) {
    return rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(answer), count);
  });
}

void KafkaBroker::grow_topic(const std::string& topic, std::int32_t partitions) const {
  const auto ask = [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    std::array<char, 256> words{};
    rd_kafka_NewPartitions_t* one =
        rd_kafka_NewPartitions_new(topic.c_str(), static_cast<std::size_t>(partitions), words.data(), words.size());
    rd_kafka_CreatePartitions(client, &one, 1, nullptr, queue);
    rd_kafka_NewPartitions_destroy(one);
  };
  administer(settings(topic), ask, [](rd_kafka_event_t* answer, std::size_t* count) {
    return rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(answer), count);
  });
}

void KafkaBroker::set_topic(const std::string& topic, const std::map<std::string, std::string>& values) const {
  const auto ask = [&](rd_kafka_t* client, rd_kafka_queue_t* queue) {
    rd_kafka_ConfigResource_t* one = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
    for (const auto& [name, value] : values) rd_kafka_ConfigResource_set_config(one, name.c_str(), value.c_str());
    rd_kafka_AlterConfigs(client, &one, 1, nullptr, queue);
    rd_kafka_ConfigResource_destroy(one);
  };
  administer(settings(topic), ask, [](rd_kafka_event_t* answer, std::size_t* count) {
    return rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(answer), count);
  });
}

}  // namespace tweestap::tests
