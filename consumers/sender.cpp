#include "consumers/sender.h"

#include <utility>

namespace tweestap::consumers {

using platform::Failure;

std::expected<std::unique_ptr<Sender>, Failure> Sender::create(const Sending& sending, Settings settings) {
  eventstore::Partition& partition = sending.partition;
  const auto cursor = partition.cursor(settings.name);
  if (!cursor) return std::unexpected(cursor.error());
  const auto begin = settings.begin_after(*cursor);
  if (!begin) return std::unexpected(begin.error());
  if (*begin != *cursor) {
    if (const auto moved = partition.set_cursor(settings.name, *begin); !moved) return std::unexpected(moved.error());
  }
  std::unique_ptr<Sender> sender{new Sender{sending, std::move(settings)}};
  sender->position_ = *begin;
  sender->follower_ = std::make_unique<eventstore::Follower>(
      partition,
      eventstore::Follower::Settings{.name = sender->settings_.name,
                                     .on_trouble =
                                         [&log = sending.log, name = sender->settings_.name](const Failure& failure) {
                                           log.write(platform::LogLevel::Error, "follower.stands_still",
                                                     {{"follower", name}, {"reason", failure.reason}});
                                         }},
      [self = sender.get()](std::span<const eventstore::Record> page) { return self->handle(page); });
  return sender;
}

Sender::Sender(const Sending& sending, Settings settings)
    : settings_(std::move(settings)), outbox_(sending, settings_.kind, settings_.in_flight) {}

Sender::~Sender() { stop(); }

void Sender::stop() {
  outbox_.close();  // first: the follower may wait for room in it
  follower_.reset();
  outbox_.stop();
}

std::expected<void, Failure> Sender::handle(std::span<const eventstore::Record> page) {
  for (const eventstore::Record& record : page) {
    auto errand = settings_.errand_of(record);
    if (!errand) return std::unexpected(std::move(errand.error()));
    if (*errand && !outbox_.add(std::move(*errand))) {
      return std::unexpected(Failure{Failure::Kind::Unavailable, "stopping"});
    }
  }
  if (!page.empty()) position_ = page.back().position;
  return {};
}

}  // namespace tweestap::consumers
