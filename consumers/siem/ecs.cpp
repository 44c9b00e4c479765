#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "consumers/siem/described.h"
#include "consumers/siem/lines.h"
#include "consumers/siem/member_places.h"

namespace tweestap::consumers::siem {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kFieldNameMax = 64;  // ours have at most 16

Json list_of(std::span<const std::string_view> words) {
  Json list = Json::array();
  for (const std::string_view word : words) {
    if (!word.empty()) list.push_back(word);
  }
  return list;
}

Json event_of(const Described& described) {
  const reader::Event& from = described.event();
  const Activity& activity = described.activity();
  Json event{{"kind", activity == kFinding ? "alert" : "event"}};
  // ECS has fixed lists of both, and wants none rather than one that does not fit.
  if (Json category = list_of(activity.ecs_category); !category.empty()) event["category"] = std::move(category);
  if (Json type = list_of(activity.ecs_type); !type.empty()) event["type"] = std::move(type);
  event["action"] = from.type;
  event["outcome"] = outcome_word(described.row().outcome);
  event["severity"] = static_cast<int>(described.row().severity);
  event["id"] = described.id();
  event["sequence"] = from.position;
  event["module"] = "tweestap";
  event["dataset"] = "tweestap.events";
  return event;
}

// Who acts; whoever logs in is that, whoever sent it. Where the service does, the one account there is: ECS has the
// only user of an event in `user`, and `user.target` beside another. So of an alert it is whom the alert is about.
std::string_view acting_id(const Described& described) {
  const Doer& doer = described.doer();
  const bool logs_in = described.activity().ocsf_class == OcsfClass::Authentication;
  if (logs_in && !described.account().empty()) return described.account();
  if (!doer.account.empty()) return doer.account;
  if (!doer.api_key.empty()) return doer.api_key;
  return described.account();
}

Json acting_user(const Described& described) {
  const std::string_view id = acting_id(described);
  if (id.empty()) return {{"name", described.doer().name}};
  Json user{{"id", id}};
  if (const auto account = described.account(); !account.empty() && account != id) user["target"]["id"] = account;
  return user;
}

// Each once: what a search for everything around an account or a hash looks at.
Json related_of(const Described& described) {
  const auto add = [](std::string_view one, Json& to) {
    if (!one.empty() && std::find(to.begin(), to.end(), Json(one)) == to.end()) to.push_back(one);
  };
  Json users = Json::array();
  for (const auto id : {described.account(), described.doer().account, described.doer().api_key}) add(id, users);
  add(described.event().on_behalf_of.value_or(""), users);
  add(described.api_key(), users);
  Json hashes = Json::array();
  for (const MemberPlace& place : kMemberPlaces) {
    if (place.joins) add(described.event().text(place.member).value_or(""), hashes);
  }
  Json related = Json::object();
  if (!users.empty()) related["user"] = std::move(users);
  if (!hashes.empty()) related["hash"] = std::move(hashes);
  return related;
}

void put_places(const reader::Event& event, Json& line) {
  for (const MemberPlace& place : kMemberPlaces) {
    const auto text = event.text(place.member);
    if (place.ecs.empty() || !text) continue;
    const Json::json_pointer where{std::string{place.ecs}};
    if (!line.contains(where)) line[where] = *text;
  }
}

// A point in a name is a path for Elasticsearch, and some paths make it refuse the whole event.
bool is_field_name(std::string_view name) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyz0123456789_";
  return !name.empty() && name.size() <= kFieldNameMax && name.find_first_not_of(kPlain) == std::string_view::npos;
}

bool is_list_of_values(const Json& json) {
  return json.is_array() && std::none_of(json.begin(), json.end(), [](const Json& one) { return one.is_structured(); });
}

// What Elasticsearch takes as fields: single values, and lists of them. Our events have nothing else; what a stranger
// or a mirror put there besides stands in one text.
Json fields_of(const reader::Event& event) {
  Json fields = Json::object();
  Json others = Json::object();
  for (const auto& [name, member] : event.data) {
    Json json = json_of(member);
    const bool fits = is_field_name(name) && (!json.is_structured() || is_list_of_values(json));
    (fits ? fields : others)[name] = std::move(json);
  }
  Json all = attributes_of(event);
  all["data"] = std::move(fields);
  if (!others.empty()) all["others"] = one_line(others);
  return all;
}

}  // namespace

std::string ecs_line(const reader::Event& event, std::string_view release) {
  const Described described{event};
  Json line{{"@timestamp", time_text(event)}, {"ecs", {{"version", kEcsVersion}}}, {"event", event_of(described)}};
  line["message"] = described.title();
  line["service"] = {{"name", kProduct}, {"type", "tweestap"}, {"id", event.log}};
  line["observer"] = {{"vendor", kProduct}, {"product", kProduct}, {"version", release}};
  line["user"] = acting_user(described);
  if (Json related = related_of(described); !related.empty()) line["related"] = std::move(related);
  line["trace"]["id"] = event.correlation;
  line["transaction"]["id"] = event.command;
  put_places(event, line);
  line["tweestap"] = fields_of(event);
  return one_line(line);
}

}  // namespace tweestap::consumers::siem
