#include "eventstore/last_rows.h"

#include <algorithm>
#include <cstring>

#include "platform/bug.h"

namespace tweestap::eventstore {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

[[noreturn]] void only_writes() { platform::bug("a view that ends a rebuild does anything else than write its rows"); }

}  // namespace

char* LastRows::room_for(std::size_t size) {
  if (size > left_) {
    left_ = std::max(size, kBlockBytes);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(left_));
    at_ = blocks_.back().get();
  }
  char* const room = at_;
  at_ += size;
  left_ -= size;
  return room;
}

void LastRows::put(ViewNumber view, std::string_view key, std::string_view value) {
  if (value.empty()) platform::bug("a row has an empty value");
  if (key.size() > kRowKeyBytesMax || value.size() > kRowValueBytesMax) platform::bug("a row is over its maximum");
  const std::size_t key_size = sizeof view + key.size();
  char* const room = room_for(key_size + value.size());
  room[0] = static_cast<char>(view >> 8);  // as row_key()
  room[1] = static_cast<char>(view & 0xff);
  std::memcpy(room + sizeof view, key.data(), key.size());
  std::memcpy(room + key_size, value.data(), value.size());
  const Row row{{room, key_size}, {room + key_size, value.size()}};
  OfView& of_view = views_[view];
  if (!of_view.rows.empty() && row.key <= of_view.rows.back().key) of_view.sorted = false;
  of_view.rows.push_back(row);
}

void LastRows::erase(ViewNumber, std::string_view) { only_writes(); }

bool LastRows::get(ViewNumber, std::string_view, std::string&) { only_writes(); }

std::optional<std::pair<std::string, std::string>> LastRows::first_from(ViewNumber, std::string_view) { only_writes(); }

const std::vector<LastRows::Row>& LastRows::of(ViewNumber view) {
  OfView& of_view = views_[view];
  if (!of_view.sorted) {
    std::ranges::sort(of_view.rows, {}, &Row::key);
    of_view.sorted = true;
    if (std::ranges::adjacent_find(of_view.rows, {}, &Row::key) != of_view.rows.end()) {
      platform::bug("a view wrote a row twice at the end of a rebuild");
    }
  }
  return of_view.rows;
}

}  // namespace tweestap::eventstore
