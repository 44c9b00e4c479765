#pragma once
// A real Kafka of one node for a test, and what lies in its topics.
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "platform/settings/settings.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {

/// Runs scripts/kafka-broker on a free port, with a folder of its own; it ends with the test's process, however that
/// ends. Thread rule: one thread.
class KafkaBroker {
 public:
  /// Starts it with further lines of its server.properties, NAME=VALUE without a single quote; a failure fails the
  /// test.
  explicit KafkaBroker(const std::vector<std::string>& properties = {});
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  /// SIGKILL.
  void kill();
  /// SIGTERM, and waits until it has ended.
  void stop();
  /// Again, with its data and on its port.
  void start();
  /// Of its process, for whoever wants to know what it costs.
  [[nodiscard]] pid_t pid() const;

  /// `HOST:PORT`, where it listens.
  [[nodiscard]] const std::string& address() const { return address_; }
  /// Settings that stream to this topic of it.
  [[nodiscard]] platform::Settings settings(const std::string& topic) const;
  void make_topic(const std::string& topic, std::int32_t partitions) const;
  void delete_topic(const std::string& topic) const;
  void grow_topic(const std::string& topic, std::int32_t partitions) const;
  /// Gives these settings to the topic; all others of its own go back to the broker's.
  void set_topic(const std::string& topic, const std::map<std::string, std::string>& values) const;

 private:
  void start(const std::string& more);

  TemporaryFolder folder_;
  std::string address_;
};

}  // namespace tweestap::tests
