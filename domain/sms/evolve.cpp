#include "domain/evolve.h"

#include <algorithm>

namespace tweestap::domain {
namespace {

// Where the code of a login, an enrolment or a session is kept; nullptr where that is over.
template <class E>
std::optional<SmsCode>* place_of(AccountState& state, const E& event) {
  if (event.login) {
    const auto found = std::ranges::find(state.logins, *event.login, &PendingLogin::id);
    return found == state.logins.end() ? nullptr : &found->sms;
  }
  if (event.session) {
    const auto found = std::ranges::find(state.sessions, *event.session, &Session::id);
    return found == state.sessions.end() ? nullptr : &found->sms;
  }
  return state.enrolment && state.enrolment->id == event.enrolment ? &state.enrolment->sms : nullptr;
}

SmsCode* find_code(AccountState& state, const ChallengeId& challenge) {
  const auto is_it = [&](std::optional<SmsCode>& code) { return code && code->challenge == challenge; };
  for (PendingLogin& login : state.logins) {
    if (is_it(login.sms)) return &*login.sms;
  }
  for (Session& session : state.sessions) {
    if (is_it(session.sms)) return &*session.sms;
  }
  return state.enrolment && is_it(state.enrolment->sms) ? &*state.enrolment->sms : nullptr;
}

}  // namespace

void confirm_number(AccountState& state, Time at) {
  if (!state.two_step || !state.two_step->phone) return;
  const LookupHash& number = state.two_step->phone->number_hash;
  auto& confirmed = state.confirmed_numbers;
  std::erase_if(confirmed, [&](const ConfirmedNumber& one) { return one.number_hash == number; });
  if (confirmed.size() == kConfirmedNumbersMax) confirmed.erase(confirmed.begin());
  confirmed.push_back({number, at});
}

void evolve(AccountState& state, const SmsCodeIssued& event, const At& at) {
  if (auto* place = place_of(state, event)) {
    *place = SmsCode{event.challenge, at.position, event.key, 0, 0, at.time, event.expires_at};
  }
}

void evolve(AccountState& state, const SmsCodeResent& event, const At& at) {
  if (SmsCode* code = find_code(state, event.challenge)) {
    code->resends = event.resends;
    code->asked_at = at.time;
  }
}

// A login goes on without its code; what was asked for and held back may be asked for again when it is due.
void evolve(AccountState& state, const SmsCodeRefused& event, const At& at) {
  std::optional<SmsCode>* place = place_of(state, event);
  if (place == nullptr) return;
  if (!*place) place->emplace();
  (*place)->asked_at = at.time;
}

// The outcome of a sending is the sender's to know: it reads the log.
void evolve(AccountState&, const SmsCodeDelivered&, const At&) {}
void evolve(AccountState&, const SmsCodeDeliveryFailed&, const At&) {}

}  // namespace tweestap::domain
