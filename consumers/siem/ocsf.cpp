#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consumers/siem/described.h"
#include "consumers/siem/lines.h"
#include "consumers/siem/member_places.h"

namespace tweestap::consumers::siem {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFactorOther = 99;
constexpr int kStatusNew = 1;  // of a finding, where 1 is no success
constexpr int kObservableOther = 99;
constexpr int kObservableUserUid = 31;

// The objects of a class that we have something for, beside those that it cannot be without.
std::vector<std::string_view> objects_of(OcsfClass of) {
  switch (of) {
    case OcsfClass::Authentication:
      return {"user", "actor", "src_endpoint", "session"};
    case OcsfClass::AccountChange:
    case OcsfClass::DetectionFinding:  // in its evidence
      return {"user", "actor", "src_endpoint"};
    case OcsfClass::EntityManagement:
      return {"actor", "src_endpoint"};
    case OcsfClass::ApplicationLifecycle:
      return {"app"};
    case OcsfClass::BaseEvent:
      break;
  }
  return {};
}

bool has_object(OcsfClass of, std::string_view name) {
  const auto objects = objects_of(of);
  return std::ranges::find(objects, name) != objects.end();
}

void put_class(const Described& described, Json& line) {
  const Activity& activity = described.activity();
  const auto class_uid = static_cast<std::uint32_t>(activity.ocsf_class);
  line["class_uid"] = class_uid;
  line["class_name"] = class_name(activity.ocsf_class);
  line["category_uid"] = class_uid / 1000;
  line["category_name"] = category_name(activity.ocsf_class);
  line["activity_id"] = activity.ocsf_id;
  line["activity_name"] = described.activity_name();
  line["type_uid"] = class_uid * 100 + activity.ocsf_id;
  line["type_name"] = std::string{class_name(activity.ocsf_class)} + ": " + std::string{activity.ocsf_name};
}

void put_status(const Described& described, Json& line) {
  line["severity_id"] = static_cast<int>(described.row().severity);
  line["severity"] = name_of(described.row().severity);
  if (described.activity().ocsf_class == OcsfClass::DetectionFinding) {
    line["status_id"] = kStatusNew;
    line["status"] = "New";
    return;
  }
  switch (described.row().outcome) {
    case Outcome::Success:
      line["status_id"] = 1;
      line["status"] = "Success";
      return;
    case Outcome::Failure:
      line["status_id"] = 2;
      line["status"] = "Failure";
      return;
    case Outcome::Undecided:
      line["status_id"] = 0;
      line["status"] = "Unknown";
      return;
  }
}

Json product_of(std::string_view release) {
  return {{"name", kProduct}, {"vendor_name", kProduct}, {"version", release}};
}

Json metadata_of(const Described& described, std::string_view release) {
  const reader::Event& event = described.event();
  return {{"version", kOcsfVersion},    {"product", product_of(release)},       {"uid", described.id()},
          {"sequence", event.position}, {"correlation_uid", event.correlation}, {"event_code", event.type},
          {"log_name", event.log},      {"original_time", time_text(event)}};
}

Json affected_user(const Described& described) {
  if (const auto account = described.account(); !account.empty()) return {{"uid", account}};
  return {{"name", described.event().subject}};
}

Json actor_of(const Doer& doer) {
  Json actor = Json::object();
  if (!doer.account.empty()) {
    actor["user"]["uid"] = doer.account;
  } else if (!doer.name.empty()) {
    actor["user"]["name"] = doer.name;
  }
  if (!doer.api_key.empty()) actor["app_uid"] = doer.api_key;
  return actor;
}

// Who and from where: into the event, or into what a finding shows as evidence.
void put_parties(const Described& described, Json& into) {
  const OcsfClass of = described.activity().ocsf_class;
  // A class that wants a user gets what there is; evidence is of an account or of none.
  const bool has_user = of != OcsfClass::DetectionFinding || !described.account().empty();
  if (has_object(of, "user") && has_user) into["user"] = affected_user(described);
  if (has_object(of, "actor")) into["actor"] = actor_of(described.doer());
}

// What is of an object goes where put_parties() put its like; of two members for one place the first one has it.
void put_places(const Described& described, Json& line, Json& parties) {
  for (const MemberPlace& place : kMemberPlaces) {
    const auto text = described.event().text(place.member);
    if (place.ocsf.empty() || !text) continue;
    const std::string_view object = place.ocsf.substr(1, place.ocsf.rfind('/') - 1);
    const bool of_the_event = place.ocsf.rfind('/') == 0;
    if (!of_the_event && !has_object(described.activity().ocsf_class, object)) continue;
    Json& into = of_the_event ? line : parties;
    const Json::json_pointer where{std::string{place.ocsf}};
    if (!into.contains(where)) into[where] = *text;
  }
}

Json factor_of(const Proof& proof) {
  const auto other = [&] { return Json{{"factor_type_id", kFactorOther}, {"factor_type", proof.word}}; };
  if (!proof.amr) return other();
  switch (*proof.amr) {
    case domain::Amr::Password:
      return {{"factor_type_id", 11}, {"factor_type", "Password"}};
    case domain::Amr::Otp:
      return {{"factor_type_id", 7}, {"factor_type", "OTP"}, {"is_totp", true}};
    case domain::Amr::Sms:
      return {{"factor_type_id", 1}, {"factor_type", "SMS"}};
    case domain::Amr::Recovery:
    case domain::Amr::HardwareKey:
    case domain::Amr::Pin:
      break;
  }
  return other();
}

void put_authentication(const Described& described, Json& line) {
  line["auth_protocol_id"] = 99;  // OCSF's list has none that is password and code over HTTP
  line["auth_protocol"] = kProduct;
  line["service"] = {{"name", kProduct}, {"uid", described.event().log}};
  const auto proofs = described.proofs();
  for (const Proof& proof : proofs) line["auth_factors"].push_back(factor_of(proof));
  // A remembered device that stood for the second step is none: its login has one factor.
  if (described.activity() == kLogon && described.row().outcome == Outcome::Success) {
    line["is_mfa"] = proofs.size() > 1;
  }
}

void put_entity(const Described& described, Json& line) {
  const Entity& entity = described.row().entity;
  const std::string_view uid = described.first_text(entity.members);
  line["entity"] = {{"type_id", entity.type_id}, {"type", entity.type}};
  if (uid.empty()) {
    line["entity"]["name"] = described.event().subject;
  } else {
    line["entity"]["uid"] = uid;
  }
}

void put_finding(const Described& described, Json& line) {
  line["finding_info"] = {{"uid", described.id()}, {"title", described.title()}};
  line["is_alert"] = true;
  Json evidence = Json::object();
  put_parties(described, evidence);
  put_places(described, line, evidence);
  line["evidences"] = Json::array({std::move(evidence)});
}

void put_what_the_class_wants(const Described& described, Json& line) {
  switch (described.activity().ocsf_class) {
    case OcsfClass::Authentication:
      put_authentication(described, line);
      break;
    case OcsfClass::EntityManagement:
      put_entity(described, line);
      break;
    case OcsfClass::ApplicationLifecycle:
      line["app"] = {{"name", kProduct}, {"vendor_name", kProduct}, {"uid", described.event().log}};
      break;
    case OcsfClass::DetectionFinding:
      put_finding(described, line);
      return;
    case OcsfClass::AccountChange:
    case OcsfClass::BaseEvent:
      break;
  }
  put_parties(described, line);
  put_places(described, line, line);
}

Json observable(std::string name, int type_id, std::string_view type, std::string_view value) {
  return {{"name", std::move(name)}, {"type_id", type_id}, {"type", type}, {"value", value}};
}

void put_observables(const Described& described, Json& line) {
  if (const auto account = described.account(); !account.empty()) {
    const bool is_subject = account == described.event().subject;
    const char* const elsewhere = is_subject ? "unmapped.subject" : "unmapped.data.account";
    const char* const where = line.contains("user") ? "user.uid" : elsewhere;
    line["observables"].push_back(observable(where, kObservableUserUid, "User Object: uid", account));
  }
  if (const auto key = described.api_key(); !key.empty()) {
    line["observables"].push_back(observable("unmapped.data.apikey", kObservableOther, "API key", key));
  }
  for (const MemberPlace& place : kMemberPlaces) {
    const auto text = described.event().text(place.member);
    if (!place.joins || !text) continue;
    line["observables"].push_back(
        observable("unmapped.data." + std::string{place.member}, kObservableOther, "Pseudonym", *text));
  }
}

}  // namespace

std::string ocsf_line(const reader::Event& event, std::string_view release) {
  const Described described{event};
  Json line;
  put_class(described, line);
  line["time"] = milliseconds_of(event);
  put_status(described, line);
  line["message"] = described.title();
  line["metadata"] = metadata_of(described, release);
  put_what_the_class_wants(described, line);
  put_observables(described, line);
  line["unmapped"] = attributes_of(event);
  line["unmapped"]["data"] = data_of(event);
  return one_line(line);
}

}  // namespace tweestap::consumers::siem
