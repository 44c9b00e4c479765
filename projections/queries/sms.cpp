#include "projections/queries/sms.h"

#include <utility>
#include <variant>

#include "eventstore/opened.h"

namespace tweestap::projections {

using platform::Failure;

std::expected<std::string, Failure> open_phone(const eventstore::Log& log, const eventstore::KeyRing& keys,
                                               std::uint64_t position) {
  auto event = eventstore::open_event(log, keys, position, eventstore::SealedClass::Personal);
  if (!event) return std::unexpected(std::move(event.error()));
  if (auto* changed = std::get_if<domain::EnrolmentPhoneChanged>(&*event)) return std::move(changed->phone);
  if (auto* imported = std::get_if<domain::TwoStepImported>(&*event); imported != nullptr && imported->phone) {
    return std::move(*imported->phone);
  }
  return std::unexpected(Failure{Failure::Kind::Damaged, "an event without a number where a row names one"});
}

platform::SmsCodePurpose code_purpose(domain::SmsPurpose purpose) {
  switch (purpose) {
    case domain::SmsPurpose::Login:
      return platform::SmsCodePurpose::Login;
    case domain::SmsPurpose::Enrolment:
      return platform::SmsCodePurpose::Enrolment;
    case domain::SmsPurpose::StepUp:
      return platform::SmsCodePurpose::StepUp;
  }
  std::unreachable();
}

}  // namespace tweestap::projections
