#include "eventstore/secondary.h"

#include <string>
#include <utility>

#include "eventstore/applying.h"
#include "eventstore/creation.h"
#include "eventstore/floor_check.h"
#include "eventstore/head_watch.h"
#include "eventstore/recovery_floor.h"
#include "eventstore/scratch_folder.h"
#include "eventstore/storage.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;
using platform::invalid;

// RocksDB's secondary drops a whole version where a table of it cannot be opened, says nothing, and shows an empty
// database. Opened to be read, and not followed, it names the damage.
Failure why_it_has_no_identity(const StorageSettings& settings) {
  const auto whole = Storage::open_read_only(settings);
  if (!whole) return whole.error();
  const auto identity = load_identity(**whole);
  if (!identity) return identity.error();
  return {Failure::Kind::Damaged, "the log in " + settings.folder.string() + " could not be read beside its service"};
}

}  // namespace

struct Secondary::State {
  State(std::filesystem::path folder, ScratchFolder made) : data(std::move(folder)), scratch(std::move(made)) {}
  std::filesystem::path data;
  ScratchFolder scratch;  // before the storage, whose files lie in it
  std::shared_ptr<Storage> storage;
  std::shared_ptr<HeadWatch> head;
  std::unique_ptr<Reader> reader;

  // A reader that shows less than was acknowledged would be believed (rule DUR-2). The ring is read before the log, so
  // a service that goes on meanwhile can only put the log further ahead of it.
  std::expected<void, Failure> open_whole() {
    const auto ring = read_floor(ring_file(data));
    if (!ring) return std::unexpected(ring.error());
    if (!*ring) {
      return std::unexpected(Failure{Failure::Kind::Damaged, "the file " + ring_file(data).string() +
                                                                 ", which says what was acknowledged, is missing"});
    }
    if (auto opened = open_anew(); !opened) return opened;
    const Head now = reader->log().head();
    if (auto above = check_floor(*storage, now, (*ring)->highest); !above) return above;
    return check_content(*storage, now);
  }

  std::expected<void, Failure> open_anew() {
    StorageSettings settings;
    settings.folder = log_folder(data);
    auto opened = Storage::open_secondary(settings, scratch.path());
    if (!opened) return std::unexpected(std::move(opened.error()));
    const auto id = load_identity(**opened);
    if (!id) return std::unexpected(why_it_has_no_identity(settings));
    const auto now = load_head(**opened);
    if (!now) return std::unexpected(now.error());
    storage = std::move(*opened);
    if (head) {
      head->advance(*now);
    } else {
      head = std::make_shared<HeadWatch>(*now);
    }
    reader = std::make_unique<Reader>(storage, head, *id);
    return {};
  }
};

Secondary::Secondary(std::unique_ptr<State> state) : state_(std::move(state)) {}
Secondary::~Secondary() = default;
Secondary::Secondary(Secondary&&) noexcept = default;

std::expected<Secondary, Failure> Secondary::open(const std::filesystem::path& data) {
  if (!std::filesystem::exists(data)) return std::unexpected(invalid("there is no data folder " + data.string()));
  if (!std::filesystem::exists(log_folder(data) / "CURRENT")) {
    return std::unexpected(invalid(data.string() + " is not a Tweestap data folder"));
  }
  auto scratch = ScratchFolder::make();
  if (!scratch) return std::unexpected(scratch.error());
  auto state = std::make_unique<State>(data, std::move(*scratch));
  // A service that compacts may remove a file between the manifest's reading and the file's: look again.
  constexpr int kTriesMax = 5;
  std::expected<void, Failure> opened;
  for (int i = 0; i < kTriesMax; ++i) {
    opened = state->open_whole();
    if (opened || opened.error().kind == Failure::Kind::Invalid) break;
  }
  if (!opened) return std::unexpected(opened.error());
  return Secondary{std::move(state)};
}

const Reader& Secondary::reader() const { return *state_->reader; }

std::expected<void, Failure> Secondary::catch_up() {
  if (!state_->storage->catch_up()) return state_->open_anew();
  const auto now = load_head(*state_->storage);
  if (!now) return state_->open_anew();
  state_->head->advance(*now);
  return {};
}

}  // namespace tweestap::eventstore
