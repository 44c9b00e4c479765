#include "app/line_for_people.h"

#include <chrono>
#include <cstdint>
#include <ctime>
#include <nlohmann/json.hpp>
#include <variant>

#include "consumers/siem/described.h"
#include "platform/text/shown.h"

namespace tweestap::app {
namespace {

std::string shown(const reader::Member& member) {
  if (const auto* text = std::get_if<std::string>(&member)) return platform::word_or_quoted(*text);
  if (const auto* number = std::get_if<std::int64_t>(&member)) return std::to_string(*number);
  if (const auto* truth = std::get_if<bool>(&member)) return *truth ? "yes" : "no";
  return consumers::siem::one_line(consumers::siem::json_of(member));  // ours have plain words only
}

}  // namespace

std::string line_for_people(const reader::Event& event) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(event.time);
  const std::time_t time = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  char when[32] = {};
  std::strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &parts);
  std::string line =
      std::string{when} + "  " + std::to_string(event.position) + "  " + event.type + "  " + event.subject + " ";
  for (const auto& [name, member] : event.data) line += " " + platform::word_or_quoted(name) + "=" + shown(member);
  return line;
}

}  // namespace tweestap::app
