#include "consumers/kafka/delivery_window.h"

#include <utility>

#include "platform/bug.h"

namespace tweestap::consumers::kafka {

DeliveryWindow::DeliveryWindow(std::uint64_t cursor, std::vector<std::uint64_t> in_topic, std::size_t room)
    : cursor_(cursor), in_topic_(std::move(in_topic)), handed_over_(in_topic_), room_(room) {
  if (in_topic_.empty() || room_ == 0) platform::bug("a delivery window without room or partitions");
}

std::optional<std::uint64_t> DeliveryWindow::take(std::uint64_t position, std::int32_t partition) {
  const auto lane = static_cast<std::size_t>(partition);
  if (position != taken() + 1 || !has_room() || lane >= handed_over_.size()) {
    platform::bug("an event was to be streamed out of its turn");
  }
  const std::uint64_t previous = handed_over_[lane];
  if (position <= previous) {
    known_.push_back(true);
    move_cursor();
    return std::nullopt;
  }
  known_.push_back(false);
  ++in_flight_;
  handed_over_[lane] = position;
  return previous;
}

bool DeliveryWindow::delivered(std::uint64_t position, std::int32_t partition) {
  const auto lane = static_cast<std::size_t>(partition);
  if (lane >= in_topic_.size() || position <= cursor_ || position > taken()) return false;
  if (position <= in_topic_[lane] || position > handed_over_[lane]) return false;
  const std::size_t behind_cursor = position - cursor_ - 1;
  if (known_[behind_cursor]) return false;
  known_[behind_cursor] = true;
  --in_flight_;
  in_topic_[lane] = position;
  move_cursor();
  return true;
}

void DeliveryWindow::move_cursor() {
  while (!known_.empty() && known_.front()) {
    known_.pop_front();
    ++cursor_;
  }
}

}  // namespace tweestap::consumers::kafka
