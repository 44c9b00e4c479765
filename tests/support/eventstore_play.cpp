#include "tests/support/eventstore_play.h"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>

#include "eventstore/envelope.h"
#include "eventstore/keys.h"
#include "eventstore/rebuild.h"

namespace tweestap::tests {
namespace {

using platform::Failure;

constexpr std::int64_t kForgottenAfterUs = 1'000'000;
constexpr std::size_t kForgottenPerEvent = 4;

std::string count_key(const domain::Subject& subject) { return "c" + std::string{platform::text_of(subject.bytes)}; }

std::string time_key(std::int64_t us, std::uint64_t position) {
  std::string key = "t";
  eventstore::append_u64(static_cast<std::uint64_t>(us), key);
  eventstore::append_u64(position, key);
  return key;
}

domain::Event event_of(const Play& play) {
  if (play.secret) return domain::PasswordRehashed{1, domain::SecretText::copy_of(play.text)};
  if (play.personal) return domain::AccountEnabled{play.text};
  return domain::ProfileChanged{.language = play.text, .named = false, .display_name = std::nullopt};
}

}  // namespace

eventstore::Decision PlayDecider::decide(eventstore::Rows& rows, domain::Time, const eventstore::Command& command) {
  const auto& play = dynamic_cast<const Play&>(command);
  auto outcome = std::make_shared<Played>();
  outcome->count_before = PlayCounts::count_of(rows, play.subject);
  outcome->accepted = outcome->count_before < play.count_max;
  eventstore::Decision decision;
  if (outcome->accepted) {
    for (std::size_t i = 0; i < play.events; ++i) {
      decision.events.push_back({.subject = play.subject,
                                 .event = event_of(play),
                                 .actor = domain::System{},
                                 .correlation = command_id(1),
                                 .on_behalf_of = std::nullopt});
    }
  }
  decision.outcome = std::move(outcome);
  return decision;
}

std::expected<void, Failure> PlayCounts::apply(const eventstore::Stored& stored, eventstore::Rows& rows) {
  std::string value;
  eventstore::append_u64(count_of(rows, stored.subject) + 1, value);
  eventstore::append_u64(stored.version, value);
  rows.put(kNumber, count_key(stored.subject), value);
  rows.put(kNumber, time_key(stored.time.us, stored.position), "x");
  for (std::size_t i = 0; i < kForgottenPerEvent; ++i) {
    const auto oldest = rows.first_from(kNumber, "t");
    if (!oldest || eventstore::read_u64(std::string_view{oldest->first}.substr(1)) + kForgottenAfterUs >
                       static_cast<std::uint64_t>(stored.time.us)) {
      break;
    }
    rows.erase(kNumber, oldest->first);
  }
  return {};
}

std::uint64_t PlayCounts::count_of(eventstore::RowReader& rows, const domain::Subject& subject) {
  std::string value;
  return rows.get(kNumber, count_key(subject), value) ? eventstore::read_u64(value) : 0;
}

domain::Subject subject(std::uint64_t n) {
  domain::Subject made;
  made.bytes[0] = 0x40;  // away from the reserved ones
  for (std::size_t i = 0; i < 8; ++i) made.bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  return made;
}

domain::CommandId command_id(std::uint64_t n) {
  domain::CommandId id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}

std::shared_ptr<const eventstore::SubjectKeys> play_keys() {
  auto keys = std::make_shared<eventstore::SubjectKeys>();
  keys->generation = 1;
  keys->personal = platform::Secret::from_text("01234567890123456789012345678901");
  keys->secret = platform::Secret::from_text("abcdefghijabcdefghijabcdefghijab");
  return keys;
}

eventstore::Submission submission(Play play, std::uint64_t id) {
  eventstore::Submission made;
  made.id = command_id(id);
  if (play.personal || play.secret) {
    made.keys = play_keys();
    made.keys_subject = play.subject;
  }
  made.command = std::make_unique<Play>(std::move(play));
  return made;
}

std::expected<void, Failure> PlayStore::open(const Options& options) {
  close();
  eventstore::OpenSettings settings;
  settings.data = data_;
  settings.create = options.create;
  settings.reserve_bytes = options.reserve_bytes;
  settings.wal_bytes = options.wal_bytes;
  settings.cache_bytes = std::uint64_t{8} << 20;
  auto opened = eventstore::StoreOpening::open(settings, random_, options.faults);
  if (!opened) return std::unexpected(opened.error());
  dropped_bytes_ = opened->dropped_bytes();
  view_ = std::make_unique<PlayCounts>(options.view_format);
  std::vector<eventstore::InlineView*> views{view_.get()};
  const auto states = eventstore::view_states(opened->reader(), views);
  if (!states) return std::unexpected(states.error());
  if (!states->front().current()) {
    if (auto built = eventstore::rebuild(*opened, views); !built) return built;
  }
  eventstore::PartitionSettings partition;
  partition.queue_max = options.queue_max;
  partition.answers_max = options.answers_max;
  partition.metrics = options.metrics;
  partition.on_fatal = [this](const Failure& failure) { fatal_.hear(failure); };
  const platform::Clock& clock = options.clock != nullptr ? *options.clock : clock_;
  eventstore::Decider& decider = options.decider != nullptr ? *options.decider : decider_;
  auto made = eventstore::PartitionOpening::open(std::move(*opened), std::move(partition), decider, std::move(views),
                                                 clock, random_, options.wrap);
  if (!made) return std::unexpected(made.error());
  partition_ = std::move(*made);
  return {};
}

std::uint64_t PlayStore::count_of(const domain::Subject& of) {
  return PlayCounts::count_of(*partition_->reader().rows(), of);
}

std::string PlayStore::trouble() { return trouble_in(partition_->reader()); }

std::string trouble_in(const eventstore::Reader& reader) {
  const eventstore::Log& log = reader.log();
  const std::uint64_t head = log.head().position;
  std::map<domain::Subject, std::uint64_t> versions;
  std::uint64_t position = 0;
  while (position < head) {
    const auto page = log.read(position);
    if (!page) return page.error().reason;
    for (const eventstore::Record& record : *page) {
      const auto envelope = eventstore::decode(record.envelope);
      if (!envelope) return envelope.error().reason;
      if (record.position != ++position || envelope->position != position) return "positions have a gap";
      if (envelope->version != ++versions[envelope->subject]) return "versions have a gap";
    }
  }
  for (const auto& [subject, version] : versions) {
    const auto stored = log.version_of(subject);
    if (!stored || *stored != version) return "a stream ends elsewhere than its events";
  }
  PlayCounts view;
  std::vector<eventstore::InlineView*> views{&view};
  const auto compared = eventstore::compare(reader, views);
  if (!compared) return compared.error().reason;
  if (compared->front().different != 0) return "rows differ from a rebuild at " + compared->front().first_key;
  return {};
}

std::string content_of(const eventstore::Storage& storage, eventstore::Family family) {
  std::string all;
  const auto at = storage.iterate(family);
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
    for (const auto part : {at->key(), at->value()}) {
      eventstore::append_u32(static_cast<std::uint32_t>(part.size()), all);
      all.append(part.data(), part.size());
    }
  }
  return at->status().ok() ? all : "unreadable: " + at->status().ToString();
}

std::uint64_t test_seed() {
  const char* given = std::getenv("TWEESTAP_TEST_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10)
                       : static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  std::cout << "TWEESTAP_TEST_SEED=" << seed << '\n';
  return seed;
}

int crash_rounds(int otherwise) {
  const char* given = std::getenv("TWEESTAP_CRASH_ROUNDS");
  return given != nullptr ? std::atoi(given) : otherwise;
}

}  // namespace tweestap::tests
