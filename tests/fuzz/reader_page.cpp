// What a service, or somebody in its place, gives the reader library over HTTP, and what a group's offsets carry
// (INP-2): a page is taken as it is written or not at all, and so is a token.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "consumers/kafka/reader/envelope.h"
#include "consumers/kafka/reader/place.h"

namespace {

using namespace tweestap::reader;

void check_event(const ParsedEvent& parsed, std::string_view page) {
  const Event& event = parsed.event;
  if (event.position == 0 || event.version == 0 || event.envelope.size() > kEnvelopeBytesMax) std::abort();
  // The event is what lies in the page, and the same one where it comes from the topic.
  if (page.find(event.envelope) == std::string_view::npos) std::abort();
  const auto alone = parse_envelope(event.envelope);
  if (!alone || alone->event != event || alone->attributes != parsed.attributes) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  if (const auto page = parse_page(bytes)) {
    for (const ParsedEvent& event : page->events) check_event(event, bytes);
  }
  if (const auto place = parse_token(bytes)) {
    if (token_of(*place) != bytes) std::abort();
  }
  return 0;
}
