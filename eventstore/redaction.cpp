#include "eventstore/redaction.h"

#include <string_view>

#include "eventstore/json_text.h"

namespace tweestap::eventstore {
namespace {

void append_code_point_escape(unsigned code_point, std::string& out) {
  out.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back(kLowerHex[code_point >> shift & 15]);
}

// JSON leaves characters as they are that end a line or steer a terminal all the same (LOG-2): DEL, U+0080 to U+009F,
// U+2028, U+2029. The text is UTF-8, as the codec wrote it.
void append_printable(std::string_view json, std::string& out) {
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto byte = static_cast<unsigned char>(json[i]);
    const auto next = i + 1 < json.size() ? static_cast<unsigned char>(json[i + 1]) : 0U;
    const auto last = i + 2 < json.size() ? static_cast<unsigned char>(json[i + 2]) : 0U;
    if (byte == 0x7f) {
      append_code_point_escape(byte, out);
    } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
      append_code_point_escape(next, out);
      i += 1;
    } else if (byte == 0xe2 && next == 0x80 && (last == 0xa8 || last == 0xa9)) {
      append_code_point_escape(0x2000U + last - 0x80U, out);
      i += 2;
    } else {
      out.push_back(json[i]);
    }
  }
}

}  // namespace

std::string log_line(const Envelope& envelope) {
  std::string out{domain::info_of(envelope.event).name};
  out.append(" position=").append(std::to_string(envelope.position));
  out.append(" subject=");
  envelope.subject.append_text(out);
  out.append(" version=").append(std::to_string(envelope.version));
  out.append(" actor=");
  domain::append_text(envelope.actor, out);
  out.append(" data=");
  std::string data;
  append_public_data(envelope.event, data);
  append_printable(data, out);
  return out;
}

}  // namespace tweestap::eventstore
