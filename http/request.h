#pragma once
// One request as a route sees it: proven clean by the guard, addresses resolved, parameters decoded.
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "http/address.h"
#include "http/texts.h"

namespace tweestap::http {

/// Which door the request came in by. A route of the other one does not exist (404).
enum class ListenerKind : std::uint8_t { Public, Staff };

enum class Method : std::uint8_t { Get, Head, Post, Put, Patch, Delete, Other };

/// As the request line says it; `Other` has no name here.
[[nodiscard]] std::string_view method_name(Method method);

struct HeaderField {
  std::string_view name;   ///< as sent; look-ups ignore case
  std::string_view value;  ///< without surrounding blanks; no control characters, not even percent-encoded ones
};

/// A path or query parameter, percent-decoded, valid UTF-8 without control characters.
struct Parameter {
  std::string_view name;
  std::string value;
};

struct Route;
class BodyStream;
/// Who calls, as authentication found out; described where authentication lives.
struct Caller;

/// One request. Every view points into the connection's buffer, which lives until the answer is sent and is wiped then
/// (KEY-3): a route that keeps something copies it, secrets into a type that wipes itself. Used by one thread.
struct Request {
  Method method = Method::Other;
  std::string_view target;  ///< as sent, at most 512 bytes of visible ASCII
  std::string_view path;    ///< the target before `?`, not decoded
  std::string_view query;   ///< the target behind `?`, not decoded
  std::span<const HeaderField> headers;
  /// Of a route that reads its body piece by piece (`RequestBody::lines`); nullptr elsewhere.
  BodyStream* stream = nullptr;
  std::span<char> body;  ///< writable: the JSON reader unescapes in place
  ListenerKind listener = ListenerKind::Public;
  IpAddress peer;    ///< of the socket
  IpAddress client;  ///< THR-5; what throttles and pseudonyms use
  Language language;
  const Texts* texts = nullptr;
  std::string_view request_id;
  std::chrono::steady_clock::time_point received_at;
  std::stop_token stopping;  ///< asked when the service ends; whoever waits (long poll) ends early

  // Set by the router:
  const Route* route = nullptr;
  std::vector<Parameter> path_parameters;
  std::vector<Parameter> query_parameters;
  // Set by authentication:
  const Caller* caller = nullptr;

  /// The first header of that name (any case). The guard has refused a second one of those that must be single.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  /// All lines of that name, in the order of arrival.
  [[nodiscard]] std::vector<std::string_view> header_lines(std::string_view name) const;
  /// A `{name}` of the route's path; asking for one that the path does not have is a bug and ends the process.
  [[nodiscard]] std::string_view path_parameter(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> query_parameter(std::string_view name) const;
  /// A query parameter that its description says is a number, and that the router has checked.
  [[nodiscard]] std::optional<std::uint64_t> query_number(std::string_view name) const;
  /// The token of `Authorization: Bearer …` (RFC 6750; the scheme in any case); empty where there is none.
  [[nodiscard]] std::optional<std::string_view> bearer_token() const;
};

/// ASCII only, as header names are (RFC 9110, 5.1).
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);
/// Without spaces and tabs at both ends, as around fields' values and the parts of lists (OWS of RFC 9110, 5.6.3).
[[nodiscard]] std::string_view without_blanks(std::string_view text);

}  // namespace tweestap::http
