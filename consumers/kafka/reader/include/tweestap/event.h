#pragma once
// One event of the log, as a program that reads the stream gets it.
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tweestap::reader {

/// A member that is neither text, whole number nor truth value: a list, as its JSON text.
struct OtherJson {
  std::string text;

  bool operator==(const OtherJson&) const = default;
};
using Member = std::variant<std::string, std::int64_t, bool, OtherJson>;

/// An event with its attributes; what each type means, and its members, is in docs/reference/events.md. Nothing in it
/// is personal. Every text is from outside until its record was judged; it was, when the reader hands it over. Thread
/// rule: as a plain value.
struct Event {
  std::string log;             ///< `log_…`: `source` without `urn:tweestap:`
  std::uint64_t position = 0;  ///< in the log, from 1
  std::uint64_t version = 0;   ///< in its subject's stream, from 1
  std::string type;            ///< `login.code_rejected`
  std::uint32_t schema_version = 0;
  std::string subject;  ///< an account's id, or `visitor`, `policy` or `service`
  std::chrono::sys_time<std::chrono::microseconds> time;
  std::string command;
  std::string correlation;
  std::string actor;
  std::optional<std::string> on_behalf_of;
  std::map<std::string, Member, std::less<>> data;
  std::string envelope;  ///< the stored bytes: CloudEvents 1.0, structured mode

  /// A member of `data` that is a text, such as `network`; nothing where it is absent or of another kind.
  [[nodiscard]] std::optional<std::string_view> text(std::string_view member) const;
  /// Likewise a whole number.
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view member) const;

  bool operator==(const Event&) const = default;
};

}  // namespace tweestap::reader
