#include "domain/evolve.h"

#include <algorithm>

namespace tweestap::domain {
namespace {

Session* find(AccountState& state, const SessionId& id) {
  const auto found = std::ranges::find(state.sessions, id, &Session::id);
  return found == state.sessions.end() ? nullptr : &*found;
}

}  // namespace

void evolve(AccountState& state, const SessionSteppedUp& event, const At& at) {
  if (Session* session = find(state, event.session)) {
    session->token = event.token;
    session->amr.insert(event.by);
    session->last_used_at = at.time;
    session->second_step_at = at.time;
    session->stepped_up = true;
    session->sms.reset();
  }
  state.lock = Lock{};
  if (event.by == Amr::Sms) confirm_number(state, at.time);
  if (event.step && state.two_step) state.two_step->last_step = std::max(state.two_step->last_step, *event.step);
}

void evolve(AccountState& state, const SessionUsed& event, const At& at) {
  if (Session* session = find(state, event.session)) session->last_used_at = at.time;
}

void evolve(AccountState& state, const StepUpRejected& event, const At&) {
  state.lock.failures = event.failures;
  if (Session* session = find(state, event.session); session != nullptr && session->sms) ++session->sms->failures;
}

void evolve(AccountState& state, const SessionEnded& event, const At&) {
  std::erase_if(state.sessions, [&](const Session& one) { return one.id == event.session; });
}

}  // namespace tweestap::domain
