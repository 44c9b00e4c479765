#include "app/data_folder.h"

#include <cstdlib>
#include <optional>

#include "eventstore/kek.h"

namespace tweestap::app {
namespace {

using platform::Failure;

// systemd.exec(5), LoadCredential=: a folder that only this service can read.
std::optional<std::filesystem::path> systemd_credential() {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) return std::nullopt;
  std::filesystem::path file = std::filesystem::path{folder} / "tweestap.kek";
  std::error_code ignored_means_absent;
  if (!std::filesystem::exists(file, ignored_means_absent)) return std::nullopt;
  return file;
}

FoundKek found(platform::Secret key, KekSource source) { return {std::move(key), source}; }

// Empty: none is there.
std::expected<std::optional<FoundKek>, Failure> look_for_kek(const platform::Settings& settings,
                                                             const DataFolder& folder) {
  const auto as = [](std::expected<platform::Secret, Failure> key,
                     KekSource source) -> std::expected<std::optional<FoundKek>, Failure> {
    if (!key) return std::unexpected(std::move(key.error()));
    return found(std::move(*key), source);
  };
  if (!settings.keys_kek.empty()) return as(eventstore::parse_kek(settings.keys_kek), KekSource::Configured);
  if (const auto file = systemd_credential()) {
    return as(eventstore::load_kek_file(*file, eventstore::KekReaders::SystemdUnit), KekSource::SystemdCredential);
  }
  std::error_code unreadable;
  if (std::filesystem::exists(folder.kek(), unreadable) || unreadable) {
    return as(eventstore::load_kek_file(folder.kek()), KekSource::DataFolder);
  }
  return std::nullopt;
}

}  // namespace

std::expected<FoundKek, Failure> find_kek(const platform::Settings& settings, const DataFolder& folder) {
  auto kek = look_for_kek(settings, folder);
  if (!kek) return std::unexpected(std::move(kek.error()));
  if (*kek) return std::move(**kek);
  return std::unexpected(
      Failure{Failure::Kind::Invalid,
              "no key-encryption key: " + folder.kek().string() +
                  " is not there; put the file back from where it is kept, or name it with keys.kek_file"});
}

std::expected<FoundKek, Failure> find_or_create_kek(const platform::Settings& settings, const DataFolder& folder,
                                                    platform::RandomSource& random) {
  auto kek = look_for_kek(settings, folder);
  if (!kek) return std::unexpected(std::move(kek.error()));
  if (*kek) return std::move(**kek);
  auto made = eventstore::create_kek_file(folder.kek(), random);
  if (!made) return std::unexpected(std::move(made.error()));
  return found(std::move(*made), KekSource::DataFolder);
}

}  // namespace tweestap::app
