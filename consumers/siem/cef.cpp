// "Implementing ArcSight Common Event Format", version 25: the header's fields end at a pipe and the extension's values
// at the next key, so that what decides where something ends is escaped, and nothing else is.
#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/siem/described.h"
#include "consumers/siem/lines.h"
#include "consumers/siem/member_places.h"

namespace tweestap::consumers::siem {
namespace {

bool is_visible(char c) { return c >= ' ' && c <= '~'; }

// One line, so no line ends are in it, escaped or not.
void append_header(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (c == '\\' || c == '|') out += '\\';
    out += is_visible(c) ? c : '?';
  }
  out += '|';
}

// Line ends are \n and \r. What else is not visible ASCII is lost here; `data` has it, escaped by JSON.
void append_value(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      if (c == '\\' || c == '=') out += '\\';
      out += is_visible(c) ? c : '?';
    }
  }
}

// The extension: key=value with spaces between. A receiver cuts at its own lengths (4000 for cs1 to cs6), which no
// event of ours comes near.
class Extension {
 public:
  /// Each key once: the first value has it. An empty value says nothing, and would take the next key for its own.
  void add(std::string_view key, std::string_view value) {
    if (key.empty() || value.empty() || std::ranges::find(keys_, key) != keys_.end()) return;
    keys_.push_back(key);
    if (!text_.empty()) text_ += ' ';
    text_.append(key) += '=';
    append_value(value, text_);
  }
  void add(std::string_view key, std::int64_t value) { add(key, std::to_string(value)); }
  /// With the name that people see: cs1Label, cn1Label.
  template <class Value>
  void add_labelled(std::string_view key, std::string_view label, Value value) {
    const std::size_t before = keys_.size();
    add(key, value);
    if (keys_.size() > before) text_.append(" ").append(key).append("Label=").append(label);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::vector<std::string_view> keys_;
};

// 0 to 3 are low, 4 to 6 medium, 7 and 8 high.
std::string_view severity_of(Severity severity) {
  constexpr std::array<std::string_view, 5> kSeverities{"Unknown", "1", "3", "6", "8"};
  return kSeverities[static_cast<std::size_t>(severity)];
}

void add_place(const MemberPlace& place, const reader::Event& event, Extension& to) {
  const auto add = [&](auto value) {
    if (is_labelled(place.cef)) {
      to.add_labelled(place.cef, place.member, value);
    } else {
      to.add(place.cef, value);
    }
  };
  switch (place.kind) {
    case MemberKind::Text:
      if (const auto text = event.text(place.member)) add(*text);
      break;
    case MemberKind::Number:
      if (const auto number = event.number(place.member)) add(*number);
      break;
  }
}

void add_parties(const Described& described, Extension& to) {
  const Doer& doer = described.doer();
  to.add("duid", described.account());
  if (described.account().empty()) to.add("duser", described.event().subject);
  to.add("suid", doer.account);
  to.add("suser", doer.name);
  to.add("sourceServiceName", doer.api_key);
}

std::string words_of(const std::vector<Proof>& proofs) {
  std::string words;
  for (const Proof& proof : proofs) words.append(words.empty() ? "" : " ").append(proof.word);
  return words;
}

}  // namespace

std::string cef_line(const reader::Event& event, std::string_view release) {
  const Described described{event};
  std::string line = "CEF:0|";
  const std::string title = described.title();
  for (const std::string_view field : {kProduct, kProduct, release, std::string_view{event.type},
                                       std::string_view{title}, severity_of(described.row().severity)}) {
    append_header(field, line);
  }
  Extension extension;
  extension.add("rt", milliseconds_of(event));
  extension.add("externalId", std::to_string(event.position));
  extension.add("deviceExternalId", event.log);
  extension.add("cat", class_name(described.activity().ocsf_class));
  extension.add("act", described.activity_name());
  extension.add("outcome", outcome_word(described.row().outcome));
  for (const MemberPlace& place : kMemberPlaces) add_place(place, event, extension);
  add_parties(described, extension);
  extension.add_labelled("cs3", "correlation", std::string_view{event.correlation});
  const std::string words = words_of(described.proofs());
  extension.add_labelled("cs5", "factors", std::string_view{words});
  const std::string data = one_line(data_of(event));
  extension.add_labelled("cs6", "data", std::string_view{data});
  return line + extension.text();
}

}  // namespace tweestap::consumers::siem
