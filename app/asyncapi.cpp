#include "app/asyncapi.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "app/version.h"
#include "consumers/kafka/stream_record.h"
#include "platform/settings/settings.h"

namespace tweestap::app {
namespace {

using Json = nlohmann::ordered_json;  // members in the order that people read them
using consumers::kafka::HeaderInfo;

constexpr std::string_view kBindingVersion = "0.5.0";  // of AsyncAPI's binding for Kafka

Json reference(const std::string& to) { return {{"$ref", to}}; }

Json header_schema(const HeaderInfo& info) {
  Json schema{{"type", "string"}};
  if (info.meaning.empty()) {
    const std::string attribute{info.name.substr(consumers::kafka::kAttributePrefix.size())};
    schema["description"] = "The attribute `" + attribute + "` of the value again, as text, to filter without parsing.";
  } else {
    schema["description"] = info.meaning;
  }
  if (!info.constant.empty()) schema["const"] = info.constant;
  if (!info.pattern.empty()) schema["pattern"] = info.pattern;
  return schema;
}

Json headers_schema() {
  Json properties = Json::object();
  Json required = Json::array();
  for (const HeaderInfo& info : consumers::kafka::header_infos()) {
    properties[std::string{info.name}] = header_schema(info);
    if (info.always) required.push_back(info.name);
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

// Kafka's headers are bytes; AsyncAPI describes them as members of an object of texts.
Json record_trait() {
  return {{"contentType", consumers::kafka::header_infos().front().constant},
          {"correlationId",
           {{"description", "One login, enrolment or reset: joins the events that belong together."},
            {"location", "$message.payload#/correlation"}}}};
}

Json message(const Json& schema, const std::string& file) {
  const Json& type = schema.at("title");
  const std::string version = schema.at("properties").at("schemaversion").at("const").dump();
  Json narrowed{{"properties", {{"ce_type", {{"const", type}}}, {"ce_schemaversion", {{"const", version}}}}}};
  Json headers{{"type", "object"},
               {"allOf", Json::array({reference("#/components/schemas/headers"), std::move(narrowed)})}};
  // Not as a reference: the published schema of AsyncAPI 3.0 takes none for a key before it was resolved.
  Json kafka{{"key", schema.at("properties").at("subject")}, {"bindingVersion", kBindingVersion}};
  return {{"name", type},
          {"title", type.get<std::string>() + ", version " + version},
          {"summary", schema.at("description")},
          {"traits", Json::array({reference("#/components/messageTraits/record")})},
          {"headers", std::move(headers)},
          {"payload", reference(file)},
          {"bindings", {{"kafka", std::move(kafka)}}}};
}

Json info() {
  return {{"title", "Tweestap: the stream of events"},
          {"version", release()},
          {"description",
           "Every event of a log as a record of one Kafka topic, once, and in the order of positions within each Kafka "
           "partition. docs/consumers.md has the rules for consumers: repeats, gaps, unknown types and versions. "
           "Members that a schema does not have are valid. The schemas are of JSON Schema 2020-12 and use only words "
           "that mean the same in draft 07."},
          {"license", {{"name", "Apache-2.0"}}}};
}

}  // namespace

std::string asyncapi_document(std::span<const eventstore::GeneratedDocument> schemas) {
  Json messages = Json::object();
  Json in_channel = Json::object();
  for (const eventstore::GeneratedDocument& document : schemas) {
    const Json schema = Json::parse(document.content);
    const std::string name =
        schema.at("title").get<std::string>() + ".v" + schema.at("properties").at("schemaversion").at("const").dump();
    messages[name] = message(schema, document.file_name);
    in_channel[name] = reference("#/components/messages/" + name);
  }
  Json channel{{"address", platform::Settings{}.kafka_topic},
               {"title", "Every event of the log"},
               {"description", "The name of the topic is the setting kafka.topic; this is its default."},
               {"messages", std::move(in_channel)}};
  Json operation{{"action", "send"},
                 {"channel", reference("#/channels/events")},
                 {"summary", "The service sends each event once it is durable, past ones first."}};
  Json components{{"schemas", {{"headers", headers_schema()}}},
                  {"messageTraits", {{"record", record_trait()}}},
                  {"messages", std::move(messages)}};
  const Json document{{"asyncapi", "3.0.0"},
                      {"info", info()},
                      {"channels", {{"events", std::move(channel)}}},
                      {"operations", {{"stream", std::move(operation)}}},
                      {"components", std::move(components)}};
  return document.dump(2) + "\n";
}

}  // namespace tweestap::app
