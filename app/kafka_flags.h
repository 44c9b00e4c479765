#pragma once
// The brokers and the topic of a command that has to do with Kafka: its flags, and the settings that they go over.
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "app/command_line.h"
#include "platform/failure.h"
#include "platform/settings/load.h"

namespace tweestap::app {

/// `--kafka` and `--kafka-topic`.
struct KafkaFlags {
  std::optional<std::string> brokers;
  std::optional<std::string> topic;
};

/// Puts them on the command. `flags` has to be there until it has run; `purpose` goes before what is said of the
/// brokers.
void add_kafka_flags(Command& command, KafkaFlags& flags, const std::string& purpose = {});

/// The settings that they set.
[[nodiscard]] std::vector<platform::SettingSources::Flag> settings_of(const KafkaFlags& flags);

/// The settings of a command that does nothing without brokers, found good. Invalid, with a sentence for whoever typed
/// it, where none are set or something of [kafka] is wrong; else as CommandLine::settings().
[[nodiscard]] std::expected<platform::EffectiveSettings, platform::Failure> kafka_settings(const CommandLine& line,
                                                                                           const KafkaFlags& flags);

}  // namespace tweestap::app
