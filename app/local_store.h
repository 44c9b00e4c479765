#pragma once
// A data folder opened for reading, whether a service holds it or not.
#include <expected>
#include <memory>

#include "app/data_folder.h"
#include "eventstore/key_ring.h"
#include "eventstore/secondary.h"
#include "platform/settings/settings.h"

namespace tweestap::app {

/// Everything as of one head; catch_up() moves it. Without a key-encryption key the ring is locked and sealed members
/// stay sealed. Thread rule: one thread.
class LocalStore {
 public:
  /// Every failure is exit status 3; nothing is created.
  [[nodiscard]] static std::expected<LocalStore, platform::Failure> open(const platform::Settings& settings);
  LocalStore(LocalStore&&) noexcept;
  ~LocalStore();

  [[nodiscard]] const eventstore::Reader& reader() const { return store_.reader(); }
  [[nodiscard]] const eventstore::KeyRing& keys() const { return *keys_; }
  [[nodiscard]] std::expected<void, platform::Failure> catch_up();

 private:
  // The key database's own log lies here while it is open beside its owner.
  class Scratch;
  LocalStore(std::unique_ptr<Scratch> scratch, eventstore::Secondary store, std::unique_ptr<eventstore::KeyRing> keys);
  std::unique_ptr<Scratch> scratch_;
  eventstore::Secondary store_;
  std::unique_ptr<eventstore::KeyRing> keys_;
};

}  // namespace tweestap::app
