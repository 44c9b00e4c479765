#pragma once
// What the organisation decides for everybody, and who may act for it by machine.
#include "domain/ids.h"
#include "domain/terms.h"
#include "domain/time.h"

namespace tweestap::domain {

struct PolicyChanged {
  static constexpr EventInfo kInfo{701, "policy.changed", 1, "The organisation's policy, whole, as it is from now on."};
  std::optional<Time> mandatory_from;
  SetOf<Method> methods;
  SetOf<Remember> remember_durations;
  bool four_eyes = false;
  std::vector<std::string> sms_countries;

  static constexpr auto fields() {
    return std::tuple{
        field("mandatoryfrom", &PolicyChanged::mandatory_from, Exposure::Public,
              "from when two-step is mandatory; absent: never"),
        field("methods", &PolicyChanged::methods, Exposure::Public, "how people may receive codes"),
        field("rememberdurations", &PolicyChanged::remember_durations, Exposure::Public,
              "how long a device may be remembered"),
        field("foureyes", &PolicyChanged::four_eyes, Exposure::Public, "whether a reset needs a second person"),
        field("smscountries", &PolicyChanged::sms_countries, Exposure::Public, "ISO 3166-1 codes that SMS may go to",
              Max{250}),
    };
  }
};

struct ApiKeyCreated {
  static constexpr EventInfo kInfo{702, "api_key.created", 1, "A machine client got a key."};
  ApiKeyId api_key;
  TokenId token;
  KeyRole role{};
  std::string name;
  std::optional<Time> expires_at;

  static constexpr auto fields() {
    return std::tuple{
        field("apikey", &ApiKeyCreated::api_key, Exposure::Public, "which key"),
        field("token", &ApiKeyCreated::token, Exposure::Public, "the key, as a hash"),
        field("role", &ApiKeyCreated::role, Exposure::Public, "what it may do"),
        field("name", &ApiKeyCreated::name, Exposure::Public, "what staff call it", kKeyNameMax),
        field("expiresat", &ApiKeyCreated::expires_at, Exposure::Public, "absent: until it is revoked"),
    };
  }
};

struct ApiKeyRevoked {
  static constexpr EventInfo kInfo{703, "api_key.revoked", 1, "A machine client's key is over."};
  ApiKeyId api_key;

  static constexpr auto fields() {
    return std::tuple{field("apikey", &ApiKeyRevoked::api_key, Exposure::Public, "which key")};
  }
};

/// How staff came to an account.
enum class ReadBy : std::uint8_t { Lookup, Account, Audit };
template <>
inline constexpr auto kNames<ReadBy> = std::to_array<std::string_view>({"lookup", "account", "audit"});

struct AuditRead {
  static constexpr EventInfo kInfo{704, "audit.read", 1, "Somebody other than the owner read an account."};
  ReadBy by{};
  std::optional<AccountId> account;
  std::optional<LookupHash> identifier_hash;

  static constexpr auto fields() {
    return std::tuple{
        field("by", &AuditRead::by, Exposure::Public, "a look-up by identifier, the account's page, or the audit"),
        field("account", &AuditRead::account, Exposure::Public, "whose; absent where a look-up found nobody"),
        field("identifierhash", &AuditRead::identifier_hash, Exposure::Public,
              "keyed hash of what was looked up in vain"),
    };
  }
};

}  // namespace tweestap::domain
