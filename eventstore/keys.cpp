#include "eventstore/keys.h"

#include <algorithm>
#include <utility>

#include "platform/bug.h"
#include "platform/bytes.h"

namespace tweestap::eventstore {
namespace {

constexpr char kHeadFormat = 1;
constexpr std::string_view kMark = "tweestap-log";  // a RocksDB of somebody else does not have it

template <class T>
void append_be(T value, std::string& out) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(value >> shift & 0xff));
  }
}

template <class T>
T read_be(std::string_view bytes) {
  if (bytes.size() < sizeof(T)) platform::bug("a stored number is cut short");
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value << 8 | static_cast<std::uint8_t>(bytes[i]));
  }
  return value;
}

}  // namespace

void append_u16(std::uint16_t value, std::string& out) { append_be(value, out); }
void append_u32(std::uint32_t value, std::string& out) { append_be(value, out); }
void append_u64(std::uint64_t value, std::string& out) { append_be(value, out); }
std::uint16_t read_u16(std::string_view bytes) { return read_be<std::uint16_t>(bytes); }
std::uint32_t read_u32(std::string_view bytes) { return read_be<std::uint32_t>(bytes); }
std::uint64_t read_u64(std::string_view bytes) { return read_be<std::uint64_t>(bytes); }

std::string position_key(std::uint64_t position) {
  std::string key;
  append_u64(position, key);
  return key;
}

std::string sealed_key(std::uint64_t position, SealedClass which) {
  std::string key;
  append_u64(position, key);
  key.push_back(static_cast<char>(which));
  return key;
}

std::string stream_key(const domain::Subject& subject, std::uint64_t version) {
  std::string key;
  key.reserve(24);
  key.append(platform::text_of(subject.bytes));
  append_u64(version, key);
  return key;
}

std::string tree_key(const TreeNodeId& node) {
  std::string key;
  key.push_back(static_cast<char>(node.level));
  append_u64(node.index, key);
  return key;
}

std::string row_key(ViewNumber view, std::string_view key) {
  std::string full;
  full.reserve(2 + key.size());
  append_u16(view, full);
  full.append(key);
  return full;
}

std::string row_key_end(ViewNumber view) {
  std::string end;
  if (view != 0xffff) append_u16(static_cast<std::uint16_t>(view + 1), end);
  return end;
}

std::string stream_value(const StreamEntry& entry) {
  std::string value;
  append_u64(entry.position, value);
  append_u16(entry.type_number, value);
  return value;
}

std::optional<StreamEntry> parse_stream_value(std::string_view value) {
  if (value.size() != 10) return std::nullopt;
  return StreamEntry{read_u64(value), read_u16(value.substr(8))};
}

std::string identity_value(const StoreIdentity& identity) {
  std::string value{kMark};
  append_u32(identity.format, value);
  value.append(platform::text_of(identity.log.bytes));
  return value;
}

std::optional<StoreIdentity> parse_identity(std::string_view value) {
  if (!value.starts_with(kMark) || value.size() < kMark.size() + 4) return std::nullopt;
  value.remove_prefix(kMark.size());
  StoreIdentity identity{read_u32(value), {}};
  value.remove_prefix(4);
  // Another format may keep something else behind its number, so only our own is read on.
  if (identity.format != kStoreFormat) return identity;
  if (value.size() != identity.log.bytes.size()) return std::nullopt;
  std::ranges::copy(platform::bytes_of(value), identity.log.bytes.begin());
  return identity;
}

std::string head_value(const Head& head) {
  std::string value(1, kHeadFormat);
  append_u64(head.position, value);
  append_u64(static_cast<std::uint64_t>(head.time.us), value);
  value.append(platform::text_of(head.root));
  append_u64(head.answers, value);
  return value;
}

std::optional<Head> parse_head(std::string_view value) {
  Head head;
  if (value.size() != 1 + 8 + 8 + head.root.size() + 8 || value.front() != kHeadFormat) return std::nullopt;
  value.remove_prefix(1);
  head.position = read_u64(value);
  head.time.us = static_cast<std::int64_t>(read_u64(value.substr(8)));
  std::ranges::copy(platform::bytes_of(value.substr(16, head.root.size())), head.root.begin());
  head.answers = read_u64(value.substr(16 + head.root.size()));
  return head;
}

std::string view_key(ViewNumber view) {
  std::string key{kMetaView};
  append_u16(view, key);
  return key;
}

std::string view_value(const ViewCheckpoint& checkpoint) {
  std::string value;
  append_u32(checkpoint.format, value);
  append_u64(checkpoint.position, value);
  return value;
}

std::optional<ViewCheckpoint> parse_view_value(std::string_view value) {
  if (value.size() != 12) return std::nullopt;
  return ViewCheckpoint{read_u32(value), read_u64(value.substr(4))};
}

platform::Failure damaged(std::string reason) { return {platform::Failure::Kind::Damaged, std::move(reason)}; }

}  // namespace tweestap::eventstore
