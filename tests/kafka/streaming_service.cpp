#include "tests/kafka/streaming_service.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/kafka/steady_load.h"
#include "tests/kafka/topic_contents.h"
#include "tests/support/eventually.h"
#include "tests/support/places.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;

constexpr const char* kPerson = "alex@example.org";  // of the demo
constexpr const char* kDemoPassword = "tweestap-demo";

std::uint64_t position_of(const std::string& envelope) { return json::parse(envelope).at("position"); }

}  // namespace

void StreamingService::SetUp() {
  settings_ = broker_->settings(testing::UnitTest::GetInstance()->current_test_info()->name());
}

ProcessResult StreamingService::create_topic(const std::vector<std::string>& flags) const {
  std::vector<std::string> command{program().string(),
                                   "kafka",
                                   "create-topic",
                                   "--kafka",
                                   settings_.kafka_brokers,
                                   "--kafka-topic",
                                   settings_.kafka_topic,
                                   "--partitions",
                                   "3",
                                   "--replication",
                                   "1"};
  command.insert(command.end(), flags.begin(), flags.end());
  return run_process(command);
}

std::vector<std::string> StreamingService::serve_flags(const std::string& brokers) const {
  std::vector<std::string> flags{"--demo", "--admin-key-file", (folder_.path() / "admin-key").string()};
  if (!brokers.empty()) flags.insert(flags.end(), {"--kafka", brokers, "--kafka-topic", settings_.kafka_topic});
  return flags;
}

void StreamingService::start(const std::string& brokers) {
  service_ = std::make_unique<ServiceProcess>(
      ServiceProcess::Options{.data = data(), .flags = serve_flags(brokers), .environment = environment_});
  if (admin_key_.empty()) std::ifstream{folder_.path() / "admin-key"} >> admin_key_;
}

void StreamingService::stop() { EXPECT_EQ(service_->stop(), 0) << service_->log(); }

json StreamingService::status() const {
  const HttpAnswer answer = call(service_->staff(), "GET", "/v1/status", admin_key_);
  EXPECT_EQ(answer.status, 200) << answer.body;
  return answer.json;
}

json StreamingService::stream() const { return status().value("stream", json::object()); }

double StreamingService::figure(const std::string& name) const {
  std::istringstream lines{call(service_->staff(), "GET", "/metrics").body};
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
  }
  ADD_FAILURE() << "there is no metric " << name;
  return -1;
}

void StreamingService::wait_until_streamed() const {
  const auto all_there = [&] {
    const json now = status();
    return now.value("relay_lag", -1) == 0 && now.at("stream").at("position") == now.at("head");
  };
  if (!eventually(all_there)) throw std::runtime_error{"not everything was streamed: " + status().dump()};
}

std::int64_t StreamingService::log_in(int times) const {
  std::vector<std::int64_t> took;
  for (int i = 0; i < times; ++i) {
    const auto from = std::chrono::steady_clock::now();
    const HttpAnswer login =
        call(service_->people(), "POST", "/v1/logins", {}, json{{"identifier", kPerson}, {"password", kDemoPassword}});
    EXPECT_EQ(login.status, 201) << login.body;
    const auto time = std::chrono::steady_clock::now() - from;
    took.push_back(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
  }
  return p99_of(std::move(took));
}

std::vector<std::string> StreamingService::log_lines() const {
  const ProcessResult events = run_process({program().string(), "events", "--data", data().string()});
  EXPECT_EQ(events.status, 0) << events.err;
  std::istringstream text{events.out};
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

void StreamingService::expect_the_log_in_the_topic() const {
  std::map<std::int32_t, std::string> last;  // position of each Kafka partition, as the headers write it
  std::vector<std::string> values;
  for (const TopicRecord& record : records_of(settings_)) {
    const std::string position = record.headers.at("position");
    std::string& before = last.try_emplace(record.partition, "0").first->second;
    EXPECT_EQ(record.headers.at("prevposition"), before) << "in front of event " << position;
    EXPECT_GT(std::stoull(position), std::stoull(before));
    before = position;
    EXPECT_EQ(record.key, json::parse(record.value).at("subject").get<std::string>());
    values.push_back(record.value);
  }
  std::ranges::sort(values, {}, position_of);
  EXPECT_EQ(values, log_lines());
}

}  // namespace tweestap::tests
