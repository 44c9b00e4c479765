// An auditor with the command line: beside the running service and through it, which has to come to the same.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/journey/person.h"
#include "tests/support/places.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;

class Auditing : public ::testing::Test {
 protected:
  Auditing()
      : service_({folder_.path() / "demo", {"--demo", "--admin-key-file", (folder_.path() / "key").string()}, {}}) {
    std::ifstream file{folder_.path() / "key"};
    std::getline(file, admin_);
    alex_.open_session(service_.people());
    account_ = call(service_.people(), "GET", "/v1/session", alex_.session).text("account");
  }
  [[nodiscard]] std::string key(const std::string& role) const {
    return call(service_.staff(), "POST", "/v1/api-keys", admin_, json{{"name", "audit"}, {"role", role}}).text("key");
  }
  // The command in the data folder.
  [[nodiscard]] ProcessResult here(std::vector<std::string> command) const {
    command.insert(command.begin(), program().string());
    command.insert(command.end(), {"--data", (folder_.path() / "demo").string()});
    return run_process(command);
  }
  // The same through the running service.
  [[nodiscard]] ProcessResult there(std::vector<std::string> command, const std::string& key) const {
    command.insert(command.begin(), program().string());
    command.insert(command.end(), {"--url", service_.staff()});
    return run_process(command, {{"TWEESTAP_API_KEY", key}});
  }

  TemporaryFolder folder_;
  ServiceProcess service_;
  std::string admin_;
  Person alex_;
  std::string account_;
};

std::vector<json> lines_of(const std::string& text) {
  std::vector<json> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line));
  return lines;
}

TEST_F(Auditing, ReadsTheSameThroughTheServiceAsBesideIt) {
  const std::string auditor = key("auditor");
  const ProcessResult events = there({"events", "--account", account_}, auditor);
  ASSERT_EQ(events.status, 0) << events.err;
  EXPECT_EQ(events.out, here({"events", "--account", account_}).out);

  // What is personal is not shown to a key, and the rest is the same, newest first.
  const ProcessResult history = there({"history", account_, "--json"}, auditor);
  ASSERT_EQ(history.status, 0) << history.err;
  std::vector<json> whole = lines_of(here({"history", account_, "--json"}).out);
  ASSERT_EQ(whole.size(), 2U);
  EXPECT_TRUE(whole.front().contains("address"));
  for (json& line : whole) {
    line.erase("address");
    line.erase("user_agent");
  }
  EXPECT_EQ(lines_of(history.out), whole);
  const std::string at = whole.front().at("at");
  EXPECT_EQ(lines_of(there({"history", account_, "--json", "--from", at}, auditor).out).size(), 1U);
  EXPECT_EQ(lines_of(there({"history", account_, "--json", "--to", "2001-01-01T00:00:00Z"}, auditor).out).size(), 0U);

  const std::string position = std::to_string(whole.front().at("position").get<std::uint64_t>());
  const ProcessResult state = there({"state", account_, "--at", position, "--json"}, auditor);
  ASSERT_EQ(state.status, 0) << state.err;
  json beside = json::parse(here({"state", account_, "--at", position, "--json"}).out);
  EXPECT_EQ(beside.at("state").at("identifier"), kDemoIdentifier);
  beside.at("state").erase("identifier");
  beside.at("state").erase("display_name");
  EXPECT_EQ(json::parse(state.out), beside);
  EXPECT_EQ(beside.at("state").at("sessions").size(), 1U);

  // All of that was one look of one reader.
  const std::string told = there({"events", "--type", "audit.read"}, auditor).out;
  ASSERT_EQ(lines_of(told).size(), 1U) << told;
  EXPECT_EQ(lines_of(told).front().at("data"), (json{{"by", "audit"}, {"account", account_}}));
}

TEST_F(Auditing, HearsWhatIsMissing) {
  const std::string auditor = key("auditor");
  const ProcessResult by_address = there({"history", kDemoIdentifier}, auditor);
  EXPECT_EQ(by_address.status, 2);
  EXPECT_NE(by_address.err.find("acc_"), std::string::npos);
  const std::string nobody = "acc_00000000000000000000000009";
  EXPECT_EQ(there({"state", nobody, "--at", "1"}, auditor).status, 1);
  EXPECT_EQ(there({"history", nobody}, auditor).status, 1);
  EXPECT_EQ(there({"state", account_, "--at", "1"}, auditor).status, 1) << "it was not there yet";
  EXPECT_EQ(there({"state", account_, "--at", "soon"}, auditor).status, 2);
  // An admin reads no audit: that is no "not found".
  const ProcessResult not_theirs = there({"state", account_, "--at", "99"}, admin_);
  EXPECT_EQ(not_theirs.status, 2);
  EXPECT_NE(not_theirs.err.find("the service answers 403: "), std::string::npos) << not_theirs.err;
  const ProcessResult wrong_key = there({"policy", "show"}, admin_ + "x");
  EXPECT_EQ(wrong_key.status, 2);
  EXPECT_NE(wrong_key.err.find("TWEESTAP_API_KEY"), std::string::npos) << wrong_key.err;
  EXPECT_EQ(there({"api-key", "revoke", "apk_00000000000000000000000009"}, admin_).status, 1);
  EXPECT_EQ(there({"history", account_}, "").status, 2);
}

}  // namespace
}  // namespace tweestap::tests
