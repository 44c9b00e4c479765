#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "platform/bytes.h"

namespace tweestap::platform {

/// Bytes that wipe themselves (KEY-3): password, key, token, code. They cannot be copied by accident, printed, or
/// compared in variable time; `constant_time_equal` of hash.h compares. The address of the bytes never changes by a
/// move, so no copy stays behind. Thread rule: as a plain value.
class Secret {
 public:
  Secret() = default;
  /// `size` zero bytes, to be filled through `writable`.
  explicit Secret(std::size_t size);
  static Secret from_bytes(Bytes bytes);
  static Secret from_text(std::string_view text);

  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  bool operator==(const Secret&) const = delete;

  /// A second copy, made on purpose.
  [[nodiscard]] Secret clone() const;
  /// The bytes: a word to grep for where secrets are looked at.
  [[nodiscard]] Bytes reveal() const noexcept { return {bytes_.get(), size_}; }
  [[nodiscard]] std::string_view reveal_text() const noexcept { return text_of(reveal()); }
  /// Room to write into, for whoever produces the secret.
  [[nodiscard]] std::span<std::uint8_t> writable() noexcept { return {bytes_.get(), size_}; }
  /// Wipes what lies beyond `size` and forgets it. A larger size than the present one is a bug.
  void shorten(std::size_t size) noexcept;
  /// Wipes now instead of at the end of life; the secret is empty afterwards.
  void wipe() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;  // what was allocated, and so what is wiped
};

/// Overwrites memory that held a secret, in a way that the compiler does not leave out.
void wipe_memory(std::span<std::uint8_t> memory) noexcept;

}  // namespace tweestap::platform
