#include "eventstore/row_layer.h"

#include "eventstore/keys.h"

namespace tweestap::eventstore {
namespace {

constexpr std::size_t kBytesPerLayeredRow = 112;  // node, bucket and two small strings of libstdc++

}  // namespace

const RowLayer::Value* RowLayer::find(std::string_view full_key) const {
  const auto at = rows_.find(full_key);
  return at == rows_.end() ? nullptr : &at->second;
}

void RowLayer::set(std::string_view full_key, std::optional<std::string_view> value) {
  auto at = rows_.find(full_key);
  if (at == rows_.end()) {
    at = rows_.try_emplace(std::string{full_key}).first;
    bytes_ += kBytesPerLayeredRow + full_key.size();
    if (const auto order = ordered_.find(read_u16(full_key)); order != ordered_.end()) {
      order->second.insert(at->first);  // keys of a node-based map stay where they are
    }
  } else if (at->second) {
    bytes_ -= at->second->size();
  }
  if (value) {
    bytes_ += value->size();
    if (at->second) {
      at->second->assign(*value);
    } else {
      at->second.emplace(*value);
    }
  } else {
    at->second.reset();
  }
}

std::optional<std::string_view> RowLayer::next_key(std::string_view full_key) {
  if (rows_.empty()) return std::nullopt;
  const ViewNumber view = read_u16(full_key);
  const auto [order, fresh] = ordered_.try_emplace(view);
  if (fresh) {
    for (const auto& [key, value] : rows_) {
      if (read_u16(key) == view) order->second.insert(key);
    }
  }
  const auto at = order->second.lower_bound(full_key);
  if (at == order->second.end()) return std::nullopt;
  return *at;
}

void RowLayer::clear() {
  ordered_.clear();
  rows_.clear();
  bytes_ = 0;
}

}  // namespace tweestap::eventstore
