#include "consumers/siem/mapping_document.h"

#include <array>
#include <span>
#include <string_view>

#include "consumers/siem/described.h"
#include "consumers/siem/member_places.h"
#include "consumers/siem/table.h"

namespace tweestap::consumers::siem {
namespace {

std::string code(std::string_view text) { return text.empty() ? "" : "`" + std::string{text} + "`"; }

std::string codes(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) {
    if (!word.empty()) out += (out.empty() ? "" : ", ") + code(word);
  }
  return out;
}

// As people write paths: src_endpoint.uid
std::string path_of(std::string_view pointer) {
  std::string path{pointer.empty() ? pointer : pointer.substr(1)};
  for (char& c : path) c = c == '/' ? '.' : c;
  return code(path);
}

std::string factors_of(const Proofs& proofs) {
  std::string words;
  for (const domain::Amr amr : proofs.always.values()) {
    words += (words.empty() ? "" : ", ") + std::string{domain::name_of(amr)};
  }
  return words.empty() && !proofs.member.empty() ? "what " + code(proofs.member) + " says" : words;
}

std::string activity_of(const Row& row) {
  std::string name{row.activity.ocsf_name};
  if (row.in_session) name += "; in a session " + std::string{row.in_session->ocsf_name};
  return name;
}

void append_line(std::span<const std::string> cells, std::string& out) {
  out += '|';
  for (const std::string& cell : cells) out += (cell.empty() ? "" : " " + cell) + " |";
  out += '\n';
}

void append_row(const Row& row, std::string& out) {
  append_line(std::array{code(row.type),
                         std::to_string(static_cast<unsigned>(row.activity.ocsf_class)) + " " +
                             std::string{class_name(row.activity.ocsf_class)},
                         activity_of(row), std::string{outcome_word(row.outcome)}, std::string{name_of(row.severity)},
                         codes(row.activity.ecs_category), codes(row.activity.ecs_type), factors_of(row.proofs)},
              out);
}

std::string cef_place(const MemberPlace& place) {
  return place.cef.empty() ? "" : code(place.cef) + (is_labelled(place.cef) ? ", labelled" : "");
}

}  // namespace

std::string mapping_document() {
  std::string out =
      "# Events in the words of a SIEM\n\n"
      "What `tweestap consume --format ocsf`, `ecs` and `cef` make of each event. This page is generated from the "
      "table that they grow from; how to read it is in [consumers.md](../consumers.md#for-a-siem). None of them has "
      "`sealedpersonal` and `sealedsecret`, and CEF has times in milliseconds: an archive takes `--format json`.\n\n"
      "## Types\n\n"
      "| type | OCSF class | activity | outcome | severity | `event.category` | `event.type` | factors |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const Row& row : kRows) append_row(row, out);
  out +=
      "\n## Members\n\n"
      "| member | OCSF | ECS | CEF |\n"
      "| --- | --- | --- | --- |\n";
  for (const MemberPlace& place : kMemberPlaces) {
    append_line(std::array{code(place.member), path_of(place.ocsf), path_of(place.ecs), cef_place(place)}, out);
  }
  append_line(
      std::array{std::string{"all"}, code("unmapped.data"), code("tweestap.data"), std::string{"`cs6`, labelled"}},
      out);
  return out;
}

}  // namespace tweestap::consumers::siem
