#include "tests/load/arguments.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace tweestap::load {
namespace {

std::string_view value_of(std::string_view argument) {
  if (argument == "--data") return " FOLDER";
  return argument == "--only" ? " ID" : "";
}

[[noreturn]] void refuse(const char* program, std::initializer_list<std::string_view> extras) {
  std::cerr << "usage: " << std::filesystem::path{program}.filename().string() << " [--small] [--json FILE]";
  for (const std::string_view extra : extras) std::cerr << " [" << extra << value_of(extra) << ']';
  std::cerr << '\n';
  std::exit(2);
}

}  // namespace

Arguments read_arguments(int argc, char** argv, std::initializer_list<std::string_view> extras) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool has_value = i + 1 < argc;
    const bool is_extra = std::ranges::find(extras, argument) != extras.end();
    if (argument == "--small") {
      arguments.small = true;
    } else if (argument == "--json" && has_value) {
      arguments.json_file = argv[++i];
    } else if (argument == "--data" && is_extra && has_value) {
      arguments.data = argv[++i];
    } else if (argument == "--only" && is_extra && has_value) {
      arguments.only = argv[++i];
    } else if (argument == "--kafka" && is_extra) {
      arguments.kafka = true;
    } else {
      refuse(argv[0], extras);
    }
  }
  return arguments;
}

}  // namespace tweestap::load
