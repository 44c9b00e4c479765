#pragma once
// Events for the tests of the formats for a SIEM, as a consumer of the stream would get them.
#include <gtest/gtest.h>
#include <tweestap/event.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/kafka/reader/envelope.h"
#include "consumers/siem/member_places.h"
#include "tests/support/files.h"
#include "tests/support/places.h"

namespace tweestap::consumers::siem {

inline constexpr std::string_view kRelease = "0.1.0";
using Json = nlohmann::ordered_json;

/// The event of a golden file, such as `login.completed.v2`.
inline reader::Event golden_event(const std::string& name) {
  const auto parsed =
      reader::parse_envelope(tests::file_text(tests::source_dir() / "tests/golden/events" / (name + ".json")));
  EXPECT_TRUE(parsed.has_value()) << name << ": " << (parsed ? "" : parsed.error());
  return parsed ? parsed->event : reader::Event{};
}

/// An alert of that rule, about that account or about nobody's.
inline reader::Event alert_event(const std::string& rule, const std::string& account = "") {
  reader::Event event = golden_event("device.theft_suspected.v1");
  event.type = "alert.raised";
  event.subject = "service";
  event.data = {{"rule", rule}, {"count", std::int64_t{20}}};
  if (!account.empty()) event.data["account"] = account;
  return event;
}

/// One of every type and version that there ever was.
inline std::vector<reader::Event> golden_events() {
  std::vector<reader::Event> events;
  for (const auto& file : std::filesystem::directory_iterator{tests::source_dir() / "tests/golden/events"}) {
    events.push_back(golden_event(file.path().stem().string()));
  }
  return events;
}

/// Those, and what they could be besides: of a visitor, without any member, with every member that has a place, and of
/// a type that nobody knows.
inline std::vector<reader::Event> all_kinds_of_events() {
  std::vector<reader::Event> events = golden_events();
  const std::size_t golden = events.size();
  EXPECT_GT(golden, 50U);
  for (std::size_t i = 0; i < golden; ++i) {
    reader::Event of_a_visitor = events[i];
    of_a_visitor.subject = of_a_visitor.actor = "visitor";
    of_a_visitor.on_behalf_of.reset();
    reader::Event bare = events[i];
    bare.data.clear();
    reader::Event full = events[i];
    for (const MemberPlace& place : kMemberPlaces) {
      full.data[std::string{place.member}] =
          place.kind == MemberKind::Number ? reader::Member{std::int64_t{7}} : reader::Member{"some"};
    }
    reader::Event unknown = events[i];
    unknown.type = "moon.landed";
    for (reader::Event* one : {&of_a_visitor, &bare, &full, &unknown}) events.push_back(std::move(*one));
  }
  return events;
}

/// Facts of a schema that others published, from tests/vectors.
inline Json facts_of(const std::string& schema) {
  return Json::parse(tests::file_text(tests::source_dir() / "tests/vectors" / (schema + ".json")), nullptr, false);
}

}  // namespace tweestap::consumers::siem
