#pragma once
// Reads an event out of its stored bytes, which are hostile here: whoever may write to the topic chose them (INP-2).
#include <tweestap/event.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tweestap::reader {

inline constexpr std::size_t kEnvelopeBytesMax = 16 * 1024;  // as eventstore's; longer is no envelope
inline constexpr int kDepthMax = 8;                          // an envelope has three; what is nested is walked by calls

/// An event and its attributes as headers repeat them, in their order.
struct ParsedEvent {
  Event event;
  std::vector<std::pair<std::string, std::string>> attributes;
};

/// The event of exactly these bytes. They have to be the one way in which Tweestap writes them (docs/consumers.md), so
/// that no member stands there twice and no two readers see different events in them. Types, versions, and members that
/// this library does not know are taken. Otherwise what is wrong, in words without anything of the content. Any thread.
[[nodiscard]] std::expected<ParsedEvent, std::string> parse_envelope(std::string_view bytes);

/// A page of `GET /v1/events`.
struct Page {
  std::vector<ParsedEvent> events;
  std::uint64_t scanned_to = 0;
};
/// Likewise; its bytes are bounded by whoever read them.
[[nodiscard]] std::expected<Page, std::string> parse_page(std::string_view bytes);

}  // namespace tweestap::reader
