#include "http/request.h"

#include <algorithm>
#include <charconv>

#include "platform/bug.h"

namespace tweestap::http {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view method_name(Method method) {
  switch (method) {
    case Method::Get:
      return "GET";
    case Method::Head:
      return "HEAD";
    case Method::Post:
      return "POST";
    case Method::Put:
      return "PUT";
    case Method::Patch:
      return "PATCH";
    case Method::Delete:
      return "DELETE";
    case Method::Other:
      return "other";
  }
  platform::bug("no such method");
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const HeaderField& field : headers) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Request::header_lines(std::string_view name) const {
  std::vector<std::string_view> lines;
  for (const HeaderField& field : headers) {
    if (equal_ignoring_case(field.name, name)) lines.push_back(field.value);
  }
  return lines;
}

std::string_view Request::path_parameter(std::string_view name) const {
  for (const Parameter& parameter : path_parameters) {
    if (parameter.name == name) return parameter.value;
  }
  platform::bug("a route asked for a path parameter that its path does not have: " + std::string{name});
}

std::optional<std::string_view> Request::query_parameter(std::string_view name) const {
  for (const Parameter& parameter : query_parameters) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> Request::query_number(std::string_view name) const {
  const auto text = query_parameter(name);
  if (!text) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return number;
}

std::optional<std::string_view> Request::bearer_token() const {
  constexpr std::string_view kScheme = "Bearer ";
  const auto value = header("Authorization");
  if (!value || value->size() <= kScheme.size()) return std::nullopt;
  if (!equal_ignoring_case(value->substr(0, kScheme.size()), kScheme)) return std::nullopt;
  return value->substr(kScheme.size());
}

}  // namespace tweestap::http
