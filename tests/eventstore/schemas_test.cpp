#include "eventstore/schemas.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "tests/eventstore/samples.h"

namespace tweestap::eventstore {
namespace {

using Json = nlohmann::ordered_json;

// Just the words of JSON Schema that the generator writes; an unknown one fails, so that none goes unchecked.
bool fits(const Json& schema, const Json& value, std::string& why) {
  for (const auto& [word, rule] : schema.items()) {
    bool good = true;
    if (word == "type") {
      good = rule == "integer" ? value.is_number_integer() : rule == value.type_name();
    } else if (word == "const") {
      good = value == rule;
    } else if (word == "enum") {
      good = std::find(rule.begin(), rule.end(), value) != rule.end();
    } else if (word == "pattern") {
      good = std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>()));
    } else if (word == "minimum") {
      good = value.get<std::int64_t>() >= rule.get<std::int64_t>();
    } else if (word == "maximum") {
      good = value.get<std::int64_t>() <= rule.get<std::int64_t>();
    } else if (word == "maxLength") {
      good = value.get<std::string>().size() <= rule.get<std::size_t>();
    } else if (word == "maxItems") {
      good = value.size() <= rule.get<std::size_t>();
    } else if (word == "uniqueItems") {
      good = std::set<Json>(value.begin(), value.end()).size() == value.size();
    } else if (word == "items") {
      for (const Json& item : value) good = good && fits(rule, item, why);
    } else if (word == "required") {
      for (const Json& name : rule) good = good && value.contains(name.get<std::string>());
    } else if (word == "properties") {
      for (const auto& [name, member] : value.items()) {
        good = good && rule.contains(name) && fits(rule[name], member, why);
      }
    } else {
      good = word == "$schema" || word == "$id" || word == "title" || word == "description" || word == "format";
    }
    if (!good) {
      why += word + ": " + value.dump().substr(0, 80) + "; ";
      return false;
    }
  }
  return true;
}

template <class E>
Json schema_of() {
  const std::string name = std::string{E::kInfo.name} + ".v" + std::to_string(E::kInfo.schema_version) + ".json";
  for (const GeneratedDocument& document : event_schemas()) {
    if (document.file_name == name) return Json::parse(document.content);
  }
  return nullptr;
}

TEST(EventSchemas, FitTheEnvelopesThatAreWritten) {
  domain::for_each_event([]<class E>() {
    const Json schema = schema_of<E>();
    ASSERT_TRUE(schema.is_object()) << E::kInfo.name;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      samples::Draw draw{seed};
      std::string bytes;
      encode(samples::draw_envelope<E>(draw, seed == 0 ? samples::Taste::Plain : samples::Taste::Odd), bytes);
      std::string why;
      ASSERT_TRUE(fits(schema, Json::parse(bytes), why)) << E::kInfo.name << ": " << why << "\n" << schema.dump(1);
    }
  });
}

TEST(EventSchemas, RefuseWhatIsNoEnvelope) {
  const Json schema = schema_of<domain::CodeRejected>();
  samples::Draw draw{1};
  std::string bytes;
  encode(samples::draw_envelope<domain::CodeRejected>(draw, samples::Taste::Plain), bytes);
  const Json whole = Json::parse(bytes);
  std::string why;
  ASSERT_TRUE(fits(schema, whole, why)) << why;
  for (const auto& [name, value] : whole.items()) {
    if (name == "onbehalfof") continue;
    Json less = whole;
    less.erase(name);
    EXPECT_FALSE(fits(schema, less, why)) << name;
    Json other = whole;
    other[name] = true;
    EXPECT_FALSE(fits(schema, other, why)) << name;
  }
}

TEST(EventSchemas, LetConsumersMeetMembersThatTheyDoNotKnow) {
  for (const GeneratedDocument& document : event_schemas()) {
    EXPECT_EQ(document.content.find("additionalProperties"), std::string::npos) << document.file_name;
    EXPECT_EQ(document.content.find("unevaluatedProperties"), std::string::npos) << document.file_name;
  }
}

TEST(EventSchemas, ShowNoMemberThatIsSealed) {
  const Json data = schema_of<domain::AccountRegistered>()["properties"]["data"]["properties"];
  EXPECT_TRUE(data.contains("language"));
  EXPECT_FALSE(data.contains("identifier"));
  EXPECT_FALSE(data.contains("verifier"));
  EXPECT_TRUE(schema_of<domain::AccountRegistered>()["properties"].contains("sealedpersonal"));
}

TEST(EventCatalogue, NamesEveryEventAndMember) {
  const std::string page = event_catalogue();
  domain::for_each_event([&page]<class E>() {
    const std::size_t at = page.find("### `" + std::string{E::kInfo.name} + "`\n");
    ASSERT_NE(at, std::string::npos) << E::kInfo.name;
    const std::string section = page.substr(at, page.find("\n##", at + 1) - at);
    EXPECT_NE(section.find(E::kInfo.meaning), std::string::npos);
    domain::for_each_field<E>([&section](const auto& field) {
      EXPECT_NE(section.find("| `" + std::string{field.name} + "` | "), std::string::npos) << field.name;
      EXPECT_NE(section.find(std::string{field.meaning} + " |\n"), std::string::npos) << field.name;
    });
  });
  EXPECT_EQ(page.find("\n\n\n"), std::string::npos);
}

}  // namespace
}  // namespace tweestap::eventstore
