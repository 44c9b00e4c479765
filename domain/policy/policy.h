#pragma once
// The organisation's policy, its machine clients, and who read what.
#include "domain/decision.h"

namespace tweestap::domain {

/// Absent members stay as they are.
struct SetPolicy {
  Actor actor;
  bool service_stopped = false;  // only then four eyes may go from on to off (rule ADM-3)
  std::optional<std::optional<Time>> mandatory_from;
  std::optional<SetOf<Method>> methods;
  std::optional<SetOf<Remember>> remember_durations;
  std::optional<bool> four_eyes;
  std::optional<std::vector<std::string>> sms_countries;
};

struct CreateApiKey {
  Actor actor;
  ApiKeyId api_key;
  TokenId token;
  KeyRole role{};
  std::string name;
  std::optional<Time> expires_at;
};
struct RevokeApiKey {
  Actor actor;
  ApiKeyId api_key;
};

/// Somebody other than the owner read an account, or looked one up in vain.
struct RecordAuditRead {
  Actor actor;
  ReadBy by{};
  std::optional<AccountId> account;
  std::optional<LookupHash> identifier_hash;
};

struct RecordServiceStart {
  std::string service_version;
  std::uint64_t dropped_bytes = 0;
};

[[nodiscard]] Decision decide(const PolicyState& state, const SetPolicy& command, const Context& context);
/// `keys`: how many there are that are not revoked.
[[nodiscard]] Decision decide(const CreateApiKey& command, std::size_t keys, const Context& context);
/// `live`: whether there is such a key that is not revoked.
[[nodiscard]] Decision decide(const RevokeApiKey& command, bool live, const Context& context);
/// `told_at`: the last event of the same reader and account (or identifier), if one is known.
[[nodiscard]] Decision decide(const RecordAuditRead& command, std::optional<Time> told_at, const Context& context);
[[nodiscard]] Decision decide(const RecordServiceStart& command, const Context& context);

}  // namespace tweestap::domain
