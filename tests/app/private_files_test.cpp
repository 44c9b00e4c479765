// Nobody but the owner reads what the program makes.
#include <sys/stat.h>

#include "tests/app/data_folder.h"

namespace tweestap::app {
namespace {

class PrivateFiles : public OnADataFolder {
 protected:
  void SetUp() override { before_ = ::umask(0); }  // what a careless caller has
  void TearDown() override { ::umask(before_); }

 private:
  mode_t before_ = 0;
};

TEST_F(PrivateFiles, AlsoInAFolderThatWasOpenToAll) {
  std::filesystem::create_directory(data_);
  ASSERT_EQ(::chmod(data_.c_str(), 0755), 0);
  auto with_messages = options();
  with_messages.flags.insert(with_messages.flags.end(), {"--sms", "file:" + (data_ / "sms.ndjson").string()});
  ASSERT_EQ(tests::ServiceProcess{with_messages}.stop(), 0);
  ASSERT_EQ(run({"projections", "rebuild"}).status, 0);
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{data_}) {
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    EXPECT_EQ(entry.symlink_status().permissions() & others, std::filesystem::perms::none) << entry.path();
    ++seen;
  }
  EXPECT_GT(seen, 10U) << "log, keys, head and what lies in them";
}

}  // namespace
}  // namespace tweestap::app
