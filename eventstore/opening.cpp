#include "eventstore/opening.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <string>
#include <utility>

#include "eventstore/applying.h"
#include "eventstore/creation.h"
#include "eventstore/disk_watermark.h"
#include "eventstore/floor_check.h"
#include "eventstore/head_watch.h"
#include "eventstore/keys.h"
#include "eventstore/recovery_floor.h"
#include "eventstore/storage.h"
#include "eventstore/storage_options.h"
#include "eventstore/store_opening.h"
#include "eventstore/torn_manifest.h"
#include "eventstore/wal_tail.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;
using platform::invalid;

std::expected<void, Failure> check_space(const OpenSettings& settings) {
  const auto free = platform::free_bytes(settings.data);
  if (!free) return std::unexpected(free.error());
  if (*free >= settings.reserve_bytes) return {};
  return std::unexpected(Failure{Failure::Kind::Unavailable,
                                 "the disk of " + settings.data.string() + " has " + mebibytes(*free) +
                                     " free and needs " + mebibytes(settings.reserve_bytes) + " (storage.reserve)"});
}

bool has_log(const std::filesystem::path& data) { return std::filesystem::exists(log_folder(data)); }

std::expected<void, Failure> check_families(const StorageSettings& settings) {
  const auto names = families_in(settings);
  if (!names) {
    // Without a readable manifest nothing tells whether this was ever ours; the ring file beside it does.
    return std::unexpected(Failure{Failure::Kind::Damaged, names.error().reason});
  }
  std::size_t own = 0;
  for (const std::string& name : *names) {
    for (const std::string_view known : kFamilyNames) own += name == known ? 1 : 0;
  }
  if (own != kFamilyNames.size() || names->size() != own + 1) {
    return std::unexpected(invalid("the database in " + settings.folder.string() + " is not a Tweestap log"));
  }
  return {};
}

// Step one: look without changing a file.
std::expected<Head, Failure> inspect(const OpenSettings& settings, const StorageSettings& storage_settings) {
  if (auto ours = check_families(storage_settings); !ours) return std::unexpected(ours.error());
  const auto ring = read_floor(ring_file(settings.data));
  if (!ring) return std::unexpected(ring.error());
  if (!*ring) {
    return std::unexpected(
        Failure{Failure::Kind::Damaged, "the file " + ring_file(settings.data).string() +
                                            ", which says what was acknowledged, is missing: put it back, or restore"});
  }
  auto storage = Storage::open_read_only(storage_settings);
  if (!storage) return std::unexpected(std::move(storage.error()));
  if (const auto identity = load_identity(**storage); !identity) return std::unexpected(identity.error());
  const auto head = load_head(**storage);
  if (!head) return head;
  if (auto above = check_floor(**storage, *head, (*ring)->highest); !above) return std::unexpected(above.error());
  if (auto whole = check_content(**storage, *head); !whole) return std::unexpected(whole.error());
  if (auto follows = check_wal_follows(database_options(storage_settings), storage_settings.folder); !follows) {
    return std::unexpected(follows.error());
  }
  return head;
}

std::expected<void, Failure> find_or_create(const OpenSettings& settings, const StorageSettings& storage_settings,
                                            platform::RandomSource& random, bool& created) {
  if (has_log(settings.data)) return {};
  const auto ring = read_floor(ring_file(settings.data));
  if (ring && *ring && (*ring)->highest.position > 0) {
    const std::uint64_t last = (*ring)->highest.position;
    return std::unexpected(
        damaged("the log in " + log_folder(settings.data).string() + " is gone: " +
                (last == 1 ? std::string{"event 1 was acknowledged and is missing"}
                           : "events 1 to " + std::to_string(last) + " were acknowledged and are missing")));
  }
  if (!settings.create) return std::unexpected(invalid(settings.data.string() + " is not a Tweestap data folder"));
  created = true;
  return create_store(settings.data, storage_settings, random);
}

}  // namespace

std::expected<platform::FileHandle, Failure> lock_data_folder(const std::filesystem::path& data) {
  platform::FileHandle folder{::open(data.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder.valid()) return std::unexpected(invalid("there is no data folder " + data.string()));
  // On the folder itself: no file is made, and it works before there is anything inside.
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
    return std::unexpected(
        Failure{Failure::Kind::Unavailable, "the data folder " + data.string() + " is in use by another process"});
  }
  return folder;
}

std::expected<OpenedStore, Failure> StoreOpening::open(const OpenSettings& settings, platform::RandomSource& random,
                                                       const StorageFaults& faults) {
  if (!std::filesystem::exists(settings.data)) {
    if (!settings.create) return std::unexpected(invalid("there is no data folder " + settings.data.string()));
    if (auto made = platform::create_private_folder(settings.data); !made) return std::unexpected(made.error());
  }
  auto lock = lock_data_folder(settings.data);
  if (!lock) return std::unexpected(std::move(lock.error()));
  if (auto space = check_space(settings); !space) return std::unexpected(space.error());

  const StorageSettings storage_settings{.folder = log_folder(settings.data),
                                         .wal_bytes = settings.wal_bytes,
                                         .cache_bytes = settings.cache_bytes,
                                         .env = faults.env,
                                         .sync = faults.sync};
  OpenedStore store;
  if (auto there = find_or_create(settings, storage_settings, random, store.created_); !there) {
    return std::unexpected(there.error());
  }
  std::expected<Head, Failure> seen;
  const auto cut_off = look_past_torn_manifest(storage_settings.folder, [&](const std::filesystem::path& folder) {
    StorageSettings there = storage_settings;
    there.folder = folder;
    seen = inspect(settings, there);
    return seen ? std::expected<void, Failure>{} : std::unexpected(seen.error());
  });
  if (!cut_off) return std::unexpected(cut_off.error());
  store.dropped_bytes_ = *cut_off + torn_bytes(storage_settings.folder);

  auto storage = Storage::open(storage_settings);
  if (!storage) return std::unexpected(std::move(storage.error()));
  const auto id = load_identity(**storage);
  if (!id) return std::unexpected(id.error());
  const auto head = load_head(**storage);
  if (!head) return std::unexpected(head.error());
  if (*head != *seen) return std::unexpected(Failure{Failure::Kind::Damaged, "the log changed while it was opened"});
  store.folder_lock_ = std::move(*lock);
  store.storage_ = std::move(*storage);
  store.head_ = std::make_shared<HeadWatch>(*head);
  store.reader_ = std::make_unique<Reader>(store.storage_, store.head_, *id);
  store.settings_ = settings;
  return store;
}

std::expected<OpenedStore, Failure> open_store(const OpenSettings& settings, platform::RandomSource& random) {
  return StoreOpening::open(settings, random, {});
}

OpenedStore::~OpenedStore() = default;
OpenedStore::OpenedStore(OpenedStore&&) noexcept = default;

}  // namespace tweestap::eventstore
