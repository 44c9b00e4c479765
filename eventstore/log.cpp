#include "eventstore/log.h"

#include <algorithm>
#include <utility>

#include "eventstore/applying.h"
#include "eventstore/envelope.h"
#include "eventstore/head_watch.h"
#include "eventstore/keys.h"
#include "eventstore/storage.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;
using Page = std::expected<std::vector<Record>, Failure>;

Failure missing(std::uint64_t position) {
  return damaged("event " + std::to_string(position) + " is missing from the log");
}

// Whether a page that holds this much takes another event.
bool has_room(const std::vector<Record>& page, std::size_t bytes, const PageLimit& limit) {
  return page.empty() || (page.size() < limit.count_max && bytes < limit.bytes_max);
}

}  // namespace

Log::Log(std::shared_ptr<const Storage> storage, std::shared_ptr<HeadWatch> head, domain::LogId id)
    : storage_(std::move(storage)), head_(std::move(head)), id_(id) {}
Log::~Log() = default;
Log::Log(Log&&) noexcept = default;

Head Log::head() const { return head_->head(); }

Page Log::read(std::uint64_t after, PageLimit limit, Caching caching) const {
  std::vector<Record> page;
  const std::uint64_t last = head().position;
  if (after >= last) return page;
  std::size_t bytes = 0;
  const auto events = storage_->iterate(Family::Events, nullptr, nullptr, caching == Caching::Keep);
  events->Seek(position_key(after + 1));
  for (std::uint64_t position = after + 1; position <= last && has_room(page, bytes, limit); ++position) {
    if (!events->status().ok()) return std::unexpected(failure_of(events->status(), "reading the log"));
    if (!events->Valid() || events->key().ToStringView() != position_key(position)) {
      return std::unexpected(missing(position));
    }
    page.push_back({position, events->value().ToString()});
    bytes += page.back().envelope.size();
    events->Next();
  }
  return page;
}

std::expected<std::optional<Record>, Failure> Log::at(std::uint64_t position) const {
  if (position == 0 || position > head().position) return std::nullopt;
  auto envelope = storage_->get(Family::Events, position_key(position));
  if (!envelope) return std::unexpected(std::move(envelope.error()));
  if (!*envelope) return std::unexpected(missing(position));
  return Record{position, std::move(**envelope)};
}

Page Log::stream(const domain::Subject& subject, std::uint64_t after_version, PageLimit limit) const {
  const std::uint64_t last = head().position;
  std::vector<Record> page;
  std::size_t bytes = 0;
  const std::string end = stream_key(subject, ~std::uint64_t{0});
  const rocksdb::Slice bound{end};
  const auto stream = storage_->iterate(Family::Streams, &bound);
  std::uint64_t version = after_version + 1;
  for (stream->Seek(stream_key(subject, version)); stream->Valid() && has_room(page, bytes, limit); stream->Next()) {
    const auto entry = parse_stream_value(stream->value().ToStringView());
    if (!entry || stream->key().ToStringView() != stream_key(subject, version)) {
      return std::unexpected(damaged("the stream of " + subject.text() + " has a gap"));
    }
    if (entry->position > last) break;  // stored, and about to be acknowledged
    auto record = at(entry->position);
    if (!record) return std::unexpected(std::move(record.error()));
    page.push_back(std::move(**record));
    bytes += page.back().envelope.size();
    ++version;
  }
  if (!stream->status().ok()) return std::unexpected(failure_of(stream->status(), "reading a stream"));
  return page;
}

Page Log::stream_backwards(const domain::Subject& subject, std::uint64_t before_version, PageLimit limit) const {
  const std::uint64_t last = head().position;
  std::vector<Record> page;
  std::size_t bytes = 0;
  if (before_version == 1) return page;
  const std::string start = stream_key(subject, 0);
  const auto stream = storage_->iterate(Family::Streams);
  stream->SeekForPrev(stream_key(subject, before_version - 1));  // 0 becomes the largest number: from the end
  for (; stream->Valid() && has_room(page, bytes, limit); stream->Prev()) {
    const std::string_view key = stream->key().ToStringView();
    if (key.size() != start.size() || key.substr(0, 16) != std::string_view{start}.substr(0, 16)) break;
    const auto entry = parse_stream_value(stream->value().ToStringView());
    if (!entry) return std::unexpected(damaged("the stream of " + subject.text() + " does not read back"));
    if (entry->position > last) continue;
    auto record = at(entry->position);
    if (!record) return std::unexpected(std::move(record.error()));
    page.push_back(std::move(**record));
    bytes += page.back().envelope.size();
  }
  if (!stream->status().ok()) return std::unexpected(failure_of(stream->status(), "reading a stream"));
  return page;
}

std::expected<std::uint64_t, Failure> Log::last_not_later(domain::Time time) const {
  std::uint64_t low = 0;
  std::uint64_t high = head().position;
  while (low < high) {
    const std::uint64_t middle = low + (high - low + 1) / 2;
    const auto record = at(middle);
    if (!record) return std::unexpected(record.error());
    if (!*record) return std::unexpected(missing(middle));
    const auto found = scan_head((*record)->envelope);
    if (!found) return std::unexpected(found.error());
    if (found->time <= time) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

std::expected<std::uint64_t, Failure> Log::version_of(const domain::Subject& subject) const {
  return stored_version(*storage_, subject);
}

std::expected<std::optional<std::string>, Failure> Log::sealed(std::uint64_t position, SealedClass which) const {
  return storage_->get(Family::Sealed, sealed_key(position, which));
}

std::uint64_t Log::wait_beyond(std::uint64_t position, std::chrono::milliseconds patience,
                               const std::stop_token& stop) const {
  return head_->wait_beyond(position, patience, stop);
}

}  // namespace tweestap::eventstore
