#include "tests/kafka/written_log.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "consumers/kafka/partition_of.h"
#include "consumers/kafka/producer.h"
#include "consumers/kafka/stream_record.h"

namespace tweestap::tests {
namespace {

using namespace consumers::kafka;
using namespace std::chrono_literals;

constexpr std::uint64_t kAccounts = 97;

MacKeys keys() {
  MacKeys all;
  all.emplace(1, platform::Secret::from_text("the service's own"));
  return all;
}

std::string subject_of(std::uint64_t position) {
  const std::string number = std::to_string(position % kAccounts);
  return "acc_1" + std::string(25 - number.size(), '0') + number;  // those that begin with zeros are reserved
}

std::uint64_t number_of(const httplib::Request& request, const char* name, std::uint64_t otherwise) {
  return request.has_param(name) ? std::stoull(request.get_param_value(name)) : otherwise;
}

}  // namespace

std::uint64_t WrittenLog::add(const std::string& type, std::uint32_t schema_version, const std::string& data) {
  const std::uint64_t position = head() + 1;
  const std::string number = std::to_string(position);
  envelopes_.push_back(
      R"({"specversion":"1.0","id":")" + id_ + "/" + number + R"(","source":"urn:tweestap:)" + id_ + R"(","type":")" +
      type + R"(","schemaversion":)" + std::to_string(schema_version) + R"(,"subject":")" + subject_of(position) +
      R"(","time":"2026-09-21T14:13:20.123456Z","position":)" + number + R"(,"version":)" + number +
      R"(,"command":"cmd_030c1g60r30c1g60r30c1g60r3","correlation":"lgn_040g2081040g2081040g208104",)" +
      R"("actor":"visitor","data":)" + data + "}");
  return position;
}

void WrittenLog::write(const platform::Settings& settings, std::int32_t partitions, std::uint64_t from,
                       std::uint64_t to) const {
  auto producer = Producer::create(settings);
  ASSERT_TRUE(producer) << producer.error().reason;
  std::map<std::int32_t, std::uint64_t> last;
  std::size_t on_their_way = 0;
  StreamRecord record;
  for (std::uint64_t position = 1; position <= to; ++position) {
    const std::int32_t partition = partition_of(subject_of(position), partitions);
    const std::uint64_t previous = std::exchange(last[partition], position);
    if (position < from) continue;
    ASSERT_TRUE(record.take(envelope(position))) << envelope(position);
    record.place({settings.kafka_topic, partition, previous}, keys());
    const auto handed_over = (*producer)->hand_over(record, position, partition);
    ASSERT_TRUE(handed_over) << handed_over.error().reason;
    ++on_their_way;
  }
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (on_their_way > 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), until) << "records did not arrive";
    const auto news = (*producer)->listen(100ms);
    ASSERT_FALSE(news.gave_up) << news.gave_up->reason;
    on_their_way -= news.delivered.size();
  }
}

FeedServer::FeedServer(const WrittenLog& log, std::uint64_t head) : server_(std::make_unique<httplib::Server>()) {
  server_->Get("/v1/events", [this, &log, head](const httplib::Request& request, httplib::Response& response) {
    if (turns_away_) {
      response.status = 503;
      return;
    }
    if (request.get_header_value("Authorization") != std::string{"Bearer "} + kKey) {
      response.status = 401;
      return;
    }
    const std::uint64_t after = number_of(request, "after", 0);
    const std::uint64_t to = std::max(after, std::min(head, after + number_of(request, "limit", 100)));
    std::string events;
    for (std::uint64_t position = after + 1; position <= to; ++position) {
      events += (events.empty() ? "" : ",") + log.envelope(position);
    }
    response.set_content(R"({"events":[)" + events + R"(],"scanned_to":)" + std::to_string(to) + "}",
                         "application/json");
  });
  port_ = server_->bind_to_any_port("127.0.0.1");
  thread_ = std::thread{[this] { server_->listen_after_bind(); }};
  while (!server_->is_running()) std::this_thread::yield();  // before that, stop() would do nothing
}

FeedServer::~FeedServer() {
  server_->stop();
  thread_.join();
}

std::string FeedServer::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

}  // namespace tweestap::tests
