#pragma once
// What is set on every client of librdkafka, and what may not be.
#include <cstddef>
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "platform/failure.h"
#include "platform/settings/settings.h"

namespace tweestap::consumers::kafka {

/// Events on their way at a time: at 50,000 a second and 100 ms to a distant broker 5,000 are; more would only be more
/// to look for after a crash. 20,000 of ordinary size take 40 MB, the largest that the catalogue allows a few times
/// that.
inline constexpr std::size_t kInFlightMax = 20'000;

/// A property of librdkafka that `kafka.librdkafka` may not set, and the reason in words.
struct RefusedProperty {
  std::string_view name;
  std::string_view why;
};
[[nodiscard]] std::span<const RefusedProperty> refused_properties();

/// A setting of [kafka] in the words of librdkafka.
struct DescribedProperty {
  std::string_view setting;  ///< `kafka.ca_file`
  std::string_view name;     ///< `ssl.ca.location`
  std::string_view value;    ///< never empty; a password among them. Points into the settings
};
/// How brokers are spoken to: what every client gets, whether of the relay or of a reader, behind whatever
/// `kafka.librdkafka` says. Any thread.
[[nodiscard]] std::vector<DescribedProperty> described_properties(const platform::Settings& settings);

/// Whether clients can be made from these settings, without connecting to anything: `kafka.brokers` are addresses, every
/// property is known and has a value that librdkafka takes, none is one of those that are ours, the files are there,
/// nothing is set that `kafka.security` has no use for, and `kafka.topic` is a name that Kafka takes. Invalid
/// otherwise, with a sentence that names the property and never its value. Nothing is checked where `kafka.brokers` is
/// empty. Any thread.
[[nodiscard]] std::expected<void, platform::Failure> check_settings(const platform::Settings& settings);

}  // namespace tweestap::consumers::kafka
