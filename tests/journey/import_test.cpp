// An import over a real socket: by clients that read late, and through a kill in the middle.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "tests/support/import_client.h"
#include "tests/support/process_memory.h"
#include "tests/support/service_process.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;

class Import : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path key_file() const { return folder_.path() / "admin-key"; }
  [[nodiscard]] ServiceProcess::Options options() const {
    return {.data = folder_.path() / "data", .flags = {"--admin-key-file", key_file().string()}, .environment = {}};
  }
  [[nodiscard]] std::string key() const {
    std::ifstream in{key_file()};
    std::string line;
    std::getline(in, line);
    return line;
  }
  static std::string lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += R"({"identifier":"p)" + std::to_string(i) + "@example.org\"}\n";
    return text;
  }

  TemporaryFolder folder_;
};

TEST_F(Import, IsAnsweredLineByLine) {
  const ServiceProcess service{options()};
  const ImportAnswer answer = send_import(service.staff(), key(), lines(2000));
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.whole);
  ASSERT_EQ(answer.lines.size(), 2000U);
  for (std::size_t i = 0; i < answer.lines.size(); i += 100) {
    EXPECT_EQ(json::parse(answer.lines[i]).at("line"), i + 1);
  }
}

// The results are more than sockets take in between: whoever answers as it reads, and waits for neither, goes on.
TEST_F(Import, DoesNotStandStillWithAClientThatSendsEverythingFirst) {
  const ServiceProcess service{options()};
  const ImportAnswer answer = send_import(service.staff(), key(), std::string(200'000, '\n'), {}, true);
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.lines.size(), 200'000U);
}

TEST_F(Import, IsRefusedBeforeItsBodyIsRead) {
  const ServiceProcess service{options()};
  EXPECT_EQ(send_import(service.staff(), "key_" + std::string(43, 'A'), lines(10)).status, 401);
  EXPECT_EQ(send_import(service.people(), key(), lines(10)).status, 404);
  const HttpAnswer one_object =
      call(service.staff(), "POST", "/v1/accounts/import", key(), json{{"identifier", "p@example.org"}});
  EXPECT_EQ(one_object.status, 415) << one_object.body;
  constexpr std::size_t kMost = std::size_t{64} << 20;
  EXPECT_EQ(send_import(service.staff(), key(), std::string(kMost + 1, ' ')).status, 413);
  const ImportAnswer most = send_import(service.staff(), key(), std::string(kMost - 1, ' ') + "\n");
  EXPECT_EQ(most.status, 200);
  ASSERT_EQ(most.lines.size(), 1U);
  EXPECT_EQ(json::parse(most.lines[0]).at("code"), "payload_too_large");
}

// With the caches as small as they can be, so that they are full early. What still fills up then is bounded elsewhere:
// the keys' write buffer (8 MiB) and cache, the versions of streams.
class ImportInLittleMemory : public Import {
 protected:
  [[nodiscard]] ServiceProcess::Options little() const {
    ServiceProcess::Options with = options();
    with.environment = {{"TWEESTAP_STORAGE_WAL", "2MiB"},
                        {"TWEESTAP_STORAGE_CACHE", "2MiB"},
                        {"TWEESTAP_STORAGE_ACCOUNTS_CACHED", "100"}};
    return with;
  }
  static constexpr int kSome = 5000;
  static constexpr int kMany = 4 * kSome;
};

// What those fill up with is less than a kilobyte a line; the state of an account that somebody kept would be three.
TEST_F(ImportInLittleMemory, DoesNotGrowWithTheNumberOfItsLines) {
  constexpr std::size_t kLineBytesMax = 1600;
  const ServiceProcess service{little()};
  ASSERT_TRUE(send_import(service.staff(), key(), lines(kSome)).whole);
  const std::size_t after_some = peak_resident_bytes(service.pid());
  ASSERT_GT(after_some, 0U);
  const ImportAnswer answer = send_import(service.staff(), key(), lines(kMany));
  ASSERT_EQ(answer.lines.size(), static_cast<std::size_t>(kMany));
  EXPECT_FALSE(json::parse(answer.lines.back()).contains("existing"));
  const std::size_t grown = peak_resident_bytes(service.pid()) - after_some;
  EXPECT_LE(grown, kLineBytesMax * (kMany - kSome)) << grown / (kMany - kSome) << " bytes a line";
}

// Nor with their length: 60 MB go through, of accounts that are there, so that nothing of it is to be kept.
TEST_F(ImportInLittleMemory, DoesNotKeepWhatItReads) {
  constexpr std::size_t kLine = 3000;
  constexpr std::size_t kGrowthMax = std::size_t{8} << 20;  // room for what the allocator does; nothing was measured
  const ServiceProcess service{little()};
  ASSERT_TRUE(send_import(service.staff(), key(), lines(kSome)).whole);
  std::string body;
  body.reserve(kLine * kMany);
  for (int i = 0; i < kMany; ++i) {
    std::string line = R"({"identifier":"p)" + std::to_string(i % kSome) + "@example.org\"}";
    line.resize(kLine - 1, ' ');
    body += line + "\n";
  }
  const std::size_t before = peak_resident_bytes(service.pid());
  const ImportAnswer answer = send_import(service.staff(), key(), body);
  ASSERT_EQ(answer.lines.size(), static_cast<std::size_t>(kMany));
  EXPECT_TRUE(json::parse(answer.lines.back()).value("existing", false)) << answer.lines.back();
  const std::size_t grown = peak_resident_bytes(service.pid()) - before;
  EXPECT_LE(grown, kGrowthMax) << "of " << body.size();
}

// Whoever heard of an account has it, and whoever repeats the import gets the same ones.
TEST_F(Import, DUR_1_KilledInTheMiddleItIsRepeated) {
  std::map<std::uint64_t, std::string> told;
  constexpr int kLines = 20'000;
  {
    ServiceProcess service{options()};
    bool killed = false;
    const ImportAnswer answer = send_import(service.staff(), key(), lines(kLines), [&](std::size_t n) {
      if (n < 3000 || killed) return;
      killed = true;
      service.kill();
    });
    EXPECT_FALSE(answer.whole);
    EXPECT_GE(answer.lines.size(), 3000U);
    EXPECT_LT(answer.lines.size(), static_cast<std::size_t>(kLines));
    for (const std::string& line : answer.lines) {
      const json result = json::parse(line);
      told[result.at("line")] = result.at("account");
    }
  }
  ServiceProcess::Options again = options();
  again.flags.clear();
  const ServiceProcess service{again};
  const ImportAnswer answer = send_import(service.staff(), key(), lines(kLines));
  EXPECT_TRUE(answer.whole);
  ASSERT_EQ(answer.lines.size(), static_cast<std::size_t>(kLines));
  std::size_t existing = 0;
  for (const std::string& line : answer.lines) {
    const json result = json::parse(line);
    ASSERT_TRUE(result.contains("account")) << line;
    existing += result.value("existing", false) ? 1 : 0;
    const auto before = told.find(result.at("line"));
    if (before == told.end()) continue;
    EXPECT_EQ(result.at("account"), before->second);
    EXPECT_TRUE(result.value("existing", false)) << line;
  }
  EXPECT_GE(existing, told.size());
}

}  // namespace
}  // namespace tweestap::tests
