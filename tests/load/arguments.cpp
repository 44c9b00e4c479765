#include "tests/load/arguments.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace tweestap::load {

Arguments read_arguments(int argc, char** argv, std::string_view extra) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool has_value = i + 1 < argc;
    if (argument == "--small") {
      arguments.small = true;
    } else if (argument == "--json" && has_value) {
      arguments.json_file = argv[++i];
    } else if (argument == "--data" && argument == extra && has_value) {
      arguments.data = argv[++i];
    } else if (argument == "--only" && argument == extra && has_value) {
      arguments.only = argv[++i];
    } else {
      std::cerr << "usage: " << std::filesystem::path{argv[0]}.filename().string() << " [--small] [--json FILE]";
      if (!extra.empty()) std::cerr << " [" << extra << (extra == "--data" ? " FOLDER]" : " ID]");
      std::cerr << '\n';
      std::exit(2);
    }
  }
  return arguments;
}

}  // namespace tweestap::load
