#include "eventstore/schemas.h"

#include <nlohmann/json.hpp>

#include "domain/all_events.h"
#include "eventstore/json_members.h"

namespace tweestap::eventstore {
namespace {

using Json = nlohmann::ordered_json;  // members in the order that people read them

constexpr std::string_view kIdDigits = "[0-7][0-9a-hjkmnp-tv-z]{25}";  // Crockford's base32, 128 bits
constexpr std::string_view kTimePattern = R"(^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$)";

Json pattern(std::string_view text) { return {{"type", "string"}, {"pattern", text}}; }

Json id_pattern(std::string_view prefix) {
  return pattern("^" + std::string{prefix} + "_" + std::string{kIdDigits} + "$");
}

Json count_from(std::int64_t minimum) {
  return {{"type", "integer"}, {"minimum", minimum}, {"maximum", kJsonIntegerMax}};
}

Json time_schema() {
  Json schema = pattern(kTimePattern);
  schema["format"] = "date-time";
  return schema;
}

template <domain::Named E>
Json names_schema() {
  Json names = Json::array();
  for (const std::string_view name : domain::kNames<E>) names.push_back(name);
  return {{"enum", std::move(names)}};
}

template <class T>
Json value_schema(std::size_t max);

template <class T>
Json text_schema(std::size_t bytes_max) {
  // JSON Schema counts characters; a text of so many bytes has no more characters than that.
  return {{"type", "string"}, {"maxLength", bytes_max}};
}

template <class T>
Json number_schema() {
  const auto max =
      std::min(static_cast<std::uint64_t>(kJsonIntegerMax), static_cast<std::uint64_t>(std::numeric_limits<T>::max()));
  Json schema{{"type", "integer"}, {"minimum", 0}, {"maximum", max}};
  if (std::is_signed_v<T>) schema["minimum"] = -static_cast<std::int64_t>(max);
  return schema;
}

template <class E>
Json set_schema() {
  return {{"type", "array"}, {"items", names_schema<E>()}, {"uniqueItems", true}};
}

template <class T>
Json value_schema(std::size_t max) {
  if constexpr (domain::kIsOptional<T>) {
    return value_schema<typename T::value_type>(max);
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (WholeNumber<T>) {
    return number_schema<T>();
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, domain::SecretText>) {
    return text_schema<T>(max);
  } else if constexpr (std::is_same_v<T, domain::Time>) {
    return time_schema();
  } else if constexpr (domain::Named<T>) {
    return names_schema<T>();
  } else if constexpr (std::is_same_v<T, domain::Pseudonym>) {
    return pattern("^[0-9]{4}-[0-9]{2}-[0-9a-f]{20}$");
  } else if constexpr (domain::kIsSet<T>) {
    return set_schema<typename SetElement<T>::type>();
  } else if constexpr (domain::kIsList<T>) {
    return {{"type", "array"}, {"items", value_schema<typename T::value_type>(kListedTextBytesMax)}, {"maxItems", max}};
  } else {
    return id_pattern(T::kPrefix);
  }
}

template <class E>
Json data_schema() {
  Json properties = Json::object();
  Json required = Json::array();
  domain::for_each_field<E>([&](const auto& field) {
    using T = typename std::remove_cvref_t<decltype(field)>::value_type;
    if (field.exposure != domain::Exposure::Public) return;
    Json member{{"description", field.meaning}};
    member.update(value_schema<T>(field.max));
    properties[std::string{field.name}] = std::move(member);
    if constexpr (!domain::kIsOptional<T>) required.push_back(field.name);
  });
  Json schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

template <class E>
Json subject_schema() {
  std::string choices;
  const auto add = [&choices](std::string_view choice) {
    if (!choices.empty()) choices.push_back('|');
    choices.append(choice);
  };
  if (domain::belongs_to<E>(domain::kVisitor)) add("visitor");
  if (domain::belongs_to<E>(domain::kPolicy)) add("policy");
  if (domain::belongs_to<E>(domain::kService)) add("service");
  if (domain::belongs_to<E>(domain::Subject{{1}})) add("acc_" + std::string{kIdDigits});
  return pattern("^(" + choices + ")$");
}

Json digest_schema() { return pattern("^[0-9a-f]{64}$"); }

void add_sealed(const EventType& type, Json& properties, Json& required) {
  const auto add = [&](std::string_view name, const SealedRule& rule) {
    if (!rule.may) return;
    properties[std::string{name}] = digest_schema();
    if (rule.must) required.push_back(name);
  };
  add("sealedpersonal", type.personal);
  add("sealedsecret", type.secret);
}

Json envelope_schema(const domain::EventInfo& info, Json subject, Json data) {
  const std::string log = "log_" + std::string{kIdDigits};
  const std::string id{kIdDigits};
  Json properties{{"specversion", {{"const", "1.0"}}},
                  {"id", pattern("^" + log + "/[1-9][0-9]*$")},
                  {"source", pattern("^urn:tweestap:" + log + "$")},
                  {"type", {{"const", info.name}}},
                  {"schemaversion", {{"const", info.schema_version}}},
                  {"subject", std::move(subject)},
                  {"time", time_schema()},
                  {"position", count_from(1)},
                  {"version", count_from(1)},
                  {"command", id_pattern("cmd")},
                  {"correlation", pattern("^(cmd|lgn|enr|rst)_" + id + "$")},
                  {"actor", pattern("^(visitor|system|(acc|apk)_" + id + ")$")},
                  {"onbehalfof", id_pattern("acc")}};
  Json required{"specversion", "id",       "source",  "type",    "schemaversion", "subject",
                "time",        "position", "version", "command", "correlation",   "actor"};
  add_sealed(*find_event_type(info.name), properties, required);
  properties["data"] = std::move(data);
  required.push_back("data");
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"$id", "urn:tweestap:event:" + std::string{info.name} + ":" + std::to_string(info.schema_version)},
          {"title", info.name},
          {"description", info.meaning},
          {"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)}};
}

GeneratedDocument document_of(const domain::EventInfo& info, const Json& schema) {
  return {std::string{info.name} + ".v" + std::to_string(info.schema_version) + ".json", schema.dump(2) + "\n"};
}

}  // namespace

std::vector<GeneratedDocument> event_schemas() {
  std::vector<GeneratedDocument> out;
  domain::for_each_event([&out]<class E>() {
    out.push_back(document_of(E::kInfo, envelope_schema(E::kInfo, subject_schema<E>(), data_schema<E>())));
  });
  return out;
}

}  // namespace tweestap::eventstore
