#pragma once
// Which Kafka partition a key belongs to, as Kafka's own clients decide it.
#include <cstdint>
#include <string_view>

namespace tweestap::consumers::kafka {

/// Murmur2 (32 bits, Austin Appleby) with the seed and the byte order of Kafka's Java client
/// (org.apache.kafka.common.utils.Utils.murmur2). No secret keys it: it spreads keys, and keeps nobody from choosing
/// them. Any thread.
[[nodiscard]] std::uint32_t murmur2(std::string_view key) noexcept;

/// The Kafka partition of a key, from 0, where the topic has `count` of them (at least 1; less is a bug): as the
/// default partitioner of the Java client, librdkafka's `murmur2_random` and Kafka Streams. We compute it from the
/// count that was recorded at the first use, so that a topic which grew cannot send an account's later events past its
/// earlier ones. Any thread.
[[nodiscard]] std::int32_t partition_of(std::string_view key, std::int32_t count) noexcept;

}  // namespace tweestap::consumers::kafka
