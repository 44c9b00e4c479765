#pragma once

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "platform/text/encoding.h"
#include "tests/support/places.h"

namespace tweestap::platform {

/// The lines of a file of tests/vectors, each split at its spaces; lines that begin with # are left out.
inline std::vector<std::vector<std::string>> read_vectors(const std::string& name) {
  std::ifstream file(tests::source_dir() / "tests/vectors" / name);
  std::vector<std::vector<std::string>> lines;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    lines.emplace_back();
    for (std::string word; words >> word;) lines.back().push_back(word);
  }
  return lines;
}

/// The bytes of a hexadecimal word; "-" stands for none.
inline std::vector<std::uint8_t> hex(const std::string& word) {
  return word == "-" ? std::vector<std::uint8_t>() : from_hex(word).value();
}

}  // namespace tweestap::platform
