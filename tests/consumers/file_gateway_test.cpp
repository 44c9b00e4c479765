#include "consumers/sms/file_gateway.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/consumers/sms_parts.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::consumers::sms {
namespace {

class FileGatewayTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "sms.ndjson"; }
  [[nodiscard]] std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path()).rdbuf();
    return text.str();
  }
  std::unique_ptr<FileGateway> gateway() { return made(FileGateway::create(path(), clock_)); }

  tests::TemporaryFolder folder_;
  platform::ManualClock clock_{1'773'563'400'000'001};  // 2026-03-15T08:30:00.000001Z
};

TEST_F(FileGatewayTest, AppendsALineForEachMessage) {
  const auto to_file = gateway();
  EXPECT_EQ(to_file->send(message(), {}).kind(), Outcome::Kind::Accepted);
  clock_.advance(1'000'000);
  EXPECT_EQ(to_file->send(message_with("A \"notice\"\nof two lines"), {}).kind(), Outcome::Kind::Accepted);
  EXPECT_EQ(content(),
            R"({"at":"2026-03-15T08:30:00.000001Z","to":"+31612345678","text":"Your code is 014874","code":"014874"})"
            "\n"
            R"({"at":"2026-03-15T08:30:01.000001Z","to":"+31612345678","text":"A \"notice\"\nof two lines"})"
            "\n");
}

TEST_F(FileGatewayTest, TheFileIsOursAlone) {
  static_cast<void>(gateway()->send(message(), {}));
  struct stat found {};
  ASSERT_EQ(::stat(path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600U);
}

TEST_F(FileGatewayTest, AFileThatWasTakenAwayIsMadeAnew) {
  const auto to_file = gateway();
  static_cast<void>(to_file->send(message(), {}));
  std::filesystem::remove(path());
  EXPECT_EQ(to_file->send(message(), {}).kind(), Outcome::Kind::Accepted);
  EXPECT_FALSE(content().empty());
}

TEST_F(FileGatewayTest, NothingIsMadeBeforeTheFirstMessage) {
  const auto to_file = gateway();
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(FileGatewayTest, LinesOfManyThreadsDoNotMix) {
  const auto to_file = gateway();
  constexpr int kThreads = 8;
  constexpr int kMessages = 25;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < kMessages; ++n) EXPECT_EQ(to_file->send(message(), {}).trouble, Trouble::None);
      });
    }
  }
  std::istringstream lines(content());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_EQ(
        line,
        R"({"at":"2026-03-15T08:30:00.000001Z","to":"+31612345678","text":"Your code is 014874","code":"014874"})");
  }
  EXPECT_EQ(count, kThreads * kMessages);
}

TEST_F(FileGatewayTest, AFolderThatIsNotThereIsRefusedAtTheStart) {
  EXPECT_FALSE(FileGateway::create(folder_.path() / "no" / "sms.ndjson", clock_));
  EXPECT_FALSE(FileGateway::create("", clock_));
  EXPECT_FALSE(FileGateway::create(folder_.path() / "", clock_));
  EXPECT_TRUE(FileGateway::create("sms.ndjson", clock_)) << "relative: in the folder of the process";
}

TEST_F(FileGatewayTest, WhatCannotBeWrittenIsForLater) {
  std::filesystem::create_directory(path());
  EXPECT_EQ(gateway()->send(message(), {}).trouble, Trouble::NotWritten);
  EXPECT_EQ(gateway()->send(message(), {}).kind(), Outcome::Kind::Later);
}

TEST_F(FileGatewayTest, ALineThatWasCutShortSpoilsNoOther) {
  const auto to_file = gateway();
  ASSERT_EQ(to_file->send(message(), {}).trouble, Trouble::None);
  const std::string line = content();
  // The largest file that this process may write ends in the middle of the second line: as a full disk does it.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = line.size() + 10;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_EQ(to_file->send(message(), {}).trouble, Trouble::NotWritten);
  EXPECT_EQ(to_file->send(message(), {}).trouble, Trouble::NotWritten) << "not even a line end fits";
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(to_file->send(message(), {}).trouble, Trouble::None);
  EXPECT_EQ(content(), line + line.substr(0, 10) + "\n" + line);
}

}  // namespace
}  // namespace tweestap::consumers::sms
