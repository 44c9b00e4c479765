#pragma once
// Errors as RFC 9457 problem documents. The status follows from the code here and nowhere else.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/request.h"
#include "http/response.h"
#include "http/texts.h"

namespace tweestap::http {

/// Every code that a problem document may have.
enum class ProblemCode : std::uint8_t {
  MalformedRequest,
  InvalidPhone,
  InvalidDuration,
  WeakPassword,
  CredentialsRejected,
  CodeRejected,
  SessionRequired,
  TokenExpired,
  Forbidden,
  StepUpRequired,
  NotFound,
  MethodNotAllowed,
  StateConflict,
  IdempotencyConflict,
  PayloadTooLarge,
  UnsupportedMediaType,
  Locked,
  TooManyRequests,
  Unavailable,
};

inline constexpr std::size_t kProblemCodes = 19;

struct ProblemInfo {
  std::string_view name;  ///< as in `code`
  std::uint16_t status;
};

[[nodiscard]] ProblemInfo problem_info(ProblemCode code);
[[nodiscard]] std::span<const ProblemCode> all_problem_codes();

/// What a refusal says beside its code. Only a few codes carry anything; none of it tells why a credential was refused.
struct Problem {
  ProblemCode code = ProblemCode::MalformedRequest;
  std::string member{};                          ///< malformed_request: which member; only names that may be echoed
  std::optional<std::string> locked_until{};     ///< locked: RFC 3339
  bool locked = false;                           ///< locked: no time opens it
  std::optional<std::uint32_t> retry_after_s{};  ///< 429 and 503; 1 where not given, those always have one
  std::string allow{};                           ///< 405: the methods
  /// A text key below `problem.<code>.detail.` for a detail that tells more about what to do. Ignored for
  /// credentials_rejected and code_rejected, which are the same bytes whatever the reason.
  std::string_view hint{};
};

/// The sentence that tells what to do, in that language.
[[nodiscard]] std::string_view problem_detail(const Texts& texts, Language language, const Problem& problem);

/// The whole answer: status, body in the language, WWW-Authenticate, Retry-After and Allow where they belong.
[[nodiscard]] Response problem_response(const Texts& texts, Language language, const Problem& problem);

/// The same, in the language of the request.
[[nodiscard]] Response problem_response(const Request& request, const Problem& problem);
[[nodiscard]] Response problem_response(const Request& request, ProblemCode code);

}  // namespace tweestap::http
