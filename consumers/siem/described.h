#pragma once
// An event with its row, and what the formats have in common to say of it.
#include <tweestap/event.h>

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/siem/row.h"

namespace tweestap::consumers::siem {

inline constexpr std::string_view kProduct = "Tweestap";  // its maker's name too

/// Who did it. What is not known is empty.
struct Doer {
  std::string_view account;  ///< also the one that a machine client did it for
  std::string_view api_key;
  std::string_view name;  ///< `visitor` or `system`, where it is neither of these
};

/// A proof of who somebody is: RFC 8176's word or ours, and what we know of it; nothing for a newer one.
struct Proof {
  std::string word;
  std::optional<domain::Amr> amr;
};

/// Refers to the event and to the table, and has to be gone before either. Any thread.
class Described {
 public:
  explicit Described(const reader::Event& event);

  [[nodiscard]] const reader::Event& event() const { return event_; }
  [[nodiscard]] const Row& row() const { return row_; }
  [[nodiscard]] const Activity& activity() const { return activity_; }
  /// One sentence for a person: of an alert what its rule looks for, with the rule's name before it; else what the
  /// type of event means.
  [[nodiscard]] std::string title() const;
  /// What the class calls it, or else the event's type.
  [[nodiscard]] std::string_view activity_name() const;
  [[nodiscard]] std::string id() const;  ///< CloudEvents': of the log and its position
  /// The account that it happens to: the subject, or in the streams of the service what `account` names. Or empty.
  [[nodiscard]] std::string_view account() const;
  /// The API key that it is about, which may be another than the doer's: an alert's suspect, a new one, one that was
  /// revoked. Or empty.
  [[nodiscard]] std::string_view api_key() const;
  [[nodiscard]] const Doer& doer() const { return doer_; }
  /// As the row says, without the same one twice.
  [[nodiscard]] std::vector<Proof> proofs() const;
  /// The first of those members that is a text, or empty.
  [[nodiscard]] std::string_view first_text(const std::array<std::string_view, 2>& members) const;

 private:
  const reader::Event& event_;
  const Row& row_;
  const Activity& activity_;
  Doer doer_;
};

/// `success`, `failure` or `unknown`: ECS's words, which CEF takes too.
[[nodiscard]] std::string_view outcome_word(Outcome outcome);

/// Milliseconds since 1970, as OCSF and CEF have their times.
[[nodiscard]] std::int64_t milliseconds_of(const reader::Event& event);
/// RFC 3339 with microseconds: the event's `time` again.
[[nodiscard]] std::string time_text(const reader::Event& event);

/// A member as JSON; a list that is none of ours (is_json()) as a text. Any thread.
[[nodiscard]] nlohmann::ordered_json json_of(const reader::Member& member);
/// What of the envelope no format has a place of its own for in every class: subject, actor, command and versions.
[[nodiscard]] nlohmann::ordered_json attributes_of(const reader::Event& event);
/// All of `data`, in the order of the alphabet.
[[nodiscard]] nlohmann::ordered_json data_of(const reader::Event& event);

/// One line, in visible ASCII whatever is in it: what is not becomes \u…, and bytes that are no UTF-8 become U+FFFD. A
/// line that is looked at can then neither move a cursor nor end early, for no reader of lines (INP-2).
[[nodiscard]] std::string one_line(const nlohmann::ordered_json& json);

}  // namespace tweestap::consumers::siem
