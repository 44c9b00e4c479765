#pragma once
// What people read, by key and language: one catalogue per language, embedded from http/texts/*.json.
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "platform/failure.h"
#include "platform/text/unicode.h"

namespace tweestap::http {

/// One of the catalogues. A language is added by adding a file, so this is an index and no enumeration.
struct Language {
  std::uint8_t index = 0;
  friend constexpr auto operator<=>(const Language&, const Language&) = default;
};

/// Every text in every language. Immutable once loaded, so any thread may read it.
class Texts {
 public:
  /// Reads the embedded catalogues. `fallback` is the organisation's language ("en", "nl", …); `length` takes the place
  /// of {password_min} and {password_max}. Fails (Invalid) on a catalogue that is no flat object of strings, another
  /// placeholder, keys that are not the same in all, or a fallback that there is no catalogue of.
  [[nodiscard]] static std::expected<Texts, platform::Failure> load(std::string_view fallback = "en",
                                                                    const platform::PasswordLength& length = {});

  /// The text; a key that does not exist is a bug and ends the process (a test asks for every key that is used).
  [[nodiscard]] std::string_view at(Language language, std::string_view key) const;
  [[nodiscard]] std::optional<std::string_view> find(Language language, std::string_view key) const;

  /// By RFC 9110, 12.5.4, with q-values; `nl-BE` finds `nl`. None acceptable, or malformed: the fallback.
  [[nodiscard]] Language choose(std::string_view accept_language) const;
  [[nodiscard]] std::optional<Language> named(std::string_view code) const;
  [[nodiscard]] std::string_view code(Language language) const;
  [[nodiscard]] Language fallback() const { return fallback_; }
  [[nodiscard]] std::size_t languages() const { return catalogues_.size(); }
  /// Every key of one language, in no order.
  [[nodiscard]] std::vector<std::string_view> keys(Language language) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Catalogue {
    std::string code;
    std::unordered_map<std::string, std::string, Hash, std::equal_to<>> texts;
  };
  std::vector<Catalogue> catalogues_;
  Language fallback_;
};

/// A file that the build put into the program.
struct EmbeddedFile {
  std::string_view name;  ///< below its folder, with forward slashes
  std::string_view content;
};

/// The files of http/texts, sorted by name; written by cmake/embed.cmake.
[[nodiscard]] std::span<const EmbeddedFile> embedded_texts();

}  // namespace tweestap::http
