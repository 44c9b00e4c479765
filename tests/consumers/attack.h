#pragma once
// Events as an attack and a morning at the office make them, each looked at by a detector as it happens.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "consumers/detection/detector.h"
#include "tests/support/given.h"

namespace tweestap::consumers::detection {

/// A moment at which a period of ten minutes begins, as the clock has them (Threshold::period()).
inline constexpr domain::Time kPeriodBegins{1'773'999'600'000'000};
inline constexpr domain::Duration kWindow = domain::minutes(10);
inline constexpr domain::Duration kMoment{1};  // the clock's smallest step

/// Three within ten minutes; of devices one is enough.
inline Thresholds three_in_ten_minutes() {
  Thresholds thresholds;
  for (Threshold& one : thresholds.of) one = {3, kWindow};
  thresholds[domain::AlertRule::DeviceTheft].count = 1;
  thresholds[domain::AlertRule::ImpossibleReset].count = 2;
  return thresholds;
}
/// One rule alone, so that a test sees no other.
inline Thresholds only(domain::AlertRule rule) {
  Thresholds thresholds;
  thresholds[rule] = three_in_ten_minutes()[rule];
  return thresholds;
}

inline domain::AccountId account(std::uint32_t n) {
  return domain::AccountId{
      {0xA0, static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)}};
}
/// The login of somebody, the enrolment and the session: of no other identifier's bytes, as what is random never is.
inline domain::LoginId login(std::uint32_t of) {
  domain::LoginId id{account(of).bytes};
  id.bytes.back() = 0x11;
  return id;
}
inline domain::EnrolmentId enrolment(std::uint32_t of) {
  domain::EnrolmentId id{account(of).bytes};
  id.bytes.back() = 0xE1;
  return id;
}
inline domain::SessionId session(std::uint32_t of) {
  domain::SessionId id{account(of).bytes};
  id.bytes.back() = 0x5E;
  return id;
}
inline domain::LookupHash identifier(std::uint8_t n) { return domain::LookupHash{{0x99, n}}; }
inline domain::LookupHash number(std::uint8_t n) { return domain::LookupHash{{0x77, n}}; }
inline domain::Pseudonym network(std::uint32_t n) {
  return {
      2026, 3, {static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)}};
}
inline const domain::Pseudonym kOffice = network(1);
inline const domain::Pseudonym kOtherPlace = network(2);

inline std::string shown(const domain::AlertRaised& alert) { return tests::shown(domain::any_event(alert)); }
inline std::vector<std::string> shown(const std::vector<domain::AlertRaised>& alerts) {
  std::vector<std::string> all;
  for (const domain::AlertRaised& one : alerts) all.push_back(shown(one));
  return all;
}

class Attack {
 public:
  explicit Attack(const Thresholds& thresholds, Bounds bounds = {}) : detector(thresholds, bounds) {}

  template <class E>
  Attack& happened(domain::Subject subject, E event, domain::Actor actor = domain::Anyone{}) {
    const domain::Event any = domain::any_event(std::move(event));
    detector.fold({++position, now, subject, actor, any}, alerts);
    return *this;
  }
  Attack& after(domain::Duration wait) {
    now = now + wait;
    return *this;
  }

  Attack& wrong_password(std::uint32_t of, const std::optional<domain::Pseudonym>& from = kOffice) {
    domain::PasswordRejected event;
    event.network = from;
    return happened(domain::Subject::of(account(of)), event);
  }
  Attack& unknown(std::uint8_t who, const domain::Pseudonym& from = kOffice) {
    domain::PasswordRejected event;
    event.reason = domain::PasswordReason::UnknownIdentifier;
    event.identifier_hash = identifier(who);
    event.network = from;
    return happened(domain::kVisitor, event);
  }
  Attack& refused(std::uint32_t of, domain::LoginRefusal why) {
    domain::LoginRefused event;
    event.reason = why;
    event.network = kOffice;
    return happened(domain::Subject::of(account(of)), event);
  }
  Attack& right_password(std::uint32_t of, domain::Method method, const domain::Pseudonym& from = kOffice) {
    domain::LoginStarted event;
    event.awaits = domain::Awaits::Code;
    event.method = method;
    event.network = from;
    return happened(domain::Subject::of(account(of)), event);
  }
  Attack& gets_in(std::uint32_t of, domain::SetOf<domain::Amr> amr, const domain::Pseudonym& from = kOffice) {
    domain::LoginCompleted event;
    event.login = login(of);
    event.amr = amr;
    event.network = from;
    return happened(domain::Subject::of(account(of)), event);
  }
  Attack& code_issued(std::uint32_t of, std::uint8_t to, const domain::Pseudonym& from = kOffice) {
    domain::SmsCodeIssued event;
    event.login = login(of);
    event.number_hash = number(to);
    event.network = from;
    return happened(domain::Subject::of(account(of)), event);
  }
  Attack& code_to_enrol(std::uint32_t of, std::uint8_t to, const domain::Pseudonym& from = kOffice) {
    domain::SmsCodeIssued event;
    event.purpose = domain::SmsPurpose::Enrolment;
    event.enrolment = enrolment(of);
    event.number_hash = number(to);
    event.network = from;
    return happened(domain::Subject::of(account(of)), event);
  }
  Attack& code_to_step_up(std::uint32_t of, std::uint8_t to, const domain::Pseudonym& from = kOffice) {
    domain::SmsCodeIssued event;
    event.purpose = domain::SmsPurpose::StepUp;
    event.session = session(of);
    event.number_hash = number(to);
    event.network = from;
    return happened(domain::Subject::of(account(of)), event);
  }
  Attack& code_resent(std::uint32_t of, std::uint8_t to) {
    domain::SmsCodeResent event;
    event.number_hash = number(to);
    event.network = kOffice;
    return happened(domain::Subject::of(account(of)), event);
  }
  Attack& code_refused(std::uint32_t of, std::uint8_t to, domain::SmsRefusal why) {
    domain::SmsCodeRefused event;
    event.reason = why;
    event.number_hash = number(to);
    event.network = kOffice;
    return happened(domain::Subject::of(account(of)), event);
  }
  Attack& enrolled(std::uint32_t of, domain::Method method = domain::Method::Sms) {
    domain::TwoStepEnabled event;
    event.enrolment = enrolment(of);
    event.method = method;
    return happened(domain::Subject::of(account(of)), event);
  }
  Attack& method_changed(std::uint32_t of, domain::Method method = domain::Method::Sms) {
    domain::TwoStepMethodChanged event;
    event.enrolment = enrolment(of);
    event.method = method;
    return happened(domain::Subject::of(account(of)), event);
  }
  Attack& stepped_up(std::uint32_t of, domain::Amr by) {
    domain::SessionSteppedUp event;
    event.session = session(of);
    event.by = by;
    return happened(domain::Subject::of(account(of)), event);
  }
  Attack& theft(std::uint32_t of, std::uint8_t device) {
    domain::DeviceTheftSuspected event;
    event.device = domain::DeviceId{{0xDE, device}};
    return happened(domain::Subject::of(account(of)), event);
  }
  Attack& reset(std::uint32_t of, const domain::Actor& by) {
    return happened(domain::Subject::of(account(of)), domain::ResetRequested{}, by);
  }
  Attack& reset_cancelled(std::uint32_t of, domain::EndReason why) {
    domain::ResetCancelled event;
    event.why = why;
    return happened(domain::Subject::of(account(of)), event);
  }

  Detector detector;
  std::vector<domain::AlertRaised> alerts;
  std::uint64_t position = 0;
  domain::Time now = kPeriodBegins;
};

}  // namespace tweestap::consumers::detection
