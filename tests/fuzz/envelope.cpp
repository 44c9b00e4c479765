// Envelopes from a disk or a topic are hostile (INP-2): whatever the bytes, the outcome is damage or an envelope that,
// where it is of its type's version of today, encodes to exactly these bytes.
#include "eventstore/envelope.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "eventstore/redaction.h"
#include "platform/bug.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  static_cast<void>(tweestap::eventstore::scan_head(bytes));
  const auto envelope = tweestap::eventstore::decode(bytes);
  if (!envelope) return 0;
  std::string again;
  tweestap::eventstore::encode(*envelope, again);
  const bool of_today = envelope->schema_version == tweestap::domain::info_of(envelope->event).schema_version;
  if (of_today && again != bytes)
    tweestap::platform::bug("an envelope was read from other bytes than it is written as");
  static_cast<void>(tweestap::eventstore::log_line(*envelope));
  return 0;
}
