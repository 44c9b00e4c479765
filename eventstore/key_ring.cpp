#include "eventstore/key_ring.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "eventstore/key_database.h"
#include "eventstore/key_wrapping.h"
#include "eventstore/keys.h"
#include "eventstore/recent_rows.h"
#include "platform/bug.h"
#include "platform/bytes.h"
#include "platform/crypto/aead.h"
#include "platform/crypto/hash.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;
using platform::Secret;

constexpr std::size_t kKeyBytes = platform::kAeadKeyBytes;
constexpr std::uint32_t kFirstGeneration = 1;

// Of some 25,000 accounts that were in use lately.
constexpr std::size_t kRecentRecordsBytes = std::size_t{8} << 20;

// Names of records: a letter, then what it is of.
constexpr std::string_view kCheckName = "c";
constexpr char kSubjectLetter = 's';
constexpr char kServiceLetter = 'k';

enum class ServiceKey : std::uint8_t {
  Pepper = 1,
  Lookup = 2,
  Pseudonym = 3,
  Answers = 4,
  Page = 5,
  SmsCode = 6,
  AppChallenge = 7,
  StreamMac = 8
};

std::string subject_name(const domain::Subject& subject) {
  std::string name(1, kSubjectLetter);
  name.append(platform::text_of(subject.bytes));
  return name;
}

std::string service_prefix(ServiceKey kind) { return {kServiceLetter, static_cast<char>(kind)}; }

// Version of a pepper or answers key, month of a pseudonym key, day of an SMS code key, 1 for the others.
std::string service_name(ServiceKey kind, std::uint32_t version) {
  std::string name = service_prefix(kind);
  append_u32(version, name);
  return name;
}

struct Month {
  std::uint16_t year = 0;
  std::uint8_t month = 0;
  [[nodiscard]] std::uint32_t number() const { return year * 12U + month - 1U; }
};

Month month_of(domain::Time at) {
  const auto day = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::microseconds>{std::chrono::microseconds{at.us}});
  const std::chrono::year_month_day date{day};
  return {static_cast<std::uint16_t>(static_cast<int>(date.year())),
          static_cast<std::uint8_t>(static_cast<unsigned>(date.month()))};
}

// The number of its day (UTC) since 1970.
std::uint32_t day_of(domain::Time at) { return static_cast<std::uint32_t>(at.us / domain::days(1).us); }

domain::Pseudonym pseudonym_under(const Secret& key, PseudonymKind kind, std::string_view text, Month month) {
  std::string message(1, static_cast<char>(kind));
  message.append(text);
  const platform::Digest mac = platform::hmac_sha256(key, message);
  domain::Pseudonym out{month.year, month.month, {}};
  std::copy_n(mac.begin(), out.mac.size(), out.mac.begin());
  return out;
}

SubjectKeys split(const UnwrappedKey& both) {
  return {both.generation, Secret::from_bytes(both.key.reveal().first(kKeyBytes)),
          Secret::from_bytes(both.key.reveal().last(kKeyBytes))};
}

std::unexpected<Failure> only_reads() {
  return std::unexpected(Failure{Failure::Kind::Unavailable, "this key ring was opened for reading"});
}

}  // namespace

struct KeyRing::ServiceKeys {
  std::map<std::uint32_t, Secret> peppers;
  std::map<std::uint32_t, Secret> answers;
  std::map<std::uint32_t, Secret> stream_macs;
  Secret lookup;
  Secret page;
  Secret challenge;
};

KeyRing::KeyRing(std::unique_ptr<KeyDatabase> database, std::optional<Secret> kek, platform::RandomSource* random)
    : database_(std::move(database)),
      recent_(std::make_unique<RecentRows>(kRecentRecordsBytes)),
      kek_(std::move(kek)),
      random_(random) {}

KeyRing::~KeyRing() = default;

KeyRing::Opened KeyRing::create(const std::filesystem::path& folder, Secret kek, platform::RandomSource& random) {
  auto database = KeyDatabase::open(folder, true);
  if (!database) return std::unexpected(database.error());
  const auto check = (*database)->get(kCheckName);
  if (!check) return std::unexpected(check.error());
  if (*check) {
    return std::unexpected(
        Failure{Failure::Kind::Invalid, "there is a key database in " + folder.string() + " already"});
  }
  auto ring = std::unique_ptr<KeyRing>{new KeyRing(std::move(*database), std::move(kek), &random)};
  if (const auto drawn = ring->draw_service_keys(); !drawn) return std::unexpected(drawn.error());
  if (const auto loaded = ring->load_service_keys(); !loaded) return std::unexpected(loaded.error());
  return ring;
}

KeyRing::Opened KeyRing::open(const std::filesystem::path& folder, Secret kek, platform::RandomSource& random) {
  return finish_opening(KeyDatabase::open(folder, false), std::move(kek), &random);
}

KeyRing::Opened KeyRing::open_read_only(const std::filesystem::path& folder, std::optional<Secret> kek) {
  return finish_opening(KeyDatabase::open_read_only(folder), std::move(kek), nullptr);
}

KeyRing::Opened KeyRing::open_secondary(const std::filesystem::path& folder, const std::filesystem::path& scratch,
                                        std::optional<Secret> kek) {
  return finish_opening(KeyDatabase::open_secondary(folder, scratch), std::move(kek), nullptr);
}

KeyRing::Opened KeyRing::finish_opening(std::expected<std::unique_ptr<KeyDatabase>, Failure> database,
                                        std::optional<Secret> kek, platform::RandomSource* random) {
  if (!database) return std::unexpected(database.error());
  auto ring = std::unique_ptr<KeyRing>{new KeyRing(std::move(*database), std::move(kek), random)};
  if (!ring->unlocked()) return ring;
  if (const auto same = ring->check_key_encryption_key(); !same) return std::unexpected(same.error());
  if (const auto added = ring->add_later_keys(); !added) return std::unexpected(added.error());
  if (const auto loaded = ring->load_service_keys(); !loaded) return std::unexpected(loaded.error());
  return ring;
}

std::expected<void, Failure> KeyRing::check_key_encryption_key() const {
  const auto record = database_->get(kCheckName);
  if (!record) return std::unexpected(record.error());
  if (!*record) return std::unexpected(damaged("the key database holds no key: its creation came to nothing"));
  switch (check_kek(*kek_, **record)) {
    case KekCheck::Same:
      return {};
    case KekCheck::Another:
      return std::unexpected(Failure{Failure::Kind::Invalid,
                                     "the key database is wrapped by another key-encryption key than the one given"});
    case KekCheck::Damaged:
      break;
  }
  return std::unexpected(damaged("the key database's record of its key-encryption key is damaged"));
}

// In one write with the record that a ring is recognised by: either all of them are there or there is no ring.
std::expected<void, Failure> KeyRing::draw_service_keys() {
  std::vector<KeyRecord> records{{std::string{kCheckName}, check_record(*kek_)}};
  for (const ServiceKey kind : {ServiceKey::Pepper, ServiceKey::Lookup, ServiceKey::Answers, ServiceKey::Page,
                                ServiceKey::AppChallenge, ServiceKey::StreamMac}) {
    auto record = draw_service_key(static_cast<std::uint8_t>(kind));
    if (!record) return std::unexpected(std::move(record.error()));
    records.push_back(std::move(*record));
  }
  return database_->put(records);
}

std::expected<std::pair<std::string, std::string>, Failure> KeyRing::draw_service_key(std::uint8_t kind) {
  const auto key = platform::draw_secret(*random_, kKeyBytes);
  if (!key) return std::unexpected(key.error());
  std::string name = service_name(static_cast<ServiceKey>(kind), kFirstGeneration);
  auto wrapped = wrap_key(*kek_, name, kFirstGeneration, *key, *random_);
  if (!wrapped) return std::unexpected(wrapped.error());
  return std::pair{std::move(name), std::move(*wrapped)};
}

// A store of before phones could log in, or before there was a stream, lacks such a key; nothing was ever made with it.
std::expected<void, Failure> KeyRing::add_later_keys() {
  if (random_ == nullptr) return {};
  std::vector<KeyRecord> missing;
  for (const ServiceKey kind : {ServiceKey::AppChallenge, ServiceKey::StreamMac}) {
    const auto there = database_->all(service_prefix(kind));
    if (!there) return std::unexpected(there.error());
    if (!there->empty()) continue;
    auto record = draw_service_key(static_cast<std::uint8_t>(kind));
    if (!record) return std::unexpected(std::move(record.error()));
    missing.push_back(std::move(*record));
  }
  return missing.empty() ? std::expected<void, Failure>{} : database_->put(missing);
}

std::expected<void, Failure> KeyRing::load_service_keys() {
  auto service = std::make_unique<ServiceKeys>();
  std::map<std::uint32_t, Secret> months;
  std::map<std::uint32_t, Secret> days;
  std::map<std::uint32_t, Secret> lookups;
  std::map<std::uint32_t, Secret> pages;
  std::map<std::uint32_t, Secret> challenges;
  const std::pair<ServiceKey, std::map<std::uint32_t, Secret>&> kinds[]{
      {ServiceKey::Pepper, service->peppers},  {ServiceKey::Lookup, lookups},
      {ServiceKey::Pseudonym, months},         {ServiceKey::SmsCode, days},
      {ServiceKey::Answers, service->answers}, {ServiceKey::Page, pages},
      {ServiceKey::AppChallenge, challenges},  {ServiceKey::StreamMac, service->stream_macs}};
  for (const auto& [kind, keys] : kinds) {
    const auto records = database_->all(service_prefix(kind));
    if (!records) return std::unexpected(records.error());
    for (const auto& [name, value] : *records) {
      auto key = unwrap_key(*kek_, name, kKeyBytes, value);
      if (!key) return std::unexpected(key.error());
      keys.insert_or_assign(key->generation, std::move(key->key));
    }
    const bool made_when_needed = kind == ServiceKey::Pseudonym || kind == ServiceKey::SmsCode ||
                                  kind == ServiceKey::AppChallenge || kind == ServiceKey::StreamMac;
    if (keys.empty() && !made_when_needed) return std::unexpected(damaged("a key of the service is missing"));
  }
  service->lookup = std::move(lookups.rbegin()->second);
  service->page = std::move(pages.rbegin()->second);
  if (!challenges.empty()) service->challenge = std::move(challenges.rbegin()->second);
  const std::scoped_lock lock(months_.mutex, days_.mutex);
  if (!service_) service_ = std::move(service);  // references to them were handed out: only dated ones are read again
  months_.keys = std::move(months);
  days_.keys = std::move(days);
  return {};
}

std::expected<void, Failure> KeyRing::catch_up() {
  if (const auto caught_up = database_->catch_up(); !caught_up) return caught_up;
  if (random_ != nullptr || !unlocked()) return {};
  return load_service_keys();
}

const KeyRing::ServiceKeys& KeyRing::unlocked_keys() const {
  if (!service_) platform::bug("a key ring without its key-encryption key was asked for a key of the service");
  return *service_;
}

std::expected<std::optional<std::string>, Failure> KeyRing::subject_record(const std::string& name) const {
  std::string known;
  if (recent_->find(name, known).value_or(false)) return known;
  auto record = database_->get(name);
  if (record && *record) recent_->add(name, **record);
  return record;
}

std::expected<SubjectKeys, KeyTrouble> KeyRing::subject_keys(const domain::Subject& subject) const {
  const std::string name = subject_name(subject);
  const auto record = subject_record(name);
  if (!record) return std::unexpected(KeyTrouble{NoKeys::Failed, record.error()});
  if (!*record) {
    return std::unexpected(KeyTrouble{NoKeys::Never, damaged("there are no data keys of " + subject.text())});
  }
  if (!unlocked()) {
    return std::unexpected(
        KeyTrouble{NoKeys::Locked, {Failure::Kind::Unavailable, "the key-encryption key is not at hand"}});
  }
  const auto both = unwrap_key(*kek_, name, 2 * kKeyBytes, **record);
  if (!both) return std::unexpected(KeyTrouble{NoKeys::Failed, both.error()});
  return split(*both);
}

std::expected<NewSubjectKeys, Failure> KeyRing::draw_subject_keys(const domain::Subject& subject) {
  auto drawn = platform::draw_secret(*random_, 2 * kKeyBytes);
  if (!drawn) return std::unexpected(drawn.error());
  auto wrapped = wrap_key(*kek_, subject_name(subject), kFirstGeneration, *drawn, *random_);
  if (!wrapped) return std::unexpected(wrapped.error());
  std::string record{platform::text_of(subject.bytes)};
  record.append(*wrapped);
  return NewSubjectKeys{split({kFirstGeneration, std::move(*drawn)}), std::move(record)};
}

std::expected<NewSubjectKeys, Failure> KeyRing::create_subject_keys(const domain::Subject& subject) {
  if (random_ == nullptr) return only_reads();
  const std::lock_guard lock(creation_[subject.bytes.back() % kCreationLocks]);
  const std::string name = subject_name(subject);
  const auto there = database_->get(name);
  if (!there) return std::unexpected(there.error());
  if (*there) {
    const auto both = unwrap_key(*kek_, name, 2 * kKeyBytes, **there);
    if (!both) return std::unexpected(both.error());
    return NewSubjectKeys{split(*both), std::string{platform::text_of(subject.bytes)} + **there};
  }
  auto made = draw_subject_keys(subject);
  if (!made) return made;
  const KeyRecord record{name, made->wrapped.substr(subject.bytes.size())};
  if (const auto stored = database_->put({&record, 1}); !stored) return std::unexpected(stored.error());
  return made;
}

std::expected<void, Failure> KeyRing::create_subject_keys(std::span<const domain::Subject> subjects) {
  if (random_ == nullptr) return only_reads();
  std::vector<std::string> records;
  for (const domain::Subject& subject : subjects) {
    auto made = draw_subject_keys(subject);
    if (!made) return std::unexpected(made.error());
    records.push_back(std::move(made->wrapped));
  }
  return import_wrapped(records);
}

std::expected<std::vector<NewSubjectKeys>, Failure> KeyRing::create_new_subjects_keys(
    std::span<const domain::Subject> subjects) {
  if (random_ == nullptr) return only_reads();
  std::vector<NewSubjectKeys> all;
  std::vector<KeyRecord> records;
  all.reserve(subjects.size());
  records.reserve(subjects.size());
  for (const domain::Subject& subject : subjects) {
    auto made = draw_subject_keys(subject);
    if (!made) return std::unexpected(std::move(made.error()));
    std::string name = subject_name(subject);
    const auto there = database_->get(name);
    if (!there) return std::unexpected(there.error());
    if (*there) platform::bug("new keys for a subject that has some");
    records.emplace_back(std::move(name), made->wrapped.substr(subject.bytes.size()));
    all.push_back(std::move(*made));
  }
  if (const auto stored = database_->put(records); !stored) return std::unexpected(stored.error());
  return all;
}

std::expected<void, Failure> KeyRing::import_wrapped(std::span<const std::string> records) {
  if (random_ == nullptr) return only_reads();
  // Every creation waits, in the order of the locks: whoever creates holds one of them only.
  std::vector<std::unique_lock<std::mutex>> locks;
  for (std::mutex& mutex : creation_) locks.emplace_back(mutex);
  std::vector<KeyRecord> missing;
  for (const std::string_view record : records) {
    constexpr std::size_t kSubjectBytes = sizeof(domain::IdBytes);
    if (record.size() < kSubjectBytes) return std::unexpected(damaged("a batch's wrapped keys name no subject"));
    std::string name(1, kSubjectLetter);
    name.append(record.substr(0, kSubjectBytes));
    const std::string_view wrapped = record.substr(kSubjectBytes);
    if (const auto both = unwrap_key(*kek_, name, 2 * kKeyBytes, wrapped); !both) return std::unexpected(both.error());
    const auto there = database_->get(name);
    if (!there) return std::unexpected(there.error());
    if (!*there) missing.emplace_back(std::move(name), wrapped);
  }
  return missing.empty() ? std::expected<void, Failure>{} : database_->put(missing);
}

std::uint32_t KeyRing::current_pepper() const { return unlocked_keys().peppers.rbegin()->first; }

std::expected<Secret, Failure> KeyRing::pepper(std::uint32_t version) const {
  const auto& peppers = unlocked_keys().peppers;
  const auto at = peppers.find(version);
  if (at == peppers.end()) {
    return std::unexpected(damaged("version " + std::to_string(version) + " of the pepper is not in the key database"));
  }
  return at->second.clone();
}

domain::LookupHash KeyRing::lookup_hash(std::string_view tag, std::string_view text) const {
  std::string message{tag};
  message.push_back('\0');  // no tag has one, so no pair of tag and text has the bytes of another
  message.append(text);
  const platform::Digest mac = platform::hmac_sha256(unlocked_keys().lookup, message);
  domain::LookupHash out;
  std::copy_n(mac.begin(), out.bytes.size(), out.bytes.begin());
  return out;
}

std::expected<void, Failure> KeyRing::make_dated(std::uint8_t service_key, DatedKeys& of, std::uint32_t number) {
  if (random_ == nullptr) return only_reads();
  const std::unique_lock lock(of.mutex);
  if (of.keys.contains(number)) return {};
  auto key = platform::draw_secret(*random_, kKeyBytes);
  if (!key) return std::unexpected(key.error());
  KeyRecord record{service_name(ServiceKey{service_key}, number), {}};
  auto wrapped = wrap_key(*kek_, record.first, number, *key, *random_);
  if (!wrapped) return std::unexpected(wrapped.error());
  record.second = std::move(*wrapped);
  if (const auto stored = database_->put({&record, 1}); !stored) return stored;
  of.keys.emplace(number, std::move(*key));
  return {};
}

std::expected<std::uint32_t, Failure> KeyRing::sms_code_key_of_today(domain::Time now) {
  static_cast<void>(unlocked_keys());
  const std::uint32_t today = day_of(now);
  {
    const std::shared_lock lock(days_.mutex);
    if (days_.keys.contains(today)) return today;
  }
  const auto made = make_dated(static_cast<std::uint8_t>(ServiceKey::SmsCode), days_, today);
  if (!made) return std::unexpected(made.error());
  return today;
}

std::expected<void, Failure> KeyRing::destroy_sms_code_keys(domain::Time now, domain::Duration code_life) {
  static_cast<void>(unlocked_keys());
  const std::uint32_t oldest_in_use = day_of(now - code_life);
  std::vector<std::string> names;
  {
    const std::shared_lock lock(days_.mutex);
    const auto end = days_.keys.lower_bound(oldest_in_use);
    for (auto at = days_.keys.begin(); at != end; ++at) names.push_back(service_name(ServiceKey::SmsCode, at->first));
  }
  if (names.empty()) return {};
  if (random_ == nullptr) return only_reads();
  // Without the lock: erasing compacts, and whoever logs in meanwhile asks for the key of today.
  if (const auto erased = database_->erase(names); !erased) return erased;
  const std::unique_lock lock(days_.mutex);
  days_.keys.erase(days_.keys.begin(), days_.keys.lower_bound(oldest_in_use));
  return {};
}

std::optional<Secret> KeyRing::sms_code_key(std::uint32_t version) const {
  static_cast<void>(unlocked_keys());
  const std::shared_lock lock(days_.mutex);
  const auto found = days_.keys.find(version);
  if (found == days_.keys.end()) return std::nullopt;
  return found->second.clone();
}

std::expected<domain::Pseudonym, Failure> KeyRing::pseudonym(PseudonymKind kind, std::string_view text,
                                                             domain::Time at) {
  static_cast<void>(unlocked_keys());
  if (auto known = known_pseudonym(kind, text, at)) return *known;
  const auto made = make_dated(static_cast<std::uint8_t>(ServiceKey::Pseudonym), months_, month_of(at).number());
  if (!made) return std::unexpected(made.error());
  return *known_pseudonym(kind, text, at);
}

std::optional<domain::Pseudonym> KeyRing::known_pseudonym(PseudonymKind kind, std::string_view text,
                                                          domain::Time at) const {
  const Month month = month_of(at);
  const std::shared_lock lock(months_.mutex);
  const auto key = months_.keys.find(month.number());
  if (key == months_.keys.end()) return std::nullopt;
  return pseudonym_under(key->second, kind, text, month);
}

const Secret& KeyRing::answers_key() const { return unlocked_keys().answers.rbegin()->second; }

std::uint32_t KeyRing::answers_key_version() const { return unlocked_keys().answers.rbegin()->first; }

const Secret& KeyRing::page_key() const { return unlocked_keys().page; }

const Secret& KeyRing::app_challenge_key() const {
  const Secret& key = unlocked_keys().challenge;
  if (key.reveal().empty()) platform::bug("a key ring that only reads was asked for the key of challenges");
  return key;
}

std::map<std::uint32_t, Secret> KeyRing::stream_mac_keys() const {
  std::map<std::uint32_t, Secret> keys;
  for (const auto& [version, key] : unlocked_keys().stream_macs) keys.emplace(version, key.clone());
  if (keys.empty()) platform::bug("a key ring that only reads was asked for the keys of the stream");
  return keys;
}

}  // namespace tweestap::eventstore
