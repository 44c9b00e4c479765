#pragma once
// The body and the headers of a provider's request, as the operator writes them: text with places to fill in.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/crypto/secret.h"

namespace tweestap::consumers::sms {

/// How a value is written into its place.
enum class Escape : std::uint8_t {
  None,  ///< as it is: the caller knows that nothing in it means anything there
  Json,  ///< as the inside of a JSON string (RFC 8785, 3.2.2.2)
  Form,  ///< application/x-www-form-urlencoded: everything but RFC 3986's unreserved characters as %XX
};

/// What may be filled in. All UTF-8.
struct TemplateValues {
  std::string_view to = {};
  std::string_view text = {};
  std::string_view from = {};
  std::string_view reference = {};
  std::string_view secret = {};
};

/// Thread rule: never changes after parse(); any threads.
class MessageTemplate {
 public:
  /// A place is a name of TemplateValues in braces, `{to}`; braces around anything but lower-case letters stand for
  /// themselves, so JSON needs no escaping. Fails, in words that name it, where a place has an unknown name.
  [[nodiscard]] static std::expected<MessageTemplate, std::string> parse(std::string_view text, Escape escape);

  /// The text with its places filled in. It is secret because the values are; no copy of it stays behind.
  [[nodiscard]] platform::Secret fill(const TemplateValues& values) const;

  /// Whether `{name}` occurs.
  [[nodiscard]] bool has(std::string_view name) const;

 private:
  using Member = std::string_view TemplateValues::*;
  struct Place {
    std::string_view name;
    Member member = nullptr;
  };
  struct Part {
    std::string before;          // what stands for itself
    std::optional<Place> place;  // and what follows it
  };
  static std::optional<Place> place_called(std::string_view name);

  std::vector<Part> parts_;
  Escape escape_ = Escape::None;
};

}  // namespace tweestap::consumers::sms
