#include "app/local_store.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>

namespace tweestap::app {

using platform::Failure;

class LocalStore::Scratch {
 public:
  static std::expected<std::unique_ptr<Scratch>, Failure> make() {
    std::error_code error;
    const std::filesystem::path base = std::filesystem::temp_directory_path(error);
    std::string name = (base / "tweestap-keys-XXXXXX").string();
    if (error || mkdtemp(name.data()) == nullptr) {
      return std::unexpected(Failure{Failure::Kind::Unavailable, "no temporary folder can be made: set TMPDIR"});
    }
    return std::make_unique<Scratch>(name);
  }
  explicit Scratch(std::filesystem::path path) : path_(std::move(path)) {}
  ~Scratch() {
    std::error_code left_for_the_system_to_clean;
    std::filesystem::remove_all(path_, left_for_the_system_to_clean);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::expected<LocalStore, Failure> LocalStore::open(const platform::Settings& settings) {
  const DataFolder folder{settings.storage_data};
  // The log before the keys: whatever an event of it needs was in the key database earlier.
  auto store = eventstore::Secondary::open(folder.path());
  if (!store) return std::unexpected(std::move(store.error()));
  auto scratch = Scratch::make();
  if (!scratch) return std::unexpected(std::move(scratch.error()));
  std::optional<platform::Secret> kek;
  if (auto found = find_kek(settings, folder)) kek = std::move(found->key);
  auto keys = eventstore::KeyRing::open_secondary(folder.keys(), (*scratch)->path(), std::move(kek));
  if (!keys) return std::unexpected(std::move(keys.error()));
  return LocalStore{std::move(*scratch), std::move(*store), std::move(*keys)};
}

LocalStore::LocalStore(std::unique_ptr<Scratch> scratch, eventstore::Secondary store,
                       std::unique_ptr<eventstore::KeyRing> keys)
    : scratch_(std::move(scratch)), store_(std::move(store)), keys_(std::move(keys)) {}
LocalStore::LocalStore(LocalStore&&) noexcept = default;
LocalStore::~LocalStore() = default;

std::expected<void, Failure> LocalStore::catch_up() {
  if (auto caught = store_.catch_up(); !caught) return caught;
  return keys_->catch_up();
}

}  // namespace tweestap::app
