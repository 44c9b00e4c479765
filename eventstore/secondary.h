#pragma once
// Reading a store that a running service holds open.
#include <expected>
#include <filesystem>
#include <memory>

#include "eventstore/reader.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// Sees a prefix of whole batches, as of the last catch_up(). Works on a stopped store too, and changes nothing in the
/// data folder; its own files lie in a temporary folder that goes with it. Thread rule: catch_up() from one thread,
/// while no other reads; ask for reader() again after it.
class Secondary {
 public:
  /// Invalid where the folder is not there, not ours or of another format; Damaged where it does not read back.
  [[nodiscard]] static std::expected<Secondary, platform::Failure> open(const std::filesystem::path& data);
  ~Secondary();
  Secondary(Secondary&&) noexcept;

  [[nodiscard]] const Reader& reader() const;
  /// Moves to what the writer has made durable since; opens anew by itself where catching up fails. For `--follow`:
  /// every 200 ms.
  [[nodiscard]] std::expected<void, platform::Failure> catch_up();

 private:
  struct State;
  explicit Secondary(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tweestap::eventstore
