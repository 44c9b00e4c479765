#pragma once
// The key database: the data keys of every subject and the keys of the service, each wrapped by the key-encryption key.
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/time.h"
#include "eventstore/sealing.h"
#include "platform/crypto/random.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

class KeyDatabase;
class RecentRows;

/// Why a subject's keys are not to be had.
enum class NoKeys : std::uint8_t {
  Never,   ///< there are none: nothing was ever sealed for this subject
  Locked,  ///< this ring was opened without the key-encryption key: show sealed members as sealed
  Failed,  ///< damage, or the database does not answer: see the failure
};
struct KeyTrouble {
  NoKeys why = NoKeys::Failed;
  platform::Failure failure;
};

/// Keys, and their record of the key database as the batch that uses them first carries it: subject and wrapped keys.
struct NewSubjectKeys {
  SubjectKeys keys;
  std::string wrapped;
};

/// What a pseudonym is of. The same text as a network and as an agent gives two pseudonyms.
enum class PseudonymKind : std::uint8_t { Network = 1, Agent = 2 };

/// The ring. Never logs a key, nor puts one into a failure. Thread rule: every method from any thread.
/// A ring opened without the key-encryption key answers subject_keys() (Locked) and nothing else: using it for more is
/// a bug; unlocked() tells.
class KeyRing {
 public:
  using Opened = std::expected<std::unique_ptr<KeyRing>, platform::Failure>;

  /// Makes the database with its first service keys, synced. Invalid where one is there.
  [[nodiscard]] static Opened create(const std::filesystem::path& folder, platform::Secret kek,
                                     platform::RandomSource& random);
  /// Opens for reading and writing; one process at a time (Unavailable where another has it). Invalid where the
  /// database is wrapped by another key-encryption key, Damaged where it does not read back. `random` outlives the
  /// ring.
  [[nodiscard]] static Opened open(const std::filesystem::path& folder, platform::Secret kek,
                                   platform::RandomSource& random);
  /// Opens a stopped service's database for reading.
  [[nodiscard]] static Opened open_read_only(const std::filesystem::path& folder, std::optional<platform::Secret> kek);
  /// Opens a running service's database for reading; `scratch` is an own folder for RocksDB's log.
  [[nodiscard]] static Opened open_secondary(const std::filesystem::path& folder, const std::filesystem::path& scratch,
                                             std::optional<platform::Secret> kek);
  ~KeyRing();

  [[nodiscard]] bool unlocked() const noexcept { return kek_.has_value(); }
  /// Reads what the running service has added since (open_secondary only; elsewhere it does nothing).
  [[nodiscard]] std::expected<void, platform::Failure> catch_up();

  /// The subject's keys; about 1-2 µs.
  [[nodiscard]] std::expected<SubjectKeys, KeyTrouble> subject_keys(const domain::Subject& subject) const;
  /// Makes keys for a subject, synced before it returns, so before the batch that uses them. Keys that are there
  /// already (of a command that came to nothing) are returned instead.
  [[nodiscard]] std::expected<NewSubjectKeys, platform::Failure> create_subject_keys(const domain::Subject& subject);
  /// The same for many subjects with one sync; keys that are there already stay. For seeding.
  [[nodiscard]] std::expected<void, platform::Failure> create_subject_keys(std::span<const domain::Subject> subjects);
  /// Makes keys for subjects that were drawn just now, all with one sync, in their order. For people who move here by
  /// the thousand; a subject that has keys already is a bug.
  [[nodiscard]] std::expected<std::vector<NewSubjectKeys>, platform::Failure> create_new_subjects_keys(
      std::span<const domain::Subject> subjects);
  /// Stores records that a batch carried, where they are not there yet. Damaged where one is none of this ring's.
  [[nodiscard]] std::expected<void, platform::Failure> import_wrapped(std::span<const std::string> records);

  /// Version of the pepper that new verifiers use.
  [[nodiscard]] std::uint32_t current_pepper() const;
  /// A pepper that some verifier names; Damaged where that version is not there.
  [[nodiscard]] std::expected<platform::Secret, platform::Failure> pepper(std::uint32_t version) const;

  /// Keyed hash of something that must be found again. `tag` names the purpose (`identifier`, `phone`), so that equal
  /// texts of two purposes have different hashes. `text` has its canonical form.
  [[nodiscard]] domain::LookupHash lookup_hash(std::string_view tag, std::string_view text) const;

  /// Pseudonym under the key of the month (UTC) that `at` lies in. That key is made when it is first asked for, and
  /// synced before the pseudonym is returned; Unavailable where it cannot be made.
  [[nodiscard]] std::expected<domain::Pseudonym, platform::Failure> pseudonym(PseudonymKind kind, std::string_view text,
                                                                              domain::Time at);
  /// The same without making a key: nothing where that month has none, for then no event can carry its pseudonyms.
  [[nodiscard]] std::optional<domain::Pseudonym> known_pseudonym(PseudonymKind kind, std::string_view text,
                                                                 domain::Time at) const;

  /// Version of the key that codes by SMS are derived with today (UTC): the number of the day since 1970. It is made
  /// when it is first asked for, and synced before this returns; Unavailable where it cannot be made.
  [[nodiscard]] std::expected<std::uint32_t, platform::Failure> sms_code_key_of_today(domain::Time now);
  /// Destroys the key of each day that is over for `code_life` or longer, for then its last code is over too: synced,
  /// and gone from the files, before this returns. Where there is none it only looks. Unavailable where one cannot be
  /// destroyed: it is still there, and a later call tries again.
  [[nodiscard]] std::expected<void, platform::Failure> destroy_sms_code_keys(domain::Time now,
                                                                             domain::Duration code_life);
  /// A key that some code names; nothing where it was destroyed, for then no code of it counts.
  [[nodiscard]] std::optional<platform::Secret> sms_code_key(std::uint32_t version) const;

  /// Finds and seals kept answers (answers.h).
  [[nodiscard]] const platform::Secret& answers_key() const;
  [[nodiscard]] std::uint32_t answers_key_version() const;
  /// Authenticates the cursors of paged answers and nothing else.
  [[nodiscard]] const platform::Secret& page_key() const;
  /// Authenticates the challenges that phones sign (rule APP-1) and nothing else. A ring that was opened for writing
  /// has it.
  [[nodiscard]] const platform::Secret& app_challenge_key() const;
  /// Authenticate the records of the stream and nothing else, by version: the last for new records, the others for
  /// those of before. A ring that was opened for writing has one at least.
  [[nodiscard]] std::map<std::uint32_t, platform::Secret> stream_mac_keys() const;

 private:
  struct ServiceKeys;
  // Keys that are made for a time: by their month, or day.
  struct DatedKeys {
    mutable std::shared_mutex mutex;
    std::map<std::uint32_t, platform::Secret> keys;  // guarded by mutex
  };
  // Creations of one subject wait for each other; those of two subjects seldom do, so that they share a sync.
  static constexpr std::size_t kCreationLocks = 16;

  KeyRing(std::unique_ptr<KeyDatabase> database, std::optional<platform::Secret> kek, platform::RandomSource* random);
  static Opened finish_opening(std::expected<std::unique_ptr<KeyDatabase>, platform::Failure> database,
                               std::optional<platform::Secret> kek, platform::RandomSource* random);
  std::expected<void, platform::Failure> check_key_encryption_key() const;
  std::expected<void, platform::Failure> draw_service_keys();
  std::expected<std::pair<std::string, std::string>, platform::Failure> draw_service_key(std::uint8_t kind);
  std::expected<void, platform::Failure> add_later_keys();
  std::expected<void, platform::Failure> load_service_keys();
  [[nodiscard]] const ServiceKeys& unlocked_keys() const;
  [[nodiscard]] std::expected<NewSubjectKeys, platform::Failure> draw_subject_keys(const domain::Subject& subject);
  std::expected<void, platform::Failure> make_dated(std::uint8_t service_key, DatedKeys& of, std::uint32_t number);
  [[nodiscard]] std::expected<std::optional<std::string>, platform::Failure> subject_record(
      const std::string& name) const;

  std::unique_ptr<KeyDatabase> database_;
  // Subjects' records as they are stored: wrapped, and only ever added. Whatever rewraps or erases one clears this.
  std::unique_ptr<RecentRows> recent_;
  std::optional<platform::Secret> kek_;
  platform::RandomSource* random_;  // nullptr where the ring only reads
  std::unique_ptr<ServiceKeys> service_;
  std::array<std::mutex, kCreationLocks> creation_;
  DatedKeys months_;  // pseudonym keys
  DatedKeys days_;    // keys of codes by SMS
};

}  // namespace tweestap::eventstore
