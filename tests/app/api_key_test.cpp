// Keys of machine clients, on a folder and through the service.
#include "tests/app/data_folder.h"

namespace tweestap::app {
namespace {

using ApiKeys = OnADataFolder;

TEST_F(ApiKeys, AreListedAlikeOnAFolderAndThroughTheService) {
  make_folder();
  std::string expected;
  for (const std::string name : {"zeta", "alpha", "mid", "beta", "omega"}) {
    ASSERT_EQ(run({"api-key", "create", "--role", "auditor", name}).status, 0);
    expected += name + "\n";
  }
  const auto names_in = [](const std::string& listed) {
    std::string names;
    std::istringstream lines{listed};
    for (std::string line; std::getline(lines, line);) {
      if (line.find("  auditor  ") != std::string::npos) names += line.substr(line.rfind(' ') + 1) + "\n";
    }
    return names;
  };
  const auto local = run({"api-key", "list"});
  EXPECT_EQ(names_in(local.out), expected) << "oldest first";
  const tests::ServiceProcess service{options()};
  const auto remote = tests::run_process({tests::program().string(), "api-key", "list", "--url", service.staff()},
                                         {{"TWEESTAP_API_KEY", admin_key()}});
  EXPECT_EQ(remote.status, 0) << remote.err;
  EXPECT_EQ(remote.out, local.out);
}

TEST_F(ApiKeys, RevokingOneThatIsNotThereNamesIt) {
  make_folder();
  const auto unknown = run({"api-key", "revoke", "apk_00000000000000000000000009"});
  EXPECT_EQ(unknown.status, 1);
  EXPECT_EQ(unknown.err, "tweestap: no API key that counts has the id apk_00000000000000000000000009\n");
  EXPECT_EQ(run({"api-key", "revoke", "acc_00000000000000000000000009"}).status, 2);
}

}  // namespace
}  // namespace tweestap::app
