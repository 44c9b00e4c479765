#include "domain/policy/policy.h"

namespace tweestap::domain {

Decision decide(const PolicyState& state, const SetPolicy& command, const Context& context) {
  if (state.four_eyes && command.four_eyes == false && !command.service_stopped) return refuse(Refusal::Forbidden);
  PolicyState after = state;
  if (command.mandatory_from) after.mandatory_from = *command.mandatory_from;
  if (command.methods) after.methods = *command.methods;
  if (command.remember_durations) after.remember_durations = *command.remember_durations;
  if (command.four_eyes) after.four_eyes = *command.four_eyes;
  if (command.sms_countries) after.sms_countries = *command.sms_countries;
  const bool changes = after.mandatory_from != state.mandatory_from || after.methods != state.methods ||
                       after.remember_durations != state.remember_durations || after.four_eyes != state.four_eyes ||
                       after.sms_countries != state.sms_countries;
  Events events{kPolicy, command.actor, context.command};
  if (changes) {
    events.add(PolicyChanged{after.mandatory_from, after.methods, after.remember_durations, after.four_eyes,
                             after.sms_countries});
  }
  return std::move(events).accept(std::move(after));
}

Decision decide(const CreateApiKey& command, std::size_t keys, const Context& context) {
  if (keys >= kApiKeysMax) return refuse(Refusal::TooManyKeys);
  Events events{kService, command.actor, context.command};
  events.add(ApiKeyCreated{command.api_key, command.token, command.role, command.name, command.expires_at});
  return std::move(events).accept(Done{});
}

Decision decide(const RevokeApiKey& command, bool live, const Context& context) {
  if (!live) return refuse(Refusal::NotFound);
  Events events{kService, command.actor, context.command};
  events.add(ApiKeyRevoked{command.api_key});
  return std::move(events).accept(Done{});
}

Decision decide(const RecordAuditRead& command, std::optional<Time> told_at, const Context& context) {
  Events events{kService, command.actor, context.command};
  const bool told = told_at && context.now < *told_at + context.rules.audit_read_told_every;
  if (!told) events.add(AuditRead{command.by, command.account, command.identifier_hash});
  return std::move(events).accept(Done{});
}

}  // namespace tweestap::domain
