// What stands between the router and the handlers.
#include "http/authenticate.h"
#include "http/commands.h"
#include "http/idempotency.h"

namespace tweestap::http {
namespace {

bool changes_something(Method method) {
  switch (method) {
    case Method::Post:
    case Method::Put:
    case Method::Patch:
    case Method::Delete:
      return true;
    case Method::Get:
    case Method::Head:
    case Method::Other:
      return false;
  }
  std::unreachable();
}

// The Idempotency-Key, where the request has one that means something. Two of them cannot both be meant.
std::expected<std::optional<std::string_view>, Problem> idempotency_key(const Request& request) {
  if (!changes_something(request.method)) return std::nullopt;
  // Lines are answered while they are read, so there is no answer to keep; what they ask for may be asked for again.
  if (request.route->body.lines_bytes_max != 0) return std::nullopt;
  const auto lines = request.header_lines("Idempotency-Key");
  if (lines.empty()) return std::nullopt;
  if (lines.size() > 1 || !is_idempotency_key(lines.front())) {
    return std::unexpected(Problem{.code = ProblemCode::MalformedRequest, .hint = "idempotency_key"});
  }
  return lines.front();
}

Response answer_for(const Services& services, const Request& request, const NotAuthenticated& found) {
  switch (found.why) {
    case TokenTrouble::None:
      return problem_response(request, ProblemCode::SessionRequired);
    case TokenTrouble::Over:
      return problem_response(request, ProblemCode::TokenExpired);
    case TokenTrouble::NotAllowed:
      return problem_response(request, ProblemCode::Forbidden);
    case TokenTrouble::Failed:
      return failure_response(services, request, found.failure);
  }
  std::unreachable();
}

class FrontDoor {
 public:
  FrontDoor(const Services& services, const Route& route, Request& request)
      : services_(services), route_(route), request_(request) {}

  Response answer(const ReadForm& read) {
    auto caller = authenticate(services_, route_, request_);
    if (!caller) return unauthenticated(caller.error(), read);
    const auto body = read();
    if (!body) return problem_response(request_, body.error());
    const auto key = idempotency_key(request_);
    if (!key) return problem_response(request_, key.error());
    if (const SessionCaller* session = caller->session(); session != nullptr && session->use_due) {
      if (!touch_session(services_, session->account, *caller->account, session->session)) {
        return problem_response(request_, ProblemCode::TokenExpired);
      }
    }
    return *key ? once(*caller, *body, **key) : handle(*caller, *body);
  }

 private:
  // With a token that this very command ended its answer is still heard. A request that has not the form of that
  // command is not its repeat.
  Response unauthenticated(const NotAuthenticated& found, const ReadForm& read) {
    const auto key = idempotency_key(request_);
    if (found.over.empty() || !key || !*key) return answer_for(services_, request_, found);
    const auto body = read();
    if (!body) return answer_for(services_, request_, found);
    for (const std::string_view token : found.over) {
      auto first = AnswerKeeper(services_, request_, *body, **key, token).first_answer(true);
      if (!first) return problem_response(request_, first.error());
      if (*first) return std::move(**first);
    }
    return answer_for(services_, request_, found);
  }

  Response once(Caller& caller, const Body& body, std::string_view key) {
    const AnswerKeeper keeper(services_, request_, body, key, caller.token);
    const auto turn = services_.running.wait(keeper.hash(), kTurnPatience);
    if (!turn) return problem_response(request_, ProblemCode::Unavailable);
    auto first = keeper.first_answer(false);
    if (!first) return problem_response(request_, first.error());
    if (*first) return std::move(**first);
    caller.keeper = &keeper;
    return handle(caller, body);
  }

  Response handle(const Caller& caller, const Body& body) {
    const SessionCaller* session = caller.session();
    if (route_.who.needs_fresh() && session != nullptr && !session->fresh) {
      return problem_response(request_, ProblemCode::StepUpRequired);
    }
    request_.caller = &caller;
    Response response = route_.handler.call(request_, body);
    request_.caller = nullptr;
    return response;
  }

  // Longer than any command takes: a deadline in the queue, and three times the hash queue.
  static constexpr domain::Duration kTurnPatience = domain::seconds(30);

  const Services& services_;
  const Route& route_;
  Request& request_;
};

}  // namespace

Around front_door(const Services& services) {
  return [&services](const Route& route, Request& request, const ReadForm& read) {
    return FrontDoor(services, route, request).answer(read);
  };
}

}  // namespace tweestap::http
