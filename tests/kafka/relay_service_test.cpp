// The stream of the real program: what it says of itself, and what brokers cannot do to it (rule KAF-1).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/kafka/relay_fixture.h"
#include "tests/kafka/steady_load.h"
#include "tests/kafka/streaming_service.h"
#include "tests/kafka/topic_contents.h"
#include "tests/support/eventually.h"
#include "tests/support/places.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;

constexpr int kLogins = 40;  // each hashes a password

std::vector<std::string> settings_in(const json& dangers) {
  std::vector<std::string> names;
  for (const json& danger : dangers) names.push_back(danger.at("setting"));
  return names;
}

// The pseudonym of the network in a record's data; empty where there is none.
std::string network_of(const TopicRecord& record) { return json::parse(record.value).at("data").value("network", ""); }

TEST_F(StreamingService, KAF_1_SaysThatEverythingIsInTheTopic) {
  EXPECT_EQ(create_topic().status, 0);
  start();
  log_in(3);
  wait_until_streamed();
  const json all = status();
  const json now = all.at("stream");
  EXPECT_EQ(now.at("state"), "streaming");
  EXPECT_EQ(now.at("topic"), settings_.kafka_topic);
  EXPECT_EQ(now.at("lag_seconds"), 0);
  EXPECT_EQ(now.at("in_flight"), 0);
  EXPECT_FALSE(now.contains("last_error")) << now;
  EXPECT_FALSE(now.contains("advice")) << now;
  const json follower{{"name", "kafka"}, {"position", all.at("head")}};
  const json& followers = all.at("followers");
  EXPECT_NE(std::find(followers.begin(), followers.end(), follower), followers.end()) << all;
  // Figures are a second old at most.
  EXPECT_TRUE(eventually([&] { return figure("tweestap_stream_delivered_total") == all.at("head").get<double>(); }));
  EXPECT_TRUE(eventually([&] { return figure("tweestap_stream_lag_events") == 0; }));
  EXPECT_EQ(figure("tweestap_stream_lag_seconds"), 0);
  EXPECT_EQ(figure("tweestap_stream_in_flight"), 0);
  EXPECT_EQ(figure("tweestap_stream_stopped"), 0);
  EXPECT_EQ(figure("tweestap_stream_alarms_total"), 0);
  EXPECT_EQ(figure("tweestap_stream_errors_total"), 0);
  EXPECT_EQ(figure("tweestap_stream_began_again_total"), 0);
  stop();
  expect_the_log_in_the_topic();
  // Nor is anything sent twice after a stop, or after a crash.
  start();
  log_in(2);
  service_->kill();
  start();
  wait_until_streamed();
  stop();
  expect_the_log_in_the_topic();
}

TEST_F(StreamingService, KAF_1_BrokersThatAreNotThereAtTheStartDelayAndFailNothing) {
  EXPECT_EQ(create_topic().status, 0);
  start("");
  EXPECT_FALSE(status().contains("stream"));
  EXPECT_FALSE(status().contains("relay_lag"));
  const std::int64_t without_us = log_in(kLogins);
  stop();
  broker_->kill();
  start();  // fails the test after 30 s
  EXPECT_NE(service_->log().find("stream.not_compared"), std::string::npos);
  EXPECT_EQ(call(service_->staff(), "GET", "/health/ready").status, 200);
  tell_p99("brokers that are not there", without_us, log_in(kLogins));
  const auto told = [&] { return stream().contains("last_error") && figure("tweestap_stream_lag_seconds") > 0; };
  EXPECT_TRUE(eventually(told)) << stream();
  EXPECT_GT(figure("tweestap_stream_errors_total"), 0);
  EXPECT_EQ(stream().at("state"), "connecting");
  EXPECT_EQ(status().at("relay_lag"), status().at("head"));
  EXPECT_TRUE(eventually([&] { return figure("tweestap_stream_lag_events") > kLogins; }));
  EXPECT_EQ(figure("tweestap_stream_stopped"), 0);
  broker_->start();
  wait_until_streamed();
  EXPECT_EQ(stream().at("state"), "streaming");
  stop();
  expect_the_log_in_the_topic();
}

TEST_F(StreamingService, KAF_1_ATopicThatIsNotThereIsToldAndStreamedToOnceItIs) {
  start();
  const auto told = [&] {
    return stream().value("last_error", "").find("tweestap kafka create-topic") != std::string::npos;
  };
  EXPECT_TRUE(eventually(told)) << stream();
  // It is the topic that is missing: brokers answered.
  EXPECT_NE(service_->log().find("not compared with the topic within 5 s"), std::string::npos) << service_->log();
  log_in();
  EXPECT_EQ(create_topic().status, 0);
  wait_until_streamed();
  stop();
  expect_the_log_in_the_topic();
}

TEST_F(StreamingService, KAF_1_AnotherNumberOfPartitionsStopsTheStreamAlone) {
  EXPECT_EQ(create_topic().status, 0);
  start();
  wait_until_streamed();
  stop();
  broker_->grow_topic(settings_.kafka_topic, 4);
  start();
  EXPECT_TRUE(eventually([&] { return stream().value("state", "") == "stopped"; })) << stream();
  const std::string advice = stream().value("advice", "");
  for (const char* words : {"has 4 partitions and had 3 at its first use", "make a new topic", "kafka.topic"}) {
    EXPECT_NE(advice.find(words), std::string::npos) << advice;
  }
  EXPECT_EQ(figure("tweestap_stream_stopped"), 1);
  EXPECT_NE(service_->log().find("stream.stopped"), std::string::npos);
  EXPECT_EQ(call(service_->staff(), "GET", "/health/ready").status, 200);
  log_in(2);
  EXPECT_TRUE(eventually([&] { return figure("tweestap_stream_lag_events") > 0; }));
  EXPECT_GT(status().value("relay_lag", 0), 0);
  // What the advice says: another topic, which gets everything.
  stop();
  settings_.kafka_topic += "_2";
  EXPECT_EQ(create_topic().status, 0);
  start();
  wait_until_streamed();
  EXPECT_FALSE(stream().contains("advice"));
  stop();
  expect_the_log_in_the_topic();
}

TEST_F(StreamingService, DUR_2_ATopicThatIsAheadEndsTheProgramWithStatusThree) {
  EXPECT_EQ(create_topic().status, 0);
  start();
  wait_until_streamed();
  stop();
  const auto copy = folder_.path() / "copy";
  std::filesystem::copy(data(), copy, std::filesystem::copy_options::recursive);
  start();
  log_in(3);
  wait_until_streamed();
  stop();
  std::filesystem::remove_all(data());
  std::filesystem::rename(copy, data());

  std::vector<std::string> command{"timeout",       "60",       program().string(), "serve",   "--data",
                                   data().string(), "--public", "127.0.0.1:0",      "--staff", "127.0.0.1:0"};
  const auto flags = serve_flags(broker_->address());
  command.insert(command.end(), flags.begin(), flags.end());
  const ProcessResult refused = run_process(command);
  EXPECT_EQ(refused.status, 3) << refused.err;
  EXPECT_NE(refused.err.find("store.behind"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("restore it from a backup"), std::string::npos) << refused.err;
  EXPECT_EQ(refused.err.find("service.started"), std::string::npos) << "it opened its doors all the same";
}

TEST_F(StreamingService, AnAlertGoesDownTheStreamThatItWasRaisedFrom) {
  EXPECT_EQ(create_topic().status, 0);
  environment_["TWEESTAP_DETECTION_STUFFING_ACCOUNTS"] = "2";
  start();
  for (const char* identifier : {"alex@example.org", "auditor@example.org"}) {
    const HttpAnswer refused = call(service_->people(), "POST", "/v1/logins", {},
                                    json{{"identifier", identifier}, {"password", "not the password"}});
    EXPECT_EQ(refused.status, 401) << refused.body;
  }
  EXPECT_TRUE(eventually([&] { return figure("tweestap_alerts_total{rule=\"credential_stuffing\"}") == 1; }))
      << service_->log();
  wait_until_streamed();
  stop();

  std::vector<TopicRecord> alerts;
  std::vector<TopicRecord> rejections;
  for (const TopicRecord& record : records_of(settings_)) {
    const std::string& type = record.headers.at("ce_type");
    if (type == "alert.raised") alerts.push_back(record);
    if (type == "login.password_rejected") rejections.push_back(record);
  }
  ASSERT_EQ(alerts.size(), 1U);
  ASSERT_EQ(rejections.size(), 2U);
  EXPECT_EQ(alerts[0].key, "service");
  EXPECT_EQ(alerts[0].headers.at("ce_subject"), "service");
  const json alert = json::parse(alerts[0].value).at("data");
  EXPECT_EQ(alert.at("rule"), "credential_stuffing");
  EXPECT_EQ(alert.at("count"), 2);
  // Whoever reads the stream finds by it what the alert is about.
  const std::string network = network_of(alerts[0]);
  EXPECT_NE(network, "");
  std::uint64_t newest = 0;
  for (const TopicRecord& rejection : rejections) {
    EXPECT_EQ(network_of(rejection), network);
    newest = std::max<std::uint64_t>(newest, std::stoull(rejection.headers.at("position")));
  }
  EXPECT_EQ(alert.at("about"), newest);
  expect_the_log_in_the_topic();
}

TEST_F(StreamingService, SaysWhatIsDangerousAboutATopic) {
  const ProcessResult made = create_topic({"--json"});
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(json::parse(made.out).at("created"), true);
  // One copy is what this test asked for, so making it is no failure; finding it there is one.
  EXPECT_EQ(settings_in(json::parse(made.out).at("dangers")), std::vector<std::string>{"replication factor"});
  EXPECT_EQ(create_topic().status, 1);

  broker_->set_topic(settings_.kafka_topic, {{"cleanup.policy", "compact,delete"},
                                             {"retention.ms", "86400000"},
                                             {"retention.bytes", "1000000"},
                                             {"max.message.bytes", "100000"},
                                             {"unclean.leader.election.enable", "true"}});
  const std::vector<std::string> wanted{"cleanup.policy",  "max.message.bytes", "replication factor",
                                        "retention.bytes", "retention.ms",      "unclean.leader.election.enable"};
  const auto found = [&] {
    const ProcessResult looked = create_topic({"--json"});
    EXPECT_EQ(looked.status, 1) << looked.err;
    EXPECT_EQ(json::parse(looked.out).at("created"), false);
    auto names = settings_in(json::parse(looked.out).at("dangers"));
    std::ranges::sort(names);
    return names;
  };
  EXPECT_TRUE(eventually([&] { return found() == wanted; })) << json(found());
  const ProcessResult told = create_topic();
  EXPECT_NE(told.out.find("unclean.leader.election.enable = true: "), std::string::npos) << told.out;
  // The service says the same to its log, and goes on.
  start();
  wait_until_streamed();
  for (const std::string& setting : wanted) {
    EXPECT_NE(service_->log().find(setting), std::string::npos) << setting << " in " << service_->log();
  }
}

TEST_F(StreamingService, SaysWhereATopicIsNotAsItWasAskedFor) {
  EXPECT_EQ(create_topic().status, 0);  // with three Kafka partitions
  const auto asked = [&](const std::vector<std::string>& shape) {
    std::vector<std::string> command{program().string(), "kafka",         "create-topic",       "--kafka",
                                     broker_->address(), "--kafka-topic", settings_.kafka_topic};
    command.insert(command.end(), shape.begin(), shape.end());
    const ProcessResult said = run_process(command);
    EXPECT_EQ(said.status, 1) << said.err;  // one copy, whatever was asked for
    return said.out;
  };
  const std::string more = asked({"--partitions", "24", "--replication", "2"});
  EXPECT_NE(more.find("  partitions = 3: 24 were asked for\n"), std::string::npos) << more;
  EXPECT_NE(more.find("  replication factor = 1: 2 were asked for\n"), std::string::npos) << more;
  const std::string same = asked({"--partitions", "3", "--replication", "1"});
  EXPECT_EQ(same.find("asked for"), std::string::npos) << same;
  // Who says nothing asks for nothing: the defaults are for a topic that is not there.
  EXPECT_EQ(asked({}), same);
}

TEST_F(StreamingService, SaysThatNoBrokerAnswers) {
  settings_.kafka_brokers = "127.0.0.1:1";  // nobody listens there
  const ProcessResult tried = create_topic();
  EXPECT_EQ(tried.status, 4) << tried.err;
  EXPECT_NE(tried.err, "");
}

}  // namespace
}  // namespace tweestap::tests
