#pragma once
// What people read in a message, by key and language: one catalogue a language, embedded from consumers/texts/*.json.
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "platform/crypto/secret.h"

namespace tweestap::consumers {

/// What stands in for `{name}`.
using Place = std::pair<std::string_view, std::string_view>;

/// Thread rule: never changes; any threads.
class Texts {
 public:
  /// `fallback`: the organisation's language, for a person whose language has no catalogue. Where that has none either,
  /// English.
  explicit Texts(std::string fallback) : fallback_(std::move(fallback)) {}

  /// The text with its places filled in, in one pass: what is filled in is never looked at again. A key that a
  /// catalogue lacks is a bug (a test and a lint ask for every one).
  [[nodiscard]] platform::Secret filled(std::string_view language, std::string_view key,
                                        std::initializer_list<Place> places) const;

 private:
  std::string fallback_;
};

/// Name and content of the files of consumers/texts, sorted by name; written by cmake/embed.cmake.
[[nodiscard]] std::span<const std::pair<std::string_view, std::string_view>> embedded_texts();

}  // namespace tweestap::consumers
