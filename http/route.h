#pragma once
// One row of the route table: everything there is to know about a route. Dispatch, authentication, throttling and the
// OpenAPI document all read it. None of its members has a default, so a row that leaves one out does not compile.
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "http/json_body.h"
#include "http/principals.h"
#include "http/problem.h"
#include "http/request.h"
#include "http/response.h"

namespace tweestap::http {

/// What the request line may say. HEAD works only where GetAndHead stands: monitors ask health with it.
enum class VerbName : std::uint8_t { Get, GetAndHead, Post, Put, Patch, Delete };

/// Its method; of GetAndHead that is GET.
[[nodiscard]] Method method_of(VerbName verb);

/// A value that has to be given.
template <class T>
struct Given {
  constexpr Given(T given) : value(given) {}      // NOLINT(google-explicit-constructor)
  constexpr operator T() const { return value; }  // NOLINT(google-explicit-constructor)
  T value;
};

using Verb = Given<VerbName>;

enum class ListenerSet : std::uint8_t { Public, Staff, Both };
using Listeners = Given<ListenerSet>;

/// `/v1/accounts/{account}`: segments are literal, or one `{parameter}`; a last `{parameter...}` takes the rest of the
/// path.
struct Path {
  consteval Path(const char* path) : text(path) {  // NOLINT(google-explicit-constructor)
    if (text.empty() || text.front() != '/') throw "a path starts with /";
    for (const char c : text) {
      if (c <= ' ' || c > '~' || c == '%' || c == '?' || c == '#') throw "a path is plain text";
    }
  }
  std::string_view text;
};

/// What a route is for, in one sentence; shown in OpenAPI.
struct Summary {
  consteval Summary(const char* sentence) : text(sentence) {  // NOLINT(google-explicit-constructor)
    if (text.size() < 8) throw "a route without a description";
  }
  std::string_view text;
};

/// Which secret a route looks at, so that each has a brake (THR-4).
enum class ThrottledSecret : std::uint8_t {
  None,
  Password,      ///< password failures: per identifier and network, network, identifier (THR-2)
  Code,          ///< second-step failures and locks (OTP-6)
  RecoveryCode,  ///< recovery failures, and at most a quarter of the hash queue (THR-6)
  CodeOrRecoveryCode,
  EnrolmentCode,         ///< five wrong ones end the enrolment
  PasswordAndSignature,  ///< binding an app
  AppSignature,          ///< app logins: failures per device (APP-1)
  Token,                 ///< a 256-bit token beside the caller's own: cannot be guessed, counted per network
};

/// A route's entry in the throttle table. "None" needs a reason that a reviewer can judge.
class Throttle {
 public:
  consteval Throttle(ThrottledSecret secret) : secret_(secret) {  // NOLINT(google-explicit-constructor)
    if (secret == ThrottledSecret::None) throw "say why: Throttle::none(reason)";
  }
  [[nodiscard]] static consteval Throttle none(const char* reason) {
    Throttle throttle{ThrottledSecret::Token};
    throttle.secret_ = ThrottledSecret::None;
    throttle.reason_ = reason;
    if (throttle.reason_.size() < 8) throw "a reason is a sentence";
    return throttle;
  }
  [[nodiscard]] constexpr ThrottledSecret secret() const { return secret_; }
  [[nodiscard]] constexpr std::string_view reason() const { return reason_; }

 private:
  ThrottledSecret secret_;
  std::string_view reason_;
};

/// The members of a request body; the array must outlive the route (a static constexpr one does).
struct RequestBody {
  [[nodiscard]] static constexpr RequestBody none() { return RequestBody{std::span<const Member>{}}; }
  template <std::size_t N>
  constexpr RequestBody(const Member (&array)[N]) : members(array) {  // NOLINT(google-explicit-constructor)
    static_assert(N <= kMembersMax);
  }
  /// `application/x-ndjson` of at most so many bytes, each line described by the members; the handler reads it from
  /// `Request::stream` and answers there.
  template <std::size_t N>
  [[nodiscard]] static constexpr RequestBody lines(const Member (&array)[N], std::uint64_t bytes_max) {
    RequestBody body{array};
    body.lines_bytes_max = bytes_max;
    return body;
  }
  std::span<const Member> members;
  std::uint64_t lines_bytes_max = 0;  ///< 0: one JSON object

 private:
  constexpr explicit RequestBody(std::span<const Member> array) : members(array) {}
};

enum class QueryType : std::uint8_t { Text, Number, Time };

struct QueryParameter {
  std::string_view name;
  QueryType type;
  std::uint64_t min;  ///< Number: least value; otherwise unused
  std::uint64_t max;  ///< Number: greatest value; Text: bytes
  std::string_view about;
  bool required = false;  ///< its handler refuses a request without it
};

/// The query parameters. Any other one, and one that comes twice, is malformed_request.
struct Query {
  [[nodiscard]] static constexpr Query none() { return Query{std::span<const QueryParameter>{}}; }
  /// Whatever there is, and none of it is looked at: mail programs and advertisers put parameters on links to pages.
  [[nodiscard]] static constexpr Query ignored() {
    Query query = none();
    query.is_ignored = true;
    return query;
  }
  template <std::size_t N>
  constexpr Query(const QueryParameter (&array)[N]) : parameters(array) {}  // NOLINT(google-explicit-constructor)
  std::span<const QueryParameter> parameters;
  bool is_ignored = false;

 private:
  constexpr explicit Query(std::span<const QueryParameter> array) : parameters(array) {}
};

struct AnswerShape;

enum class AnswerType : std::uint8_t { String, Secret, Time, Boolean, Integer, Strings, Object, Objects, Anything };

struct AnswerMember {
  std::string_view name;
  AnswerType type;
  bool always;  ///< otherwise absent where it has no value; never null
  std::string_view about;
  const AnswerShape* shape = nullptr;  ///< Object, Objects: of what
};

/// A JSON object of an answer; becomes `components/schemas/<name>`.
struct AnswerShape {
  std::string_view name;
  std::span<const AnswerMember> members;
};

struct Answer {
  std::uint16_t status;
  std::string_view about;
  std::string_view content_type;  ///< empty: no body
  const AnswerShape* shape;       ///< null: a body that is not JSON, or none

  [[nodiscard]] static constexpr Answer json(Success status, std::string_view about, const AnswerShape& shape) {
    return {static_cast<std::uint16_t>(status), about, "application/json", &shape};
  }
  /// A JSON object a line.
  [[nodiscard]] static constexpr Answer lines(std::string_view about, const AnswerShape& shape) {
    return {200, about, "application/x-ndjson", &shape};
  }
  [[nodiscard]] static constexpr Answer empty(std::string_view about) { return {204, about, {}, nullptr}; }
  [[nodiscard]] static constexpr Answer other(std::string_view content_type, std::string_view about) {
    return {200, about, content_type, nullptr};
  }
};

/// How a route succeeds; at least one.
struct Answers {
  Answers(std::initializer_list<Answer> answers) : list(answers) {}
  std::vector<Answer> list;
};

/// Which problems a route answers beside those that every route of its kind has (openapi.h adds them); may be empty.
struct Problems {
  Problems(std::initializer_list<ProblemCode> problems) : list(problems) {}
  [[nodiscard]] static Problems none() { return Problems(std::initializer_list<ProblemCode>{}); }
  std::vector<ProblemCode> list;
};

/// Runs behind dispatch, body reading, authentication and throttles. Called by many threads at once.
using HandlerFunction = std::function<Response(Request&, const Body&)>;

struct Handler {
  template <class F>
  requires std::is_invocable_r_v<Response, F&, Request&, const Body&> Handler(F function)
      : call(std::move(function)) {}  // NOLINT(google-explicit-constructor)
  HandlerFunction call;
};

struct Route {
  Verb verb;
  Path path;
  Listeners listeners;
  Who who;
  Throttle throttle;
  Summary summary;
  Query query;
  RequestBody body;
  Answers answers;
  Problems problems;
  Handler handler;
};

[[nodiscard]] bool on_listener(const Route& route, ListenerKind listener);

}  // namespace tweestap::http
