#pragma once
// What every program of this folder takes.
#include <string>
#include <string_view>

namespace tweestap::load {

struct Arguments {
  bool small = false;     ///< --small: all of them together in under ten minutes
  std::string json_file;  ///< --json FILE; empty: none
  std::string data;       ///< --data FOLDER, of a program that keeps its data; empty: a folder of its own
  std::string only;       ///< --only ID: one part of a program, for a profile; empty: all
};

/// Ends the process with the usage and status 2 where an argument is none of them. `extra`: `--data`, `--only` or
/// nothing.
[[nodiscard]] Arguments read_arguments(int argc, char** argv, std::string_view extra = {});

}  // namespace tweestap::load
