#include "eventstore/applying.h"

#include <algorithm>
#include <cstring>

#include "eventstore/keys.h"
#include "eventstore/sealing.h"
#include "platform/bug.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

// Whether the bytes beside the event are those that it commits to.
bool fits(const std::optional<platform::Digest>& digest, const std::string& sealed) {
  if (sealed.empty()) return !digest;
  return digest && *digest == sealed_digest(sealed);
}

std::string at(std::uint64_t position) { return "event " + std::to_string(position); }

}  // namespace

std::size_t StreamVersions::Hash::operator()(const domain::Subject& subject) const noexcept {
  // Account ids are random; the reserved ones differ in the last byte.
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, subject.bytes.data(), 8);
  std::memcpy(&low, subject.bytes.data() + 8, 8);
  return high ^ low;
}

std::optional<std::uint64_t> StreamVersions::find(const domain::Subject& subject) {
  if (const auto found = young_.find(subject); found != young_.end()) return found->second;
  const auto found = old_.find(subject);
  if (found == old_.end()) return std::nullopt;
  young_[subject] = found->second;
  return found->second;
}

void StreamVersions::batch_begins() {
  if (young_.size() < kSubjectsMax) return;
  old_ = std::move(young_);
  young_ = Map{};
}

std::expected<std::unique_ptr<Applying>, Failure> Applying::load(std::shared_ptr<const Storage> storage,
                                                                 std::vector<InlineView*> views) {
  const auto log = load_identity(*storage);
  if (!log) return std::unexpected(log.error());
  const auto head = load_head(*storage);
  if (!head) return std::unexpected(head.error());
  auto frontier = load_frontier(*storage, head->position);
  if (!frontier) return std::unexpected(frontier.error());
  if (frontier->root() != head->root) return std::unexpected(damaged("the log's tree does not lead to its root"));
  return std::unique_ptr<Applying>{
      new Applying{std::move(storage), std::move(views), *log, *head, std::move(*frontier)}};
}

Applying::Applying(std::shared_ptr<const Storage> storage, std::vector<InlineView*> views, domain::LogId log, Head head,
                   MerkleFrontier frontier)
    : storage_(std::move(storage)),
      views_(std::move(views)),
      rows_(storage_),
      answers_(storage_),
      log_(log),
      head_(head),
      frontier_(std::move(frontier)) {}

std::expected<Applied, Failure> Applying::apply(const Batch& batch) {
  if (auto begun = begin(batch); !begun) return std::unexpected(begun.error());
  for (const Entry& entry : batch.entries) {
    if (auto applied = apply_entry(batch, entry); !applied) return std::unexpected(applied.error());
  }
  auto applied = finish(batch);
  if (applied) depart();
  return applied;
}

std::expected<void, Failure> Applying::begin(const Batch& batch) {
  if (batch.log != log_) return std::unexpected(damaged("a batch belongs to another log"));
  if (batch.first_position != head_.position + 1 || batch.previous_root != head_.root) {
    return std::unexpected(damaged("a batch does not continue the log at " + at(head_.position + 1)));
  }
  if (batch.time < head_.time) return std::unexpected(damaged("a batch is older than the one before it"));
  versions_.batch_begins();
  return {};
}

std::expected<void, Failure> Applying::check_place(const Batch& batch, const Entry& entry, const Envelope& envelope) {
  if (envelope.log != log_ || envelope.position != head_.position + 1 || envelope.time != batch.time) {
    return std::unexpected(damaged(at(head_.position + 1) + " is not in its place"));
  }
  const auto version = version_of(envelope.subject);
  if (!version) return std::unexpected(version.error());
  if (envelope.version != *version + 1) {
    return std::unexpected(damaged(at(envelope.position) + " has version " + std::to_string(envelope.version) +
                                   " after version " + std::to_string(*version)));
  }
  if (!fits(envelope.sealed_personal, entry.sealed_personal) || !fits(envelope.sealed_secret, entry.sealed_secret)) {
    return std::unexpected(damaged(at(envelope.position) + " commits to other sealed bytes"));
  }
  return {};
}

std::expected<void, Failure> Applying::apply_entry(const Batch& batch, const Entry& entry) {
  const auto envelope = decode(entry.envelope);
  if (!envelope) return std::unexpected(envelope.error());
  if (auto placed = check_place(batch, entry, *envelope); !placed) return placed;

  const std::uint64_t position = envelope->position;
  put(Family::Events, position_key(position), entry.envelope);
  if (!entry.sealed_personal.empty()) {
    put(Family::Sealed, sealed_key(position, SealedClass::Personal), entry.sealed_personal);
  }
  if (!entry.sealed_secret.empty()) {
    put(Family::Sealed, sealed_key(position, SealedClass::Secret), entry.sealed_secret);
  }
  put(Family::Streams, stream_key(envelope->subject, envelope->version),
      stream_value({position, domain::info_of(envelope->event).number}));
  completed_.clear();
  frontier_.append(leaf_hash(entry.envelope), completed_);
  for (const TreeNode& node : completed_) put(Family::Tree, tree_key(node.id), platform::text_of(node.hash));

  versions_.set(envelope->subject, envelope->version);
  head_.position = position;
  head_.time = envelope->time;
  return apply_views(*envelope);
}

std::expected<void, Failure> Applying::apply_views(const Envelope& envelope) {
  const Stored stored = stored_of(envelope);
  for (InlineView* view : views_) {
    if (auto applied = view->apply(stored, rows_); !applied) return applied;
  }
  if (rows_.failure()) return std::unexpected(*rows_.failure());
  return {};
}

std::expected<Applied, Failure> Applying::finish(const Batch& batch) {
  rocksdb::ColumnFamilyHandle* const rows = storage_->handle(Family::Rows);
  for (const auto& [key, value] : rows_.written().rows()) {
    const rocksdb::Status added = value ? write_.Put(rows, key, *value) : write_.Delete(rows, key);
    if (!added.ok()) platform::bug("a row does not fit a write");
  }
  const auto answers = answers_.apply(batch, head_.answers, write_);
  if (!answers) return std::unexpected(answers.error());
  head_.answers = *answers;
  if (!batch.entries.empty()) head_.root = frontier_.root();
  if (write_.Count() > 0) put(Family::Meta, kMetaHead, head_value(head_));
  Applied applied{std::move(write_), head_, rows_.batch()};
  write_ = rocksdb::WriteBatch{applied.write.GetDataSize()};  // the next one will be about as large
  return applied;
}

void Applying::depart() {
  rows_.depart();
  answers_.depart();
}

std::expected<std::uint64_t, Failure> Applying::version_of(const domain::Subject& subject) {
  if (const auto known = versions_.find(subject)) return *known;
  const auto stored = stored_version(*storage_, subject);
  if (stored) versions_.set(subject, *stored);
  return stored;
}

void Applying::put(Family family, std::string_view key, std::string_view value) {
  const auto added = write_.Put(storage_->handle(family), rocksdb::Slice{key.data(), key.size()},
                                rocksdb::Slice{value.data(), value.size()});
  if (!added.ok()) platform::bug("a value does not fit a write");
}

Stored stored_of(const Envelope& envelope) {
  return {.position = envelope.position,
          .version = envelope.version,
          .subject = envelope.subject,
          .time = envelope.time,
          .event = envelope.event,
          .actor = envelope.actor,
          .correlation = envelope.correlation,
          .command = envelope.command,
          .on_behalf_of = envelope.on_behalf_of,
          .has_personal = envelope.sealed_personal.has_value(),
          .has_secret = envelope.sealed_secret.has_value()};
}

std::expected<std::uint64_t, Failure> stored_version(const Storage& storage, const domain::Subject& subject) {
  // Whoever is new has no first event, which the family's filters tell without a search.
  std::string first;
  const auto any = storage.get(Family::Streams, stream_key(subject, 1), first);
  if (!any) return std::unexpected(any.error());
  if (!*any) return 0;
  const auto newest = storage.iterate(Family::Streams);
  const std::string last = stream_key(subject, ~std::uint64_t{0});
  newest->SeekForPrev(last);
  if (!newest->status().ok()) return std::unexpected(failure_of(newest->status(), "reading a stream"));
  if (!newest->Valid()) return 0;
  const std::string_view key = newest->key().ToStringView();
  if (key.size() != last.size() || key.substr(0, 16) != std::string_view{last}.substr(0, 16)) return 0;
  return read_u64(key.substr(16));
}

std::expected<MerkleFrontier, Failure> load_frontier(const Storage& storage, std::uint64_t size) {
  std::vector<platform::Digest> hashes;
  for (const TreeNodeId& node : frontier_of(size)) {
    const auto value = storage.get(Family::Tree, tree_key(node));
    if (!value) return std::unexpected(value.error());
    platform::Digest hash{};
    if (!*value || (*value)->size() != hash.size()) {
      return std::unexpected(damaged("the tree has a hole before event " + std::to_string(size + 1)));
    }
    std::ranges::copy(platform::bytes_of(**value), hash.begin());
    hashes.push_back(hash);
  }
  return MerkleFrontier{size, hashes};
}

std::expected<domain::LogId, Failure> load_identity(const Storage& storage) {
  const auto value = storage.get(Family::Meta, kMetaFormat);
  if (!value) return std::unexpected(value.error());
  const auto identity = *value ? parse_identity(**value) : std::nullopt;
  if (!identity) return std::unexpected(Failure{Failure::Kind::Invalid, "the database is not a Tweestap log"});
  if (identity->format != kStoreFormat) {
    return std::unexpected(Failure{Failure::Kind::Invalid, "the log has format " + std::to_string(identity->format) +
                                                               " and this program reads format " +
                                                               std::to_string(kStoreFormat)});
  }
  return identity->log;
}

std::expected<Head, Failure> load_head(const Storage& storage) {
  const auto value = storage.get(Family::Meta, kMetaHead);
  if (!value) return std::unexpected(value.error());
  if (!*value) {
    Head empty;
    empty.root = empty_root();
    return empty;
  }
  const auto head = parse_head(**value);
  if (!head) return std::unexpected(damaged("the log's head does not read back"));
  return *head;
}

}  // namespace tweestap::eventstore
