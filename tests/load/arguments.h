#pragma once
// What every program of this folder takes.
#include <initializer_list>
#include <string>
#include <string_view>

namespace tweestap::load {

struct Arguments {
  bool small = false;     ///< --small: all of them together in under ten minutes
  std::string json_file;  ///< --json FILE; empty: none
  std::string data;       ///< --data FOLDER, of a program that keeps its data; empty: a folder of its own
  std::string only;       ///< --only ID: one part of a program, for a profile; empty: all
  bool kafka = false;     ///< --kafka: with a broker of its own beside it
};

/// Ends the process with the usage and status 2 where an argument is none of them. `extras`: which of `--data`,
/// `--only` and `--kafka` the program takes.
[[nodiscard]] Arguments read_arguments(int argc, char** argv, std::initializer_list<std::string_view> extras = {});

}  // namespace tweestap::load
