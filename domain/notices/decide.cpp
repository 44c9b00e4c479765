#include "domain/all_events.h"
#include "domain/notices/notices.h"

namespace tweestap::domain {

Decision decide(const AccountState& state, const RecordNotice& command, const Context& context) {
  if (!state.exists()) return refuse(Refusal::NotFound);
  Events events{Subject::of(command.account), System{}, context.command};
  events.add(NoticeSent{command.notice, command.about, command.gateway, command.reference});
  return std::move(events).accept(Done{});
}

Decision decide(const AccountState& state, const RecordNoticeFailure& command, const Context& context) {
  if (!state.exists()) return refuse(Refusal::NotFound);
  Events events{Subject::of(command.account), System{}, context.command};
  events.add(NoticeFailed{command.notice, command.about, command.gateway, command.trouble});
  return std::move(events).accept(Done{});
}

}  // namespace tweestap::domain
