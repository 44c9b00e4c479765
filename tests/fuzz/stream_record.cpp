// Records of a Kafka topic, which whoever may write to it has made (INP-2): what is read back is what we would have
// written for its value, and no stranger's mac counts.
#include "consumers/kafka/stream_record.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace {

using namespace tweestap::consumers::kafka;

// Texts with a zero byte between them: key, value, and each header's name and value.
std::vector<std::string_view> split(std::string_view bytes) {
  std::vector<std::string_view> texts;
  for (std::size_t at = 0; at <= bytes.size();) {
    const std::size_t end = std::min(bytes.find('\0', at), bytes.size());
    texts.push_back(bytes.substr(at, end - at));
    at = end + 1;
  }
  return texts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto texts = split({reinterpret_cast<const char*>(data), size});
  RawRecord raw;
  raw.key = texts[0];
  if (texts.size() > 1) raw.value = texts[1];
  std::vector<Header> headers;
  for (std::size_t i = 2; i + 1 < texts.size(); i += 2) headers.push_back({texts[i], texts[i + 1]});
  raw.more_headers = headers.size() > kRawHeadersMax;
  raw.headers = headers;
  const auto record = read_record(raw);
  if (!record) return 0;
  MacKeys keys;
  keys.emplace(1, tweestap::platform::Secret::from_text("drawn for this program"));
  if (is_authentic(*record, "tweestap.events", 0, keys)) std::abort();
  StreamRecord again;
  if (!again.take(*raw.value) || again.key() != *raw.key) std::abort();
  again.place({"tweestap.events", 0, record->previous}, keys);
  for (const Header& wanted : again.headers()) {
    if (wanted.name == "mac") continue;
    std::size_t found = 0;
    for (const Header& header : headers) found += header == wanted ? 1 : 0;
    if (found != 1) std::abort();
  }
  return 0;
}
