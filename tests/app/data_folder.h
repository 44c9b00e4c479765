#pragma once
// A data folder that a service made and left, and the program that is run on it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/places.h"
#include "tests/support/service_process.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::app {

class OnADataFolder : public ::testing::Test {
 protected:
  OnADataFolder() : data_(folder_.path() / "data"), key_file_(folder_.path() / "key") {}

  [[nodiscard]] tests::ServiceProcess::Options options() const {
    return {.data = data_, .flags = {"--admin-key-file", key_file_.string()}, .environment = {}};
  }
  void make_folder() const { EXPECT_EQ(tests::ServiceProcess{options()}.stop(), 0); }
  [[nodiscard]] std::string admin_key() const {
    std::ifstream file{key_file_};
    std::string key;
    std::getline(file, key);
    return key;
  }
  /// The program with `--data` behind.
  [[nodiscard]] tests::ProcessResult run(std::vector<std::string> arguments,
                                         const std::map<std::string, std::string>& environment = {}) const {
    arguments.insert(arguments.begin(), tests::program().string());
    arguments.insert(arguments.end(), {"--data", data_.string()});
    return tests::run_process(arguments, environment);
  }
  /// The same with a shell's redirection, such as `>/dev/full`.
  [[nodiscard]] tests::ProcessResult run_to(const std::string& redirection, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"sh", "-c", "exec \"$0\" \"$@\" " + redirection, tests::program().string()});
    arguments.insert(arguments.end(), {"--data", data_.string()});
    return tests::run_process(arguments);
  }

  tests::TemporaryFolder folder_;
  std::filesystem::path data_;
  std::filesystem::path key_file_;
};

}  // namespace tweestap::app
