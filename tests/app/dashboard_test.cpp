// The dashboard of deploy/ against what a service that runs tells Prometheus. The lint compares it with the code,
// labels and all; a name that the exposition format writes otherwise is only seen here.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/app/data_folder.h"

namespace tweestap::app {
namespace {

// Every query in it, however deep.
void collect_queries(const nlohmann::json& in, std::vector<std::string>& into) {
  if (!in.is_structured()) return;
  for (const auto& [name, value] : in.items()) {
    if (name == "expr" && value.is_string()) into.push_back(value.get<std::string>());
    collect_queries(value, into);
  }
}

std::set<std::string> asked_for() {
  std::ifstream file{tests::source_dir() / "deploy/grafana/dashboards/tweestap.json"};
  std::vector<std::string> queries;
  collect_queries(nlohmann::json::parse(file), queries);
  const std::regex series{"\\btweestap_\\w+"};
  std::set<std::string> names;
  for (const std::string& query : queries) {
    for (std::sregex_iterator found{query.begin(), query.end(), series}, end; found != end; ++found) {
      names.insert(found->str());
    }
  }
  return names;
}

// A line is a comment, or begins with the series' name and its labels or its value.
std::set<std::string> told(const std::string& metrics) {
  std::set<std::string> names;
  std::istringstream lines{metrics};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) names.insert(line.substr(0, line.find_first_of("{ ")));
  }
  return names;
}

using Dashboard = OnADataFolder;

TEST_F(Dashboard, AsksForNothingThatTheServiceDoesNotTell) {
  // With everything that counts: a stream, whose brokers need not be there, and messages.
  const tests::ServiceProcess service{
      {.data = data_,
       .flags = {"--kafka", "127.0.0.1:1"},
       .environment = {{"TWEESTAP_SMS_GATEWAY", "file"}, {"TWEESTAP_SMS_FILE", (folder_.path() / "codes").string()}}}};
  // Answers, and requests that are refused as they are, are counted from the first one on.
  tests::HttpHeaders more_than_a_request_may_have;
  for (int i = 0; i < 100; ++i) more_than_a_request_may_have.emplace("X-" + std::to_string(i), "1");
  EXPECT_EQ(tests::call(service.staff(), "GET", "/health/live", {}, {}, more_than_a_request_may_have).status, 400);
  EXPECT_EQ(tests::call(service.staff(), "GET", "/metrics").status, 200);
  const auto names = told(tests::call(service.staff(), "GET", "/metrics").body);
  const auto asked = asked_for();
  EXPECT_FALSE(asked.empty());
  for (const std::string& name : asked) EXPECT_TRUE(names.contains(name)) << name;
}

}  // namespace
}  // namespace tweestap::app
