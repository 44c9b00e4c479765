#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>

#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::platform {

/// Breached passwords that nobody may choose (NIST SP 800-63B-4, 3.1.1.2). Looked up in its file at each question and
/// never held in memory, so a list of many gigabytes costs nothing. docs/blocklist.md says how to make one.
/// Thread rule: `contains` from any thread.
class Blocklist {
 public:
  /// The small list that is part of the program.
  [[nodiscard]] static Blocklist built_in();
  /// A list of one's own: sorted SHA-1 lines (`HASH` or `HASH:count`), searched by halving, or plain passwords, one a
  /// line, of at most 64 MiB, read through. Invalid where it is neither, Unavailable where it cannot be read.
  [[nodiscard]] static std::expected<Blocklist, Failure> open(const std::filesystem::path& path);

  /// Whether the normalised password is on the list, as typed or with its ASCII letters in lower case.
  [[nodiscard]] std::expected<bool, Failure> contains(const Secret& password) const;

  Blocklist(Blocklist&&) noexcept;
  Blocklist& operator=(Blocklist&&) noexcept;
  ~Blocklist();

 private:
  class Source;
  class BuiltIn;
  class HashFile;
  class PlainFile;
  explicit Blocklist(std::unique_ptr<Source> source);
  std::unique_ptr<Source> source_;
};

}  // namespace tweestap::platform
