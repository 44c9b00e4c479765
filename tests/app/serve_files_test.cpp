// The files that `serve` is told to write, and what is left where it cannot.
#include "tests/app/data_folder.h"

namespace tweestap::app {
namespace {

using ServeFiles = OnADataFolder;

TEST_F(ServeFiles, OneThatCannotBeWrittenIsRefusedBeforeAnythingIsMade) {
  std::filesystem::create_directory(folder_.path() / "a-folder");
  std::ofstream{folder_.path() / "a-file"} << "x";
  for (const std::string flag : {"--ports-file", "--admin-key-file"}) {
    for (const auto& [file, why] :
         std::map<std::string, std::string>{{"/nonexistent/x", "there is no folder /nonexistent"},
                                            {folder_.path() / "a-file" / "x", "there is no folder"},
                                            {data_ / "not-made" / "x", "there is no folder"},
                                            {folder_.path() / "a-folder" / "", "is a folder and not a file"}}) {
      const auto ran = run({"serve", "--public", "127.0.0.1:0", "--staff", "127.0.0.1:0", flag, file});
      EXPECT_EQ(ran.status, 2) << flag << " " << file;
      EXPECT_NE(ran.err.find(flag + " " + file), std::string::npos) << ran.err;
      EXPECT_NE(ran.err.find(why), std::string::npos) << ran.err;
      EXPECT_EQ(ran.out, "") << "no key";
      EXPECT_FALSE(std::filesystem::exists(data_)) << flag << " " << file;
    }
  }
}

TEST_F(ServeFiles, TheDataFolderIsAPlaceForThem) {
  tests::ServiceProcess::Options in_it{
      .data = data_, .flags = {"--admin-key-file", (data_ / "key").string()}, .environment = {}};
  EXPECT_EQ(tests::ServiceProcess{in_it}.stop(), 0);
  EXPECT_TRUE(std::filesystem::exists(data_ / "key"));
}

}  // namespace
}  // namespace tweestap::app
