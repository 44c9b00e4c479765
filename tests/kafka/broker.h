#pragma once
// A real Kafka of one node for a test, and what lies in its topics.
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "platform/settings/settings.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {

/// Runs scripts/kafka-broker on a free port, with a folder of its own; it ends with the test's process, however that
/// ends. Thread rule: one thread.
class KafkaBroker {
 public:
  /// Starts it; a failure fails the test.
  KafkaBroker();
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  /// SIGKILL.
  void kill();
  /// Again, with its data and on its port.
  void start();
  /// Of its process, for whoever wants to know what it costs.
  [[nodiscard]] pid_t pid() const;

  /// Settings that stream to this topic of it.
  [[nodiscard]] platform::Settings settings(const std::string& topic) const;
  void make_topic(const std::string& topic, std::int32_t partitions) const;
  void delete_topic(const std::string& topic) const;
  void grow_topic(const std::string& topic, std::int32_t partitions) const;

 private:
  TemporaryFolder folder_;
  std::string address_;
};

}  // namespace tweestap::tests
