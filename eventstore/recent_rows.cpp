#include "eventstore/recent_rows.h"

#include <utility>

namespace tweestap::eventstore {
namespace {

constexpr std::size_t kBytesPerRecentRow = 128;  // node, bucket and allocation headers of libstdc++

std::size_t bytes_of(std::string_view key, std::optional<std::string_view> value) {
  return kBytesPerRecentRow + key.size() + (value ? value->size() : 0);
}

}  // namespace

RecentRows::Part& RecentRows::part_of(std::string_view full_key) {
  // Other bits than those that the map picks its bucket by.
  return parts_[(TextHash{}(full_key) >> 57) % kParts];
}

std::optional<bool> RecentRows::find(std::string_view full_key, std::string& value) {
  if (part_bytes_max_ == 0) return std::nullopt;
  Part& part = part_of(full_key);
  const std::scoped_lock lock{part.mutex};
  auto at = part.young.find(full_key);
  if (at == part.young.end()) {
    const auto old = part.old.find(full_key);
    if (old == part.old.end()) return std::nullopt;
    part.young_bytes += bytes_of(old->first, old->second);
    at = part.young.insert(part.old.extract(old)).position;
  }
  if (!at->second) return false;
  value.assign(*at->second);
  return true;
}

void RecentRows::set(std::string_view full_key, std::optional<std::string_view> value) {
  Part& part = part_of(full_key);
  Map dropped;  // taken apart when nobody waits any more
  const std::scoped_lock lock{part.mutex};
  if (part.young_bytes > part_bytes_max_ / 2) {
    dropped = std::exchange(part.old, std::exchange(part.young, {}));
    part.young_bytes = 0;
  }
  // What the old half says of this key is hidden by the young one from now on.
  auto at = part.young.find(full_key);
  if (at == part.young.end()) {
    at = part.young.emplace(full_key, std::nullopt).first;
    part.young_bytes += bytes_of(full_key, std::nullopt);
  } else if (at->second) {
    part.young_bytes -= at->second->size();
  }
  if (!value) {
    at->second.reset();
    return;
  }
  part.young_bytes += value->size();
  if (at->second) {
    at->second->assign(*value);
  } else {
    at->second.emplace(*value);
  }
}

void RecentRows::add(std::string_view full_key, std::optional<std::string_view> value) {
  if (part_bytes_max_ != 0) set(full_key, value);
}

void RecentRows::publish(const RowLayer& rows) {
  if (part_bytes_max_ == 0) return;
  for (const auto& [key, value] : rows.rows()) set(key, value);
}

void RecentRows::clear() {
  for (Part& part : parts_) {
    const std::scoped_lock lock{part.mutex};
    part.young.clear();
    part.old.clear();
    part.young_bytes = 0;
  }
}

}  // namespace tweestap::eventstore
