#pragma once
// Reads a line of CEF as a receiver does, and not as we write it: fields up to a pipe that is not escaped, then keys
// before an equals sign that is not escaped.
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tweestap::tests {

struct Cef {
  std::vector<std::string> header;  ///< `CEF:0` to the severity: seven
  std::map<std::string, std::string> extension;
  std::vector<std::string> doubled;  ///< keys that stand there more than once
};

/// What is no CEF gives fewer than seven fields.
[[nodiscard]] inline Cef read_cef(std::string_view line) {
  constexpr std::size_t kFields = 7;
  Cef cef;
  std::size_t at = 0;
  for (std::string field; at < line.size() && cef.header.size() < kFields; ++at) {
    if (line[at] == '|') {
      cef.header.push_back(field);
      field.clear();
    } else {
      if (line[at] == '\\' && at + 1 < line.size()) ++at;
      field += line[at];
    }
  }
  // Where each key begins: behind the last space before an equals sign of its own.
  std::string key;
  std::string text;
  const auto keep = [&] {
    if (key.empty()) return;
    if (!cef.extension.emplace(key, text).second) cef.doubled.push_back(key);
  };
  for (; at < line.size(); ++at) {
    if (line[at] == '\\' && at + 1 < line.size()) {
      const char escaped = line[++at];
      text += escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped;
    } else if (line[at] == '=') {
      const std::size_t space = text.rfind(' ');
      std::string next = text.substr(space == std::string::npos ? 0 : space + 1);
      text.resize(space == std::string::npos ? 0 : space);
      keep();
      key = std::move(next);
      text.clear();
    } else {
      text += line[at];
    }
  }
  keep();
  return cef;
}

}  // namespace tweestap::tests
