// `tweestap detect`, beside a service that runs and watches.
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/app/data_folder.h"

namespace tweestap::app {
namespace {

class Detect : public OnADataFolder {
 protected:
  static void fail_to_log_in(const std::string& people, const std::string& identifier) {
    const auto answer = tests::call(people, "POST", "/v1/logins", {},
                                    nlohmann::json{{"identifier", identifier}, {"password", "not the password"}});
    EXPECT_EQ(answer.status, 401) << answer.body;
  }
  [[nodiscard]] std::string file(const std::string& toml) const {
    const auto path = folder_.path() / "what-if.toml";
    std::ofstream{path} << toml;
    return path.string();
  }
};

TEST_F(Detect, SaysWhatOtherThresholdsWouldRaise) {
  tests::ServiceProcess service{options()};
  fail_to_log_in(service.people(), "nobody@example.org");
  const auto today = run({"detect", "--from", "1"});
  EXPECT_EQ(today.status, 0) << today.err;
  EXPECT_EQ(today.out, "no alerts\n");

  const std::string one_is_enough = file("[detection]\nstuffing_accounts = 1\n");
  const auto people = run({"detect", "--from", "1", "--what-if", one_is_enough});
  EXPECT_EQ(people.status, 0) << people.err;
  EXPECT_TRUE(people.out.starts_with("+ 2")) << people.out;
  EXPECT_NE(people.out.find("  credential_stuffing  network "), std::string::npos) << people.out;
  EXPECT_NE(people.out.find("  1 accounts within 1h\n"), std::string::npos) << people.out;
  EXPECT_NE(people.out.find("\ncredential_stuffing  1, today 0  "), std::string::npos) << people.out;

  const auto programs = run({"detect", "--from", "1", "--what-if", one_is_enough, "--json"});
  const auto line = nlohmann::json::parse(programs.out);
  EXPECT_EQ(line.at("rule"), "credential_stuffing");
  EXPECT_EQ(line.at("change"), "added");
  EXPECT_EQ(line.at("threshold"), 1);
  EXPECT_EQ(line.at("windowseconds"), 3600);
  const std::uint64_t position = line.at("about");
  const auto behind = run({"detect", "--from", std::to_string(position + 1), "--what-if", one_is_enough});
  EXPECT_EQ(behind.out, "no alerts\n");
  const auto before = run({"detect", "--from", "1", "--to", std::to_string(position - 1), "--what-if", one_is_enough});
  EXPECT_EQ(before.out, "no alerts\n");
}

TEST_F(Detect, TheServiceRaisesThemByItself) {
  auto watched = options();
  watched.environment["TWEESTAP_DETECTION_STUFFING_ACCOUNTS"] = "2";
  tests::ServiceProcess service{watched};
  fail_to_log_in(service.people(), "nobody@example.org");
  fail_to_log_in(service.people(), "somebody@example.org");
  std::string found;
  for (int i = 0; found.empty() && i < 200; ++i) found = run({"events", "--type", "alert.raised"}).out;
  ASSERT_FALSE(found.empty()) << service.log();
  EXPECT_EQ(std::ranges::count(found, '\n'), 1) << found;
  const auto envelope = nlohmann::json::parse(found);
  EXPECT_EQ(envelope.at("subject"), "service");
  EXPECT_EQ(envelope.at("data").at("count"), 2);
  const auto again = run({"detect", "--from", "1", "--json"}, watched.environment);
  EXPECT_EQ(nlohmann::json::parse(again.out), envelope.at("data")) << again.err;
  EXPECT_EQ(service.stop(), 0);
  EXPECT_NE(service.log().find("alert.raised"), std::string::npos);
}

TEST_F(Detect, SwitchedOffRaisesNothing) {
  auto off = options();
  off.environment = {{"TWEESTAP_DETECTION_ENABLED", "false"}, {"TWEESTAP_DETECTION_STUFFING_ACCOUNTS", "1"}};
  tests::ServiceProcess service{off};
  fail_to_log_in(service.people(), "nobody@example.org");
  const auto status = tests::call(service.staff(), "GET", "/v1/status", admin_key());
  EXPECT_EQ(status.json.at("followers").size(), 0U) << status.body;
  EXPECT_EQ(service.stop(), 0);
  EXPECT_EQ(run({"events", "--type", "alert.raised"}).out, "");
}

TEST_F(Detect, AFileThatSaysSomethingElseIsWrongUse) {
  make_folder();
  const auto refusal = [this](const std::string& toml) {
    const auto ran = run({"detect", "--from", "1", "--what-if", file(toml)});
    EXPECT_EQ(ran.status, 2) << toml;
    EXPECT_EQ(ran.out, "");
    return ran.err;
  };
  EXPECT_NE(refusal("[detection]\nstufing_accounts = 1\n").find("nearest known one is detection.stuffing_accounts"),
            std::string::npos);
  EXPECT_NE(refusal("[detection]\nstuffing_accounts = 1001\n").find("from 0 to 1000"), std::string::npos);
  EXPECT_NE(refusal("[log]\nlevel = \"debug\"\n").find("log.level"), std::string::npos);
  EXPECT_NE(refusal("[detection]\nenabled = false\n").find("detection.enabled"), std::string::npos);
  EXPECT_EQ(run({"detect", "--from", "1", "--what-if", "/not/there.toml"}).status, 2);
  EXPECT_EQ(run({"detect", "--from", "1", "--what-if", file("")}).status, 0);
}

TEST_F(Detect, WantsAStretchThatIsOne) {
  make_folder();
  EXPECT_EQ(run({"detect"}).status, 2);
  EXPECT_EQ(run({"detect", "--from", "0"}).status, 2);
  EXPECT_EQ(run({"detect", "--from", "2", "--to", "1"}).status, 2);
  EXPECT_EQ(run({"detect", "--from", "1", "--url", "http://127.0.0.1:1"}).status, 2);
  EXPECT_EQ(run({"detect", "--from", "999999"}).out, "no alerts\n");
  data_ = folder_.path() / "no-such-folder";
  EXPECT_EQ(run({"detect", "--from", "1"}).status, 3);
}

}  // namespace
}  // namespace tweestap::app
