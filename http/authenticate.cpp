#include "http/authenticate.h"

#include <algorithm>
#include <utility>

#include "eventstore/partition.h"
#include "http/commands.h"
#include "http/cookies.h"
#include "http/tokens.h"
#include "platform/bug.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

using Principals = std::initializer_list<Principal>;

bool contains_any(const Who& who, Principals principals) {
  return std::ranges::any_of(principals, [&](Principal one) { return who.contains(one); });
}

constexpr Principals kLogins{Principal::LoginCodeRequired, Principal::LoginEnrolmentRequired};
constexpr Principals kStaff{Principal::StaffHelpdesk, Principal::StaffAdmin, Principal::StaffAuditor};
constexpr Principals kKeys{Principal::KeyHelpdesk, Principal::KeyAdmin, Principal::KeyAuditor, Principal::KeyFrontend,
                           Principal::KeyStream};

Taken takes_session(const Who& who, const domain::AccountState& account, ListenerKind listener) {
  if (who.contains(Principal::Session)) return Taken::Yes;
  if (listener != ListenerKind::Staff || !contains_any(who, kStaff)) return Taken::WrongKind;
  const auto roles = account.profile.roles;
  const bool admin = roles.has(domain::Role::Admin);
  const bool yes = (who.contains(Principal::StaffHelpdesk) && (admin || roles.has(domain::Role::Helpdesk))) ||
                   (who.contains(Principal::StaffAdmin) && admin) ||
                   (who.contains(Principal::StaffAuditor) && roles.has(domain::Role::Auditor));
  return yes ? Taken::Yes : Taken::NotAllowed;
}

// Admin and helpdesk are one duty; auditor and stream are separate ones, which an admin key does not have.
bool key_may(const Who& who, domain::KeyRole role) {
  switch (role) {
    case domain::KeyRole::Admin:
      return who.contains(Principal::KeyAdmin) || who.contains(Principal::KeyHelpdesk);
    case domain::KeyRole::Helpdesk:
      return who.contains(Principal::KeyHelpdesk);
    case domain::KeyRole::Auditor:
      return who.contains(Principal::KeyAuditor);
    case domain::KeyRole::Frontend:
      return who.contains(Principal::KeyFrontend);
    case domain::KeyRole::Stream:
      return who.contains(Principal::KeyStream);
  }
  std::unreachable();
}

std::unexpected<NotAuthenticated> trouble(TokenTrouble why, std::string_view token = {}) {
  NotAuthenticated out{.why = why};
  if (why == TokenTrouble::Over) out.over.push_back(token);
  return std::unexpected(std::move(out));
}
std::unexpected<NotAuthenticated> failed(platform::Failure failure) {
  return std::unexpected(NotAuthenticated{.why = TokenTrouble::Failed, .failure = std::move(failure)});
}

// A token stays known for a day after its end and for no longer, also where its row was not swept yet.
bool still_known(domain::Time end, domain::Time now) { return now < end + domain::hours(24); }

class TokenJudge {
 public:
  TokenJudge(const Services& services, const Request& request, std::string_view token)
      : services_(services),
        request_(request),
        token_(token),
        moment_(projections::Moment::latest(services.partition.reader())) {}

  std::expected<Caller, NotAuthenticated> judge() {
    const auto kind = token_kind(token_);
    if (!kind) return trouble(TokenTrouble::None);
    switch (*kind) {
      case TokenKind::Login:
      case TokenKind::Session:
        return person(*kind);
      case TokenKind::ApiKey:
        return machine();
      case TokenKind::Device:
        return trouble(TokenTrouble::None);  // it goes into a login's body, nowhere else
    }
    std::unreachable();
  }

 private:
  std::expected<Caller, NotAuthenticated> person(TokenKind kind) {
    const domain::TokenId id = token_id(token_);
    const auto row = moment_.token(id);
    if (!row) return failed(row.error());
    const bool login = kind == TokenKind::Login;
    const auto wanted = login ? projections::TokenKind::Login : projections::TokenKind::Session;
    // A token of the other front door was never right here.
    const domain::Listener listener = listener_of(request_.listener);
    if (!*row || (*row)->kind != wanted || (*row)->listener != listener) return trouble(TokenTrouble::None);
    auto state = moment_.account((*row)->account);
    if (!state) return failed(state.error());
    if (!*state) return trouble(TokenTrouble::None);
    Caller caller{
        .who = {}, .account = std::make_shared<const domain::AccountState>(std::move(**state)), .token = token_};
    const bool live = login ? live_login(**row, caller) : live_session(**row, id, caller);
    if (live) return caller;
    return still_known((*row)->ends_at, now_) ? trouble(TokenTrouble::Over, token_) : trouble(TokenTrouble::None);
  }

  bool live_login(const projections::TokenRow& row, Caller& caller) const {
    const domain::LoginRef ref{row.login(), row.listener};
    const domain::PendingLogin* login = domain::live_login(*caller.account, ref, now_);
    if (login == nullptr) return false;
    caller.who = LoginCaller{row.account, ref, login->enrols};
    return true;
  }

  bool live_session(const projections::TokenRow& row, const domain::TokenId& token, Caller& caller) const {
    const domain::SessionRef ref{row.session(), token, row.listener};
    const domain::Session* session = domain::live_session(*caller.account, ref, now_);
    if (session == nullptr) return false;
    const domain::Rules& rules = services_.rules.domain;
    caller.who = SessionCaller{row.account, ref, domain::is_fresh(*caller.account, *session, rules, now_),
                               domain::use_is_due(*session, rules, now_)};
    return true;
  }

  std::expected<Caller, NotAuthenticated> machine() {
    const auto row = moment_.api_key_of(token_id(token_));
    if (!row) return failed(row.error());
    if (!*row) return trouble(TokenTrouble::None);
    if (!(*row)->is_over(now_)) {
      return Caller{.who = KeyCaller{(*row)->id, (*row)->role}, .account = nullptr, .token = token_};
    }
    domain::Time end = (*row)->revoked_at ? *(*row)->revoked_at : *(*row)->expires_at;
    if ((*row)->expires_at) end = std::min(end, *(*row)->expires_at);
    return still_known(end, now_) ? trouble(TokenTrouble::Over, token_) : trouble(TokenTrouble::None);
  }

  const Services& services_;
  const Request& request_;
  std::string_view token_;
  projections::Moment moment_;
  domain::Time now_ = services_.now();
};

}  // namespace

domain::AccountId Caller::account_id() const {
  if (const LoginCaller* one = login()) return one->account;
  if (const SessionCaller* one = session()) return one->account;
  platform::bug("a route asked for the account of a caller that has none");
}

domain::Actor Caller::actor() const {
  if (const KeyCaller* one = key()) return one->api_key;
  return account_id();
}

std::vector<std::string_view> presented_tokens(const Services& services, const Route& route, const Request& request) {
  if (const auto bearer = request.bearer_token()) return {*bearer};
  const CookieRules& cookies = services.rules.cookies(request.listener);
  std::vector<std::string_view> tokens;
  const auto add = [&](TokenCookie cookie) {
    if (const auto token = cookies.token(request, cookie)) tokens.push_back(*token);
  };
  if (route.who.contains(Principal::Session) || contains_any(route.who, kStaff)) add(TokenCookie::Session);
  if (contains_any(route.who, kLogins)) add(TokenCookie::Login);
  return tokens;
}

Taken takes(const Who& who, const Caller& caller, ListenerKind listener) {
  if (const LoginCaller* login = caller.login()) {
    const Principal state = login->enrols ? Principal::LoginEnrolmentRequired : Principal::LoginCodeRequired;
    return who.contains(state) ? Taken::Yes : Taken::WrongKind;
  }
  if (caller.session() != nullptr) return takes_session(who, *caller.account, listener);
  if (const KeyCaller* key = caller.key()) {
    if (!contains_any(who, kKeys)) return Taken::WrongKind;
    return key_may(who, key->role) ? Taken::Yes : Taken::NotAllowed;
  }
  return who.contains(Principal::Anyone) ? Taken::Yes : Taken::WrongKind;
}

std::expected<Caller, NotAuthenticated> authenticate(const Services& services, const Route& route,
                                                     const Request& request) {
  if (route.who.contains(Principal::Anyone)) return Caller{};
  // A browser may still send the cookie of a session that is over beside that of a login that is not: the first token
  // that the route takes counts, and otherwise the most useful trouble is told.
  NotAuthenticated worst;
  for (const std::string_view token : presented_tokens(services, route, request)) {
    auto caller = TokenJudge(services, request, token).judge();
    if (caller) {
      const Taken taken = takes(route.who, *caller, request.listener);
      if (taken == Taken::Yes) return caller;
      if (taken == Taken::NotAllowed) worst.why = std::max(worst.why, TokenTrouble::NotAllowed);
      continue;
    }
    NotAuthenticated& found = caller.error();
    if (found.why == TokenTrouble::Failed) return std::unexpected(std::move(found));
    worst.why = std::max(worst.why, found.why);
    worst.over.insert(worst.over.end(), found.over.begin(), found.over.end());
  }
  return std::unexpected(std::move(worst));
}

bool touch_session(const Services& services, const domain::AccountId& account, const domain::AccountState& state,
                   const domain::SessionRef& session) {
  const domain::Session* live = domain::live_session(state, session, services.now());
  if (live == nullptr) return false;
  if (!domain::use_is_due(*live, services.rules.domain, services.now())) return true;
  const auto result = submit_command(services, domain::TouchSession{account, session}, std::nullopt);
  if (!result) return true;  // a use that cannot be stored is left out: reads go on while a disk is full
  return result->outcome.has_value();
}

}  // namespace tweestap::http
