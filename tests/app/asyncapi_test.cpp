#include "app/asyncapi.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "app/version.h"
#include "consumers/kafka/stream_record.h"
#include "domain/all_events.h"
#include "tests/support/places.h"

namespace tweestap::app {
namespace {

using Json = nlohmann::ordered_json;
using eventstore::GeneratedDocument;

std::vector<GeneratedDocument> schemas() {
  auto all = eventstore::event_schemas();
  for (GeneratedDocument& schema : all) schema.file_name.insert(0, "schemas/");
  return all;
}

Json document() { return Json::parse(asyncapi_document(schemas())); }

// Every text under a "$ref", wherever it stands.
void collect_references(const Json& value, std::set<std::string>& into) {
  if (value.is_object() && value.contains("$ref")) into.insert(value["$ref"].get<std::string>());
  if (!value.is_structured()) return;
  for (const Json& member : value) collect_references(member, into);
}

// A file of the references as it is in the tree; null where it is not there.
Json reference_file(const std::string& name) {
  std::ifstream file{tests::source_dir() / "docs/reference" / name};
  return Json::parse(file, nullptr, false);
}

TEST(AsyncApi, HasEachTypeOfEventAsAMessageWithItsSchema) {
  const Json all = document();
  std::size_t types = 0;
  domain::for_each_event([&]<class E>() {
    ++types;
    const std::string version = std::to_string(E::kInfo.schema_version);
    const std::string name = std::string{E::kInfo.name} + ".v" + version;
    ASSERT_TRUE(all["components"]["messages"].contains(name)) << name;
    const Json& message = all["components"]["messages"][name];
    EXPECT_EQ(message["name"], std::string{E::kInfo.name});
    EXPECT_EQ(message["summary"], std::string{E::kInfo.meaning});
    EXPECT_EQ(message["payload"]["$ref"], "schemas/" + name + ".json");
    const Json& narrowed = message["headers"]["allOf"][1]["properties"];
    EXPECT_EQ(narrowed["ce_type"]["const"], std::string{E::kInfo.name});
    EXPECT_EQ(narrowed["ce_schemaversion"]["const"], version);
    EXPECT_EQ(all["channels"]["events"]["messages"][name]["$ref"], "#/components/messages/" + name);
  });
  EXPECT_EQ(all["components"]["messages"].size(), types);
  EXPECT_EQ(all["channels"]["events"]["messages"].size(), types);
}

// Of the document that is in the tree: with the versions of before, and the files that lie beside it.
TEST(AsyncApi, EachReferenceLeadsSomewhere) {
  const Json all = reference_file("asyncapi.json");
  ASSERT_TRUE(all.is_object());
  std::set<std::string> references;
  collect_references(all, references);
  std::size_t to_files = 0;
  for (const std::string& reference : references) {
    const std::size_t hash = reference.find('#');
    const std::string file = reference.substr(0, hash);
    const Json target = file.empty() ? all : reference_file(file);
    ASSERT_TRUE(target.is_object()) << reference;
    if (!file.empty()) ++to_files;
    if (hash == std::string::npos) continue;
    EXPECT_TRUE(target.contains(Json::json_pointer{reference.substr(hash + 1)})) << reference;
  }
  EXPECT_GE(to_files, schemas().size());
}

TEST(AsyncApi, HasAVersionOfBeforeBesideTodays) {
  auto both = schemas();
  Json before = Json::parse(both.front().content);
  before["properties"]["schemaversion"]["const"] = 4711;
  both.push_back({"schemas/before.json", before.dump()});
  const Json all = Json::parse(asyncapi_document(both));
  EXPECT_EQ(all["components"]["messages"].size(), both.size());
  const std::string name = before["title"].get<std::string>() + ".v4711";
  EXPECT_EQ(all["components"]["messages"][name]["payload"]["$ref"], "schemas/before.json");
}

TEST(AsyncApi, DescribesTheHeadersThatTheRelayWrites) {
  const Json all = document();
  const Json& headers = all["components"]["schemas"]["headers"];
  const auto infos = consumers::kafka::header_infos();
  EXPECT_EQ(headers["properties"].size(), infos.size());
  std::set<std::string> required;
  for (const Json& name : headers["required"]) required.insert(name.get<std::string>());
  for (const auto& info : infos) {
    const std::string name{info.name};
    ASSERT_TRUE(headers["properties"].contains(name)) << name;
    EXPECT_NE(headers["properties"][name]["description"], "") << name;
    EXPECT_EQ(required.contains(name), info.always) << name;
  }
  EXPECT_EQ(headers["properties"]["content-type"]["const"],
            all["components"]["messageTraits"]["record"]["contentType"]);
}

TEST(AsyncApi, SaysWhatItIs) {
  const Json all = document();
  EXPECT_EQ(all["asyncapi"], "3.0.0");
  EXPECT_EQ(all["info"]["version"], std::string{release()});
  EXPECT_EQ(all["channels"]["events"]["address"], "tweestap.events");
  EXPECT_EQ(all["operations"]["stream"]["action"], "send");
}

}  // namespace
}  // namespace tweestap::app
