// The organisation's policy at the command line, which is the way out of four eyes.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/places.h"
#include "tests/support/service_process.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;

class PolicyAtTheCommandLine : public ::testing::Test {
 protected:
  PolicyAtTheCommandLine() : data_(folder_.path() / "data") {
    start();
    std::ifstream file{key_file()};
    std::getline(file, admin_);
  }
  [[nodiscard]] std::string key_file() const { return (folder_.path() / "key").string(); }
  void start() {
    service_ = std::make_unique<ServiceProcess>(
        ServiceProcess::Options{.data = data_, .flags = {"--admin-key-file", key_file()}, .environment = {}});
  }
  [[nodiscard]] HttpAnswer put(const json& policy) const {
    return call(service_->staff(), "PUT", "/v1/policy", admin_, policy);
  }
  [[nodiscard]] ProcessResult set(const std::string& assignment) const {
    return run_process({program().string(), "policy", "set", assignment, "--data", data_.string()});
  }

  TemporaryFolder folder_;
  std::filesystem::path data_;
  std::unique_ptr<ServiceProcess> service_;
  std::string admin_;
};

TEST_F(PolicyAtTheCommandLine, ADM_3_EndsFourEyesOnAStoppedServiceOnly) {
  ASSERT_EQ(put({{"four_eyes", true}}).status, 200);
  const HttpAnswer refused = put({{"four_eyes", false}});
  EXPECT_EQ(refused.status, 403) << refused.body;
  const ProcessResult in_use = set("four_eyes=false");
  EXPECT_EQ(in_use.status, 3) << in_use.err;
  EXPECT_NE(in_use.err.find("on a running service: stop it first"), std::string::npos) << in_use.err;
  EXPECT_EQ(in_use.err.find("PUT /v1/policy"), std::string::npos) << "which refuses it";
  EXPECT_NE(set("methods=totp").err.find("PUT /v1/policy"), std::string::npos);
  EXPECT_TRUE(call(service_->staff(), "GET", "/v1/policy", admin_).json.at("four_eyes"));

  ASSERT_EQ(service_->stop(), 0);
  const ProcessResult done = set("four_eyes=false");
  ASSERT_EQ(done.status, 0) << done.err;
  start();
  EXPECT_FALSE(call(service_->staff(), "GET", "/v1/policy", admin_).json.at("four_eyes"));

  // And the log says who did it: nobody with a key or a session.
  const ProcessResult events =
      run_process({program().string(), "events", "--type", "policy.changed", "--data", data_.string()});
  ASSERT_EQ(events.status, 0) << events.err;
  std::istringstream lines{events.out};
  std::string last;
  for (std::string line; std::getline(lines, line);) last = line;
  EXPECT_EQ(json::parse(last).at("actor"), "system") << last;
  EXPECT_FALSE(json::parse(last).at("data").at("foureyes")) << last;
}

TEST_F(PolicyAtTheCommandLine, SaysWhatThereIsAndWhatItTakes) {
  ASSERT_EQ(service_->stop(), 0);
  const auto says = [this](const std::string& assignment, const std::string& sentence) {
    const ProcessResult wrong = set(assignment);
    EXPECT_EQ(wrong.status, 2) << assignment;
    EXPECT_NE(wrong.err.find(sentence), std::string::npos) << wrong.err;
  };
  says("foo=1", "there is no policy \"foo\"");
  says("foo=1", "There are: two_step_mandatory_from, methods, remember_durations, four_eyes, sms_countries\n");
  says("four_eye=true", "did you mean four_eyes?");
  says("methods", "policy set wants NAME=VALUE");
  says("methods=fax", "methods takes totp, sms or totp,sms\n");
  says("methods=", "methods takes ");
  says("methods=\xff", "methods takes ");
  says("two_step_mandatory_from=tomorrow", "two_step_mandatory_from takes a time such as 2026-03-15T00:00:00Z");
  says("remember_durations=2h", "remember_durations takes one or more of never, 12h, 3d and 1w");
  says("four_eyes=maybe", "four_eyes takes true or false");
  says("sms_countries=nl", "sms_countries takes countries as two capital letters");

  says("remember_durations=", "remember_durations takes ");
  says("four_eyes=", "four_eyes takes true or false");
  // Nothing is a value of two of them, and they say which.
  EXPECT_NE(set("sms_countries=").out.find("sms_countries = []"), std::string::npos);
  const ProcessResult no_date = set("two_step_mandatory_from=");
  EXPECT_EQ(no_date.status, 0) << no_date.err;
  EXPECT_EQ(no_date.out.find("two_step_mandatory_from"), std::string::npos);
  says("sms_countries=nl", "or nothing: to no country, so that no code goes by SMS at all\n");
  says("two_step_mandatory_from=tomorrow", "or nothing: from no date on\n");
  const ProcessResult help = run_process({program().string(), "policy", "set", "--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* name : {"methods", "remember_durations", "four_eyes", "sms_countries", "two_step_mandatory_from"}) {
    EXPECT_NE(help.out.find(std::string{name} + ":"), std::string::npos) << help.out;
  }

  // Every name that the policy shows can be set.
  ASSERT_EQ(set("two_step_mandatory_from=2030-01-01T00:00:00Z").status, 0);
  const ProcessResult shown = run_process({program().string(), "policy", "show", "--json", "--data", data_.string()});
  const json policy = json::parse(shown.out);
  for (const auto& [name, value] : policy.items()) says(name + "=\xff", name + " takes ");
}

}  // namespace
}  // namespace tweestap::tests
