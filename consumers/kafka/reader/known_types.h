#pragma once
// What the application handles, and what this library has heard of.
#include <tweestap/reader.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tweestap::reader {

/// The newest version of that type in the catalogue that this library was built with. Any thread.
[[nodiscard]] std::optional<std::uint32_t> catalogued_version(std::string_view type);

enum class Handling : std::uint8_t { HandOver, PassOver, UnknownType, UnknownVersion };

/// What the options say about an event of that type and version. Pure. Any thread.
[[nodiscard]] Handling handling_of(const Options& options, const std::string& type, std::uint32_t schema_version);

}  // namespace tweestap::reader
