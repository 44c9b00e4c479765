#include "http/router.h"

#include <algorithm>
#include <unordered_map>

#include "domain/time.h"
#include "http/percent.h"
#include "platform/bug.h"

namespace tweestap::http {
namespace {

constexpr std::size_t kSegmentsMax = 16;  // the longest path of the table has 7

// "/a/b" has the segments "a" and "b", "/" has one that is empty.
std::optional<std::vector<std::string_view>> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  for (;;) {
    if (segments.size() == kSegmentsMax) return std::nullopt;
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }
bool takes_rest(std::string_view segment) { return is_parameter(segment) && segment.ends_with("...}"); }
std::string_view parameter_name(std::string_view segment) {
  segment = segment.substr(1, segment.size() - 2);
  return segment.ends_with("...") ? segment.substr(0, segment.size() - 3) : segment;
}

bool answers_method(VerbName verb, Method method) {
  return method == method_of(verb) || (verb == VerbName::GetAndHead && method == Method::Head);
}

std::string_view allow_name(VerbName verb) {
  return verb == VerbName::GetAndHead ? "GET, HEAD" : method_name(method_of(verb));
}

// Routes that differ in their method only.
struct PathRoutes {
  std::vector<std::string_view> segments;
  std::vector<const Route*> routes;

  [[nodiscard]] bool matches(const std::vector<std::string_view>& asked) const {
    const bool rest = takes_rest(segments.back());
    if (rest ? asked.size() < segments.size() : asked.size() != segments.size()) return false;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (is_parameter(segments[i]) ? asked[i].empty() : asked[i] != segments[i]) return false;
    }
    return true;
  }

  [[nodiscard]] const Route* route_for(Method method) const {
    for (const Route* route : routes) {
      if (answers_method(route->verb, method)) return route;
    }
    return nullptr;
  }

  [[nodiscard]] std::string allow() const {
    std::string names;
    for (const Route* route : routes) {
      if (!names.empty()) names += ", ";
      names += allow_name(route->verb);
    }
    return names;
  }
};

// Its name may come from the request, and what is echoed has to be harmless.
Problem malformed_parameter(std::string_view member) {
  return Problem{.code = ProblemCode::MalformedRequest,
                 .member = may_be_echoed(member) ? std::string{member} : std::string{}};
}

bool read_path_parameters(Request& request, const PathRoutes& found, const std::vector<std::string_view>& asked) {
  for (std::size_t i = 0; i < found.segments.size(); ++i) {
    if (!is_parameter(found.segments[i])) continue;
    std::string_view raw = asked[i];
    if (takes_rest(found.segments[i])) {
      raw = {raw.data(), static_cast<std::size_t>(request.path.data() + request.path.size() - raw.data())};
    }
    auto value = percent_decoded(raw);
    if (!value) return false;
    request.path_parameters.push_back({parameter_name(found.segments[i]), std::move(*value)});
  }
  return true;
}

bool is_value_of(const QueryParameter& parameter, std::string_view value) {
  switch (parameter.type) {
    case QueryType::Text:
      return !value.empty() && value.size() <= parameter.max;
    case QueryType::Time:
      return domain::parse_rfc3339(value).has_value();
    case QueryType::Number: {
      if (value.empty() || value.size() > 19 || (value.size() > 1 && value.front() == '0')) return false;
      std::uint64_t number = 0;
      for (const char c : value) {
        if (c < '0' || c > '9') return false;
        number = number * 10 + static_cast<std::uint64_t>(c - '0');
      }
      return number >= parameter.min && number <= parameter.max;
    }
  }
  platform::bug("no such type of query parameter");
}

std::optional<Problem> read_query(Request& request, const Query& described) {
  std::string_view rest = described.is_ignored ? std::string_view{} : request.query;
  while (!rest.empty()) {
    const std::size_t ampersand = rest.find('&');
    const std::string_view pair = rest.substr(0, ampersand);
    rest.remove_prefix(ampersand == std::string_view::npos ? rest.size() : ampersand + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view name = pair.substr(0, equals);
    const auto parameter = std::ranges::find(described.parameters, name, &QueryParameter::name);
    if (parameter == described.parameters.end() || request.query_parameter(name)) return malformed_parameter(name);
    auto value = percent_decoded(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
    if (!value || !is_value_of(*parameter, *value)) return malformed_parameter(name);
    request.query_parameters.push_back({parameter->name, std::move(*value)});
  }
  return std::nullopt;
}

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

// The lines are read by the handler, once it is known who calls.
std::expected<Body, Problem> read_lines_head(const Request& request) {
  const auto content_type = request.header("Content-Type");
  if (!content_type || !equal_ignoring_case(*content_type, "application/x-ndjson")) {
    return std::unexpected(Problem{.code = ProblemCode::UnsupportedMediaType, .hint = "lines"});
  }
  if (request.stream == nullptr) platform::bug("a route that reads lines was asked without its stream");
  return Body{};
}

}  // namespace

Method method_of(VerbName verb) {
  switch (verb) {
    case VerbName::Get:
    case VerbName::GetAndHead:
      return Method::Get;
    case VerbName::Post:
      return Method::Post;
    case VerbName::Put:
      return Method::Put;
    case VerbName::Patch:
      return Method::Patch;
    case VerbName::Delete:
      return Method::Delete;
  }
  platform::bug("no such verb");
}

bool on_listener(const Route& route, ListenerKind listener) {
  switch (route.listeners.value) {
    case ListenerSet::Public:
      return listener == ListenerKind::Public;
    case ListenerSet::Staff:
      return listener == ListenerKind::Staff;
    case ListenerSet::Both:
      return true;
  }
  platform::bug("no such set of listeners");
}

struct Router::Table {
  std::unordered_map<std::string_view, PathRoutes, Hash, std::equal_to<>> literal;
  std::vector<PathRoutes> with_parameters;  // in the order of the table, the first match counts

  PathRoutes& of(std::string_view path) {
    const auto segments = segments_of(path);
    if (!segments) platform::bug("a route with too many segments");
    if (!path.contains('{')) {
      PathRoutes& found = literal[path];
      found.segments = *segments;
      return found;
    }
    const auto found = std::ranges::find(with_parameters, *segments, &PathRoutes::segments);
    if (found != with_parameters.end()) return *found;
    with_parameters.push_back({*segments, {}});
    return with_parameters.back();
  }
};

Router::Router(ListenerKind listener, std::vector<Route> routes, Around around)
    : routes_(std::move(routes)), around_(std::move(around)), table_(std::make_unique<Table>()) {
  std::erase_if(routes_, [&](const Route& route) { return !on_listener(route, listener); });
  for (const Route& route : routes_) {
    PathRoutes& rows = table_->of(route.path.text);
    for (const Method method : {Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete}) {
      if (answers_method(route.verb, method) && rows.route_for(method) != nullptr) {
        platform::bug("two routes for one method of " + std::string{route.path.text});
      }
    }
    rows.routes.push_back(&route);
  }
}

Router::~Router() = default;

std::uint64_t Router::lines_bytes_max(Method method, std::string_view path) const {
  const auto found = table_->literal.find(path);
  const Route* route = found == table_->literal.end() ? nullptr : found->second.route_for(method);
  return route == nullptr ? 0 : route->body.lines_bytes_max;
}

Response Router::answer(Request& request) const {
  const PathRoutes* found = nullptr;
  std::optional<std::vector<std::string_view>> segments;
  if (const auto literal = table_->literal.find(request.path); literal != table_->literal.end()) {
    found = &literal->second;
  } else if ((segments = segments_of(request.path))) {
    const auto match =
        std::ranges::find_if(table_->with_parameters, [&](const PathRoutes& p) { return p.matches(*segments); });
    if (match != table_->with_parameters.end()) found = &*match;
  }
  if (found == nullptr) return problem_response(request, ProblemCode::NotFound);

  const Route* route = found->route_for(request.method);
  if (route == nullptr) {
    return problem_response(request, Problem{.code = ProblemCode::MethodNotAllowed, .allow = found->allow()});
  }
  request.route = route;
  const ReadForm read = [&]() -> std::expected<Body, Problem> {
    if (segments && !read_path_parameters(request, *found, *segments)) return std::unexpected(malformed_parameter({}));
    if (auto problem = read_query(request, route->query)) return std::unexpected(std::move(*problem));
    return route->body.lines_bytes_max != 0 ? read_lines_head(request) : read_body(request, route->body.members);
  };
  if (around_) return around_(*route, request, read);
  const auto body = read();
  return body ? route->handler.call(request, *body) : problem_response(request, body.error());
}

}  // namespace tweestap::http
