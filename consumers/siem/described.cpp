#include "consumers/siem/described.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "consumers/detection/rules.h"
#include "consumers/json_scan.h"
#include "consumers/siem/table.h"
#include "domain/time.h"

namespace tweestap::consumers::siem {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kAccountPrefix = "acc_";
constexpr std::string_view kApiKeyPrefix = "apk_";

Doer doer_of(const reader::Event& event) {
  Doer doer;
  if (event.on_behalf_of) doer.account = *event.on_behalf_of;
  if (event.actor.starts_with(kApiKeyPrefix)) {
    doer.api_key = event.actor;
  } else if (event.actor.starts_with(kAccountPrefix)) {
    doer.account = event.actor;
  } else {
    doer.name = event.actor;
  }
  return doer;
}

const Activity& activity_of(const Row& row, const reader::Event& event) {
  const bool in_session = row.in_session && event.text("session") && !event.text("login");
  return in_session ? *row.in_session : row.activity;
}

// A Method says how a code comes, an Amr what it proves: one word for both.
Proof proof_of(std::string_view word) {
  if (const auto method = domain::parse_name<domain::Method>(word)) {
    const domain::Amr amr = domain::amr_of(*method);
    return {std::string{domain::name_of(amr)}, amr};
  }
  return {std::string{word}, domain::parse_name<domain::Amr>(word)};
}

void add_proof(std::string_view word, std::vector<Proof>& proofs) {
  Proof proof = proof_of(word);
  if (std::ranges::find(proofs, proof.word, &Proof::word) == proofs.end()) proofs.push_back(std::move(proof));
}

}  // namespace

Described::Described(const reader::Event& event)
    : event_(event), row_(row_of(event.type)), activity_(activity_of(row_, event)), doer_(doer_of(event)) {}

// By rule and not by what happened: a receiver groups by titles. The rule of a newer version is in `rule` alone.
std::string Described::title() const {
  const auto rule =
      activity_ == kFinding ? domain::parse_name<domain::AlertRule>(event_.text("rule").value_or("")) : std::nullopt;
  if (!rule) return std::string{row_.meaning};
  return std::string{domain::name_of(*rule)}.append(": ").append(detection::info_of(*rule).meaning);
}

std::string_view Described::activity_name() const {
  return activity_.ocsf_id == kOtherActivity ? std::string_view{event_.type} : activity_.ocsf_name;
}

std::string Described::id() const { return event_.log + "/" + std::to_string(event_.position); }

std::string_view Described::account() const {
  if (event_.subject.starts_with(kAccountPrefix)) return event_.subject;
  const std::string_view named = event_.text("account").value_or("");
  return named.starts_with(kAccountPrefix) ? named : std::string_view{};
}

std::string_view Described::api_key() const {
  const std::string_view named = event_.text("apikey").value_or("");
  return named.starts_with(kApiKeyPrefix) ? named : std::string_view{};
}

std::vector<Proof> Described::proofs() const {
  std::vector<Proof> proofs;
  for (const domain::Amr amr : row_.proofs.always.values()) add_proof(domain::name_of(amr), proofs);
  const auto found = event_.data.find(row_.proofs.member);
  if (row_.proofs.member.empty() || found == event_.data.end()) return proofs;
  const Json named = json_of(found->second);
  if (named.is_string()) add_proof(named.get_ref<const std::string&>(), proofs);
  if (!named.is_array()) return proofs;
  for (const Json& one : named) {
    if (one.is_string()) add_proof(one.get_ref<const std::string&>(), proofs);
  }
  return proofs;
}

std::string_view Described::first_text(const std::array<std::string_view, 2>& members) const {
  for (const std::string_view member : members) {
    const auto text = member.empty() ? std::nullopt : event_.text(member);
    if (text) return *text;
  }
  return {};
}

std::string_view outcome_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::Success:
      return "success";
    case Outcome::Failure:
      return "failure";
    case Outcome::Undecided:
      break;
  }
  return "unknown";
}

std::int64_t milliseconds_of(const reader::Event& event) {
  return std::chrono::floor<std::chrono::milliseconds>(event.time).time_since_epoch().count();
}

std::string time_text(const reader::Event& event) {
  // A stranger's record can have a time before 1970, and our own text of one begins there.
  return domain::rfc3339_us({std::max<std::int64_t>(event.time.time_since_epoch().count(), 0)});
}

Json json_of(const reader::Member& member) {
  if (const auto* text = std::get_if<std::string>(&member)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&member)) return *number;
  if (const auto* truth = std::get_if<bool>(&member)) return *truth;
  const std::string& text = std::get<reader::OtherJson>(member).text;
  // What is nested deeper than is_json() looks would be walked by calls when it is written.
  if (!is_json(text)) return text;
  Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json(text) : json;  // 1e999 is JSON and no number
}

Json attributes_of(const reader::Event& event) {
  Json attributes{{"subject", event.subject},
                  {"version", event.version},
                  {"schemaversion", event.schema_version},
                  {"command", event.command},
                  {"actor", event.actor}};
  if (event.on_behalf_of) attributes["onbehalfof"] = *event.on_behalf_of;
  return attributes;
}

Json data_of(const reader::Event& event) {
  Json data = Json::object();
  for (const auto& [name, member] : event.data) data[name] = json_of(member);
  return data;
}

std::string one_line(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace); }

}  // namespace tweestap::consumers::siem
