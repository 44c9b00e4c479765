#pragma once
// A program that reads the time from a file (libfaketime), as on a machine whose clock an administrator sets.
#include <filesystem>
#include <map>
#include <string>

namespace tweestap::tests {

/// The library to preload; empty where it is not installed.
inline std::string libfaketime() {
  for (const auto& folder : std::filesystem::directory_iterator{"/usr/lib"}) {
    const auto library = folder.path() / "faketime" / "libfaketimeMT.so.1";
    if (std::filesystem::exists(library)) return library.string();
  }
  return {};
}

/// What a program's environment needs for that; the monotonic clock stays the real one.
inline std::map<std::string, std::string> clock_set_by(const std::filesystem::path& file) {
  return {
      {"LD_PRELOAD", libfaketime()},         {"FAKETIME_TIMESTAMP_FILE", file.string()},
      {"FAKETIME_DONT_FAKE_MONOTONIC", "1"}, {"FAKETIME_NO_CACHE", "1"},
      {"FAKETIME_DONT_RESET", "1"},
  };
}

}  // namespace tweestap::tests
