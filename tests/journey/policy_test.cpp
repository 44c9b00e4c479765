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

}  // namespace
}  // namespace tweestap::tests
