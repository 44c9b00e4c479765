#include "platform/crypto/secret.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

#include "platform/bug.h"

namespace tweestap::platform {

Secret::Secret(std::size_t size)
    : bytes_(size == 0 ? nullptr : std::make_unique<std::uint8_t[]>(size)), size_(size), capacity_(size) {}

Secret Secret::from_bytes(Bytes bytes) {
  Secret secret(bytes.size());
  std::ranges::copy(bytes, secret.bytes_.get());
  return secret;
}

Secret Secret::from_text(std::string_view text) { return from_bytes(bytes_of(text)); }

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::move(other.bytes_)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

Secret::~Secret() { wipe(); }

Secret Secret::clone() const { return from_bytes(reveal()); }

void Secret::shorten(std::size_t size) noexcept {
  if (size > size_) bug("a secret cannot be shortened to more than it has");
  wipe_memory({bytes_.get() + size, size_ - size});
  size_ = size;
}

void Secret::wipe() noexcept {
  wipe_memory({bytes_.get(), capacity_});
  bytes_.reset();
  size_ = 0;
  capacity_ = 0;
}

void wipe_memory(std::span<std::uint8_t> memory) noexcept {
  if (!memory.empty()) OPENSSL_cleanse(memory.data(), memory.size());
}

}  // namespace tweestap::platform
