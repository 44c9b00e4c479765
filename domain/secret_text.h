#pragma once
// Text that an event carries sealed and that nothing may print or compare.
#include <string>
#include <string_view>
#include <utility>

namespace tweestap::domain {

/// Wipes itself; cannot be printed, compared or copied by accident. Only the sealing of an event reveals it.
class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string text) : text_(std::move(text)) {}
  /// Takes a copy of what another folder's secret reveals.
  static SecretText copy_of(std::string_view text) { return SecretText{std::string{text}}; }
  SecretText(SecretText&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
  SecretText& operator=(SecretText&& other) noexcept {
    if (this != &other) {
      wipe();
      text_ = std::move(other.text_);
      other.wipe();
    }
    return *this;
  }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() { wipe(); }

  [[nodiscard]] SecretText clone() const { return copy_of(text_); }
  [[nodiscard]] std::string_view reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  // Through a volatile pointer, so that the compiler cannot leave the writes out. Also what lies in the short-string
  // buffer after a move, which is why the whole capacity goes.
  void wipe() noexcept {
    text_.resize(text_.capacity());
    volatile char* at = text_.data();
    for (std::size_t i = 0; i < text_.size(); ++i) at[i] = '\0';
    text_.clear();
  }
  std::string text_;
};

}  // namespace tweestap::domain
