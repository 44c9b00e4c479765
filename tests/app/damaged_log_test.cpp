// A damaged log, as whoever only reads is told of it.
#include "tests/app/data_folder.h"

namespace tweestap::app {
namespace {

using DamagedLog = OnADataFolder;

void flip_last_byte(const std::filesystem::path& path) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekg(-1, std::ios::end);
  const int byte = file.get();
  file.seekp(-1, std::ios::end);
  file.put(static_cast<char>(byte ^ 1));
  ASSERT_TRUE(file.good()) << path;
}

// The last bytes of a table say that it is one.
TEST_F(DamagedLog, IsNotTakenForAFolderOfSomebodyElse) {
  make_folder();
  std::size_t refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator{data_ / "log"}) {
    if (entry.path().extension() != ".sst") continue;
    flip_last_byte(entry.path());
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"events"}, {"policy", "show"}, {"api-key", "create", "--role", "auditor", "x"}}) {
      const auto ran = run(command);
      if (ran.status == 0) continue;
      ++refused;
      EXPECT_EQ(ran.status, 3) << ran.err;
      EXPECT_EQ(ran.err.find("is not a Tweestap log"), std::string::npos) << command.front() << ": " << ran.err;
    }
    flip_last_byte(entry.path());
  }
  EXPECT_GE(refused, 3U) << "the table that says whose log it is";
  EXPECT_EQ(run({"events"}).status, 0) << "all was put back";
}

}  // namespace
}  // namespace tweestap::app
