// Output that goes nowhere: a full disk behind stdout, a reader that left.
#include "tests/app/data_folder.h"

namespace tweestap::app {
namespace {

using LostOutput = OnADataFolder;

TEST_F(LostOutput, IsNotDone) {
  make_folder();
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"events"},
                                                    {"policy", "show"},
                                                    {"api-key", "list"},
                                                    {"projections", "list"},
                                                    {"projections", "rebuild"},
                                                    {"projections", "rebuild", "--compare"},
                                                    {"config", "print"},
                                                    {"config", "check"},
                                                    {"config", "print", "--json"},
                                                    {"policy", "set", "methods=totp"}}) {
    const auto lost = run_to(">/dev/full", arguments);
    EXPECT_EQ(lost.status, 4) << arguments.front() << ": " << lost.err;
    EXPECT_NE(lost.err.find("tweestap: the output could not be written to standard output"), std::string::npos)
        << arguments.front() << ": " << lost.err;
    EXPECT_EQ(run(arguments).status, 0) << arguments.front();
  }
}

TEST_F(LostOutput, AlsoOfHelpAndVersion) {
  for (const std::string flag : {"--help", "--version"}) {
    const auto lost =
        tests::run_process({"sh", "-c", "exec \"$0\" " + flag + " >/dev/full", tests::program().string()});
    EXPECT_EQ(lost.status, 4) << flag << lost.err;
  }
}

TEST_F(LostOutput, ANewKeyThatIsLostSaysHowToEndIt) {
  make_folder();
  for (const std::string redirection : {">/dev/full", ">&-"}) {
    const auto lost = run_to(redirection, {"api-key", "create", "--role", "auditor", "lost"});
    EXPECT_EQ(lost.status, 4) << lost.err;
    EXPECT_NE(lost.err.find("the key is made and lost: end it with tweestap api-key revoke apk_"), std::string::npos)
        << lost.err;
    EXPECT_EQ(lost.err.find("is shown this once"), std::string::npos) << lost.err;
    const std::size_t id = lost.err.find("apk_");
    EXPECT_EQ(run({"api-key", "revoke", lost.err.substr(id, lost.err.find('\n', id) - id)}).status, 0);
  }
}

// As `| head` leaves: it had enough.
TEST_F(LostOutput, AReaderThatLeavesIsNoFailure) {
  make_folder();
  const auto ran =
      tests::run_process({"bash", "-o", "pipefail", "-c", "\"$0\" config print | true", tests::program().string()});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
}

TEST_F(LostOutput, WithoutAPlaceForTheFirstAdminKeyThereIsNoStart) {
  const auto lost = run_to(">/dev/full", {"serve", "--public", "127.0.0.1:0", "--staff", "127.0.0.1:0"});
  EXPECT_EQ(lost.status, 3) << lost.err;
  EXPECT_NE(lost.err.find("the admin API key could not be written to standard output, so none was made"),
            std::string::npos)
      << lost.err;
  make_folder();  // and the next start makes it
  EXPECT_TRUE(admin_key().starts_with("key_"));
}

}  // namespace
}  // namespace tweestap::app
