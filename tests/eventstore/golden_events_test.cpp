// The golden file of every released version of an event stays and must decode: stored is for ever.
// TWEESTAP_WRITE_GOLDEN=1 writes the ones that are missing; one that is there is never written over.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/eventstore/samples.h"
#include "tests/support/places.h"

namespace tweestap::eventstore {
namespace {

std::filesystem::path golden_folder() { return tests::source_dir() / "tests/golden/events"; }

std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <class E>
std::filesystem::path golden_path() {
  return golden_folder() / (std::string{E::kInfo.name} + ".v" + std::to_string(E::kInfo.schema_version) + ".json");
}

// The members in their order, each with its kind of value: an enumeration may learn a word, the list of members not.
nlohmann::ordered_json shape(const std::string& bytes) {
  auto json = nlohmann::ordered_json::parse(bytes);
  for (auto& value : json.at("data")) value = value.type_name();
  return json.at("data");
}

TEST(GoldenEvents, EveryEventHasOneOfThisVersionAndHasItsMembers) {
  const bool write = std::getenv("TWEESTAP_WRITE_GOLDEN") != nullptr;
  domain::for_each_event([write]<class E>() {
    const std::filesystem::path path = golden_path<E>();
    std::string bytes;
    encode(samples::golden<E>(), bytes);
    if (write && !std::filesystem::exists(path)) std::ofstream(path, std::ios::binary) << bytes;
    ASSERT_TRUE(std::filesystem::exists(path))
        << path << " is missing: run this test with TWEESTAP_WRITE_GOLDEN=1 and read what it wrote";
    EXPECT_EQ(shape(read_bytes(path)), shape(bytes))
        << "the member list of " << E::kInfo.name << " changed: raise its schemaversion";
  });
}

TEST(GoldenEvents, EachOneDecodesAndOneOfTodayEncodesToItsOwnBytes) {
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder())) {
    const std::string bytes = read_bytes(entry.path());
    const auto envelope = decode(bytes);
    ASSERT_TRUE(envelope) << entry.path() << ": " << envelope.error().reason;
    ++seen;
    if (envelope->schema_version != domain::info_of(envelope->event).schema_version) continue;  // of an earlier release
    std::string again;
    encode(*envelope, again);
    EXPECT_EQ(again, bytes) << entry.path();
  }
  EXPECT_GE(seen, std::variant_size_v<domain::EventVariant>);
}

}  // namespace
}  // namespace tweestap::eventstore
