#include "http/weighted_list.h"

#include <algorithm>

#include "http/request.h"

namespace tweestap::http {
namespace {

// RFC 9110, 12.4.2: 0 to 1 with at most three digits; as thousandths. Malformed: 0, so that it is not chosen.
int q_value(std::string_view parameter) {
  parameter = without_blanks(parameter);
  if (parameter.size() < 3 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=') return 0;
  const std::string_view value = parameter.substr(2);
  if (value.size() > 5 || (value[0] != '0' && value[0] != '1') || (value.size() > 1 && value[1] != '.')) return 0;
  int thousandths = (value[0] - '0') * 1000;
  int weight = 100;
  for (const char c : value.substr(std::min<std::size_t>(2, value.size()))) {
    if (c < '0' || c > '9') return 0;
    thousandths += (c - '0') * weight;
    weight /= 10;
  }
  return thousandths > 1000 ? 0 : thousandths;
}

}  // namespace

std::vector<Weighted> weighted_list(std::string_view header) {
  std::vector<Weighted> list;
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    const std::string_view entry = header.substr(0, comma);
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    const std::size_t semicolon = entry.find(';');
    const int q = semicolon == std::string_view::npos ? 1000 : q_value(entry.substr(semicolon + 1));
    list.push_back({without_blanks(entry.substr(0, semicolon)), q});
  }
  return list;
}

}  // namespace tweestap::http
