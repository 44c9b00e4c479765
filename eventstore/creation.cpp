#include "eventstore/creation.h"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>

#include "eventstore/keys.h"
#include "eventstore/record.h"
#include "eventstore/recovery_floor.h"
#include "platform/files.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;
using platform::unavailable;

constexpr std::string_view kUnfinished = "log.new";
// What may lie in the folder before its log does: keys and what the demo and an operator put beside them.
constexpr std::array<std::string_view, 9> kOwnNames{"kek",     "keys",       "keys.new",      "head",      "demo",
                                                    "log.new", "sms.ndjson", "tweestap.toml", "lost+found"};

std::expected<void, Failure> refuse_foreign_content(const std::filesystem::path& data) {
  std::error_code error;
  for (std::filesystem::directory_iterator at{data, error}, end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (std::ranges::find(kOwnNames, name) == kOwnNames.end()) {
      return std::unexpected(Failure{Failure::Kind::Invalid, "the folder " + data.string() + " holds " + name +
                                                                 " and no Tweestap log: give an empty folder"});
    }
  }
  if (error) return std::unexpected(unavailable("the folder " + data.string() + " cannot be read", error));
  return {};
}

std::expected<void, Failure> fill_new_log(const StorageSettings& settings, platform::RandomSource& random) {
  const auto id = platform::draw_bytes<16>(random);
  if (!id) return std::unexpected(id.error());
  auto storage = Storage::create(settings);
  if (!storage) return std::unexpected(storage.error());
  rocksdb::WriteBatch identity;
  const std::string value = identity_value({kStoreFormat, domain::LogId{*id}});
  if (const auto added = identity.Put((*storage)->handle(Family::Meta), kMetaFormat, value); !added.ok()) {
    return std::unexpected(failure_of(added, "writing the log's identity"));
  }
  if (auto written = (*storage)->write(identity); !written) return written;
  // In a table file, so that no damage to a write-ahead log can make the store look like somebody else's.
  return (*storage)->flush();
}

}  // namespace

std::expected<void, Failure> create_store(const std::filesystem::path& data, StorageSettings settings,
                                          platform::RandomSource& random) {
  if (auto own = refuse_foreign_content(data); !own) return own;
  std::error_code error;
  settings.folder = data / kUnfinished;
  std::filesystem::remove_all(settings.folder, error);  // of a first start that was cut short, as is a ring at 0
  if (!error) std::filesystem::remove(ring_file(data), error);
  if (error) return std::unexpected(unavailable("the rest of an unfinished first start cannot be removed", error));
  if (auto filled = fill_new_log(settings, random); !filled) return filled;
  if (auto ring = RecoveryFloor::create(ring_file(data), Floor{0, empty_root()}); !ring) return ring;
  std::filesystem::rename(settings.folder, log_folder(data), error);
  if (error) return std::unexpected(unavailable("the new log cannot be put in place", error));
  return platform::sync_folder(data);
}

}  // namespace tweestap::eventstore
