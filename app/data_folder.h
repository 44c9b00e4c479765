#pragma once
// What lies where in a data folder, and the key that opens it.
#include <expected>
#include <filesystem>

#include "platform/crypto/random.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"
#include "platform/settings/settings.h"

namespace tweestap::app {

/// Names of the data folder. The log and its ring file are eventstore's: `log/` and `head`.
class DataFolder {
 public:
  explicit DataFolder(std::filesystem::path path) : path_(std::move(path)) {}

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path keys() const { return path_ / "keys"; }
  [[nodiscard]] std::filesystem::path kek() const { return path_ / "kek"; }
  /// Made by `serve --demo`, which runs on no other folder.
  [[nodiscard]] std::filesystem::path demo_marker() const { return path_ / "demo"; }

 private:
  std::filesystem::path path_;
};

/// Where the key-encryption key was found.
enum class KekSource { Configured, SystemdCredential, DataFolder };

struct FoundKek {
  platform::Secret key;
  KekSource source = KekSource::DataFolder;
};

/// From `keys.kek` (or `keys.kek_file`), from the systemd credential `tweestap.kek`, or from the data folder, in this
/// order. Invalid where none is there (the sentence says what to do), or what is there is no key.
[[nodiscard]] std::expected<FoundKek, platform::Failure> find_kek(const platform::Settings& settings,
                                                                  const DataFolder& folder);

/// The same, but makes one in the data folder where none is found: the first start only.
[[nodiscard]] std::expected<FoundKek, platform::Failure> find_or_create_kek(const platform::Settings& settings,
                                                                            const DataFolder& folder,
                                                                            platform::RandomSource& random);

}  // namespace tweestap::app
