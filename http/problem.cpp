#include "http/problem.h"

#include <array>

#include "http/json_writer.h"
#include "platform/bug.h"

namespace tweestap::http {

ProblemInfo problem_info(ProblemCode code) {
  switch (code) {
    case ProblemCode::MalformedRequest:
      return {"malformed_request", 400};
    case ProblemCode::InvalidPhone:
      return {"invalid_phone", 400};
    case ProblemCode::InvalidDuration:
      return {"invalid_duration", 400};
    case ProblemCode::WeakPassword:
      return {"weak_password", 400};
    case ProblemCode::CredentialsRejected:
      return {"credentials_rejected", 401};
    case ProblemCode::CodeRejected:
      return {"code_rejected", 401};
    case ProblemCode::SessionRequired:
      return {"session_required", 401};
    case ProblemCode::TokenExpired:
      return {"token_expired", 401};
    case ProblemCode::Forbidden:
      return {"forbidden", 403};
    case ProblemCode::StepUpRequired:
      return {"step_up_required", 403};
    case ProblemCode::NotFound:
      return {"not_found", 404};
    case ProblemCode::MethodNotAllowed:
      return {"method_not_allowed", 405};
    case ProblemCode::StateConflict:
      return {"state_conflict", 409};
    case ProblemCode::IdempotencyConflict:
      return {"idempotency_conflict", 409};
    case ProblemCode::PayloadTooLarge:
      return {"payload_too_large", 413};
    case ProblemCode::UnsupportedMediaType:
      return {"unsupported_media_type", 415};
    case ProblemCode::Locked:
      return {"locked", 423};
    case ProblemCode::TooManyRequests:
      return {"too_many_requests", 429};
    case ProblemCode::Unavailable:
      return {"unavailable", 503};
  }
  platform::bug("no such problem");
}

std::span<const ProblemCode> all_problem_codes() {
  static constexpr auto kAll = [] {
    std::array<ProblemCode, kProblemCodes> all{};
    for (std::size_t i = 0; i < kProblemCodes; ++i) all[i] = static_cast<ProblemCode>(i);
    return all;
  }();
  return kAll;
}

namespace {

// Whoever hears one of these must not learn why (ENU-1): every reason gives the same bytes.
bool says_nothing_more(ProblemCode code) {
  return code == ProblemCode::CredentialsRejected || code == ProblemCode::CodeRejected;
}

}  // namespace

std::string_view problem_detail(const Texts& texts, Language language, const Problem& problem) {
  const std::string key = "problem." + std::string{problem_info(problem.code).name} + ".detail";
  if (!problem.hint.empty() && !says_nothing_more(problem.code)) {
    return texts.at(language, key + "." + std::string{problem.hint});
  }
  return texts.at(language, key);
}

Response problem_response(const Texts& texts, Language language, const Problem& problem) {
  const ProblemInfo info = problem_info(problem.code);
  JsonWriter json;
  json.begin_object()
      .member("type", "urn:tweestap:problem:" + std::string{info.name})
      .member("title", texts.at(language, "problem." + std::string{info.name} + ".title"))
      .member("status", info.status)
      .member("detail", problem_detail(texts, language, problem))
      .member("code", info.name);
  if (!says_nothing_more(problem.code)) {
    if (!problem.member.empty()) json.member("member", problem.member);
    json.member("locked_until", problem.locked_until);
    if (problem.locked) json.member("locked", true);
  }
  json.end_object();

  Response response;
  response.status = info.status;
  response.content_type = "application/problem+json";
  response.body = json.take();
  response.headers.push_back({"Content-Language", std::string{texts.code(language)}});
  if (info.status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  if (info.status == 405) response.headers.push_back({"Allow", problem.allow});
  if (info.status == 429 || info.status == 503) {
    response.headers.push_back({"Retry-After", std::to_string(problem.retry_after_s.value_or(1))});
  }
  return response;
}

Response problem_response(const Request& request, const Problem& problem) {
  return problem_response(*request.texts, request.language, problem);
}

Response problem_response(const Request& request, ProblemCode code) {
  return problem_response(request, Problem{.code = code});
}

}  // namespace tweestap::http
