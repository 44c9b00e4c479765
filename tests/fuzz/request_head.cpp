// The front door's reader of heads (HTTP-1, HTTP-2): whatever it accepts is clean, and ends where it says.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/guard.h"

namespace {

bool has_control_character(std::string_view text) {
  for (const char c : text) {
    if ((c >= 0 && c < ' ' && c != '\t') || c == '\x7f') return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tweestap::http;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto end = head_end(bytes, 0);
  if (!end) return 0;
  if (*end > bytes.size() || *end > kHeadBytesMax) std::abort();
  RequestHead head;
  if (!read_head(bytes.substr(0, *end), head)) return 0;
  if (head.target.empty() || head.target.size() > kTargetBytesMax || has_control_character(head.target)) std::abort();
  if (head.headers.size() > kHeadersMax) std::abort();
  for (const HeaderField& header : head.headers) {
    if (header.name.empty() || has_control_character(header.name) || has_control_character(header.value)) std::abort();
    if (equal_ignoring_case(header.name, "transfer-encoding")) std::abort();
  }
  if (head.content_length != 0 && (head.method == Method::Get || head.method == Method::Head)) std::abort();
  return 0;
}
