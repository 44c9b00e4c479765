#pragma once
// The keys of the column families: big-endian and of fixed width, so that iteration order is log order. And what `meta`
// says. Only for eventstore/.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "domain/ids.h"
#include "eventstore/event_codec.h"
#include "eventstore/inline_view.h"
#include "eventstore/log.h"
#include "eventstore/record.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

void append_u16(std::uint16_t value, std::string& out);
void append_u32(std::uint32_t value, std::string& out);
void append_u64(std::uint64_t value, std::string& out);
/// Big-endian numbers from the front of `bytes`, which has to be long enough (a bug otherwise).
[[nodiscard]] std::uint16_t read_u16(std::string_view bytes);
[[nodiscard]] std::uint32_t read_u32(std::string_view bytes);
[[nodiscard]] std::uint64_t read_u64(std::string_view bytes);

[[nodiscard]] std::string position_key(std::uint64_t position);                   // events
[[nodiscard]] std::string sealed_key(std::uint64_t position, SealedClass which);  // sealed
[[nodiscard]] std::string stream_key(const domain::Subject& subject, std::uint64_t version);
[[nodiscard]] std::string tree_key(const TreeNodeId& node);
[[nodiscard]] std::string row_key(ViewNumber view, std::string_view key);
/// The first key that is no row of `view` any more; empty for the last number.
[[nodiscard]] std::string row_key_end(ViewNumber view);

/// The value in `streams`.
struct StreamEntry {
  std::uint64_t position = 0;
  std::uint16_t type_number = 0;
};
[[nodiscard]] std::string stream_value(const StreamEntry& entry);
[[nodiscard]] std::optional<StreamEntry> parse_stream_value(std::string_view value);

// meta
inline constexpr std::string_view kMetaFormat = "format";
inline constexpr std::string_view kMetaHead = "head";
/// Followed by the view's number: which format its rows have. Absent while they are rebuilt.
inline constexpr std::string_view kMetaView = "view/";
/// Raised when the families, keys or values change in a way that older programs would misread.
inline constexpr std::uint32_t kStoreFormat = 1;

struct StoreIdentity {
  std::uint32_t format = 0;
  domain::LogId log;
};
[[nodiscard]] std::string identity_value(const StoreIdentity& identity);
[[nodiscard]] std::optional<StoreIdentity> parse_identity(std::string_view value);
[[nodiscard]] std::string head_value(const Head& head);
[[nodiscard]] std::optional<Head> parse_head(std::string_view value);

struct ViewCheckpoint {
  std::uint32_t format = 0;
  std::uint64_t position = 0;  ///< the head when the rows were built; since then every batch kept them current
};
[[nodiscard]] std::string view_key(ViewNumber view);
[[nodiscard]] std::string view_value(const ViewCheckpoint& checkpoint);
[[nodiscard]] std::optional<ViewCheckpoint> parse_view_value(std::string_view value);

[[nodiscard]] platform::Failure damaged(std::string reason);

}  // namespace tweestap::eventstore
