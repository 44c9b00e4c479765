#pragma once
// What happens to a code by SMS. The code itself is in none of these: it is derived from the key of its day and the
// challenge.
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/terms.h"
#include "domain/time.h"

namespace tweestap::domain {

struct SmsCodeIssued {
  static constexpr EventInfo kInfo{901, "sms_code.issued", 1, "A code is on its way by SMS."};
  ChallengeId challenge;
  SmsPurpose purpose{};
  std::optional<LoginId> login;
  std::optional<EnrolmentId> enrolment;
  std::optional<SessionId> session;
  std::uint32_t key = 0;
  LookupHash number_hash;
  Time expires_at;
  std::optional<Pseudonym> network;

  static constexpr auto fields() {
    return std::tuple{
        field("challenge", &SmsCodeIssued::challenge, Exposure::Public, "which code; sent again it stays the same"),
        field("purpose", &SmsCodeIssued::purpose, Exposure::Public, "what it is for; it counts for nothing else"),
        field("login", &SmsCodeIssued::login, Exposure::Public, "which login"),
        field("enrolment", &SmsCodeIssued::enrolment, Exposure::Public, "which enrolment"),
        field("session", &SmsCodeIssued::session, Exposure::Public, "which session, at a step-up"),
        field("key", &SmsCodeIssued::key, Exposure::Public, "version of the key that the code is derived with"),
        field("numberhash", &SmsCodeIssued::number_hash, Exposure::Public, "keyed hash of the number"),
        field("expiresat", &SmsCodeIssued::expires_at, Exposure::Public, "when the code is over"),
        field("network", &SmsCodeIssued::network, Exposure::Public, "pseudonym of the caller's network"),
    };
  }
};

struct SmsCodeResent {
  static constexpr EventInfo kInfo{902, "sms_code.resent", 1, "The same code is on its way again."};
  ChallengeId challenge;
  std::uint32_t resends = 0;
  LookupHash number_hash;
  std::optional<Pseudonym> network;

  static constexpr auto fields() {
    return std::tuple{
        field("challenge", &SmsCodeResent::challenge, Exposure::Public, "which code"),
        field("resends", &SmsCodeResent::resends, Exposure::Public, "how often it was sent again, with this one"),
        field("numberhash", &SmsCodeResent::number_hash, Exposure::Public, "keyed hash of the number"),
        field("network", &SmsCodeResent::network, Exposure::Public, "pseudonym of the caller's network"),
    };
  }
};

struct SmsCodeRefused {
  static constexpr EventInfo kInfo{903, "sms_code.refused", 1, "A code was asked for and held back."};
  SmsPurpose purpose{};
  SmsRefusal reason{};
  std::optional<LoginId> login;
  std::optional<EnrolmentId> enrolment;
  std::optional<SessionId> session;
  std::optional<LookupHash> number_hash;
  std::optional<Pseudonym> network;

  static constexpr auto fields() {
    return std::tuple{
        field("purpose", &SmsCodeRefused::purpose, Exposure::Public, "what it was for"),
        field("reason", &SmsCodeRefused::reason, Exposure::Public,
              "which budget was spent, the country, or that no gateway is set"),
        field("login", &SmsCodeRefused::login, Exposure::Public, "which login"),
        field("enrolment", &SmsCodeRefused::enrolment, Exposure::Public, "which enrolment"),
        field("session", &SmsCodeRefused::session, Exposure::Public, "which session, at a step-up"),
        field("numberhash", &SmsCodeRefused::number_hash, Exposure::Public, "keyed hash of the number"),
        field("network", &SmsCodeRefused::network, Exposure::Public, "pseudonym of the caller's network"),
    };
  }
};

struct SmsCodeDelivered {
  static constexpr EventInfo kInfo{904, "sms_code.delivered", 1, "A gateway took the message."};
  ChallengeId challenge;
  std::uint64_t sending = 0;
  std::string gateway;
  std::optional<std::string> reference;

  static constexpr auto fields() {
    return std::tuple{
        field("challenge", &SmsCodeDelivered::challenge, Exposure::Public, "which code"),
        field("sending", &SmsCodeDelivered::sending, Exposure::Public,
              "position of the event that asked for it: issued, or resent"),
        field("gateway", &SmsCodeDelivered::gateway, Exposure::Public, "which gateway", kGatewayMax),
        field("reference", &SmsCodeDelivered::reference, Exposure::Public, "what the gateway calls the message",
              kReferenceMax),
    };
  }
};

struct SmsCodeDeliveryFailed {
  static constexpr EventInfo kInfo{905, "sms_code.delivery_failed", 1, "A gateway did not take the message."};
  ChallengeId challenge;
  std::uint64_t sending = 0;
  std::string gateway;
  std::string trouble;
  bool final_try = false;

  static constexpr auto fields() {
    return std::tuple{
        field("challenge", &SmsCodeDeliveryFailed::challenge, Exposure::Public, "which code"),
        field("sending", &SmsCodeDeliveryFailed::sending, Exposure::Public,
              "position of the event that asked for it: issued, or resent"),
        field("gateway", &SmsCodeDeliveryFailed::gateway, Exposure::Public, "which gateway", kGatewayMax),
        field("trouble", &SmsCodeDeliveryFailed::trouble, Exposure::Public, "what went wrong", kTroubleMax),
        field("final", &SmsCodeDeliveryFailed::final_try, Exposure::Public, "whether no further try follows"),
    };
  }
};

}  // namespace tweestap::domain
