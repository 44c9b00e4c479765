#include "http/routes/event_text.h"

#include <string>
#include <utility>

namespace tweestap::http {
namespace {

// What tells one event of a type from another, in words of the wire. Most types say enough by themselves.
template <class E>
std::string variant_of(const E&) {
  return {};
}
template <domain::Named E>
std::string named(E value) {
  return std::string{domain::name_of(value)};
}

std::string variant_of(const domain::LoginCompleted& event) {
  std::string variant;
  for (const domain::Amr one : event.amr.values()) {
    if (!variant.empty()) variant.push_back('.');
    variant.append(domain::name_of(one));
  }
  if (event.device) variant.append(".device");
  return variant;
}
std::string variant_of(const domain::LoginStarted& event) { return named(event.awaits); }
std::string variant_of(const domain::LoginRefused& event) { return named(event.reason); }
std::string variant_of(const domain::CodeRejected& event) { return named(event.reason); }
std::string variant_of(const domain::SmsCodeRefused& event) {
  switch (event.reason) {
    case domain::SmsRefusal::BudgetNumber:
    case domain::SmsRefusal::BudgetAccount:
    case domain::SmsRefusal::BudgetNetwork:
    case domain::SmsRefusal::BudgetTotal:
      return "budget";  // which one is no business of whoever spent it
    case domain::SmsRefusal::Country:
    case domain::SmsRefusal::Off:
      return named(event.reason);
  }
  std::unreachable();
}
std::string variant_of(const domain::SmsCodeDeliveryFailed& event) { return event.final_try ? "final" : ""; }
std::string variant_of(const domain::EnrolmentStarted& event) { return named(event.method); }
std::string variant_of(const domain::EnrolmentCancelled& event) { return named(event.why); }
std::string variant_of(const domain::TwoStepEnabled& event) { return named(event.method); }
std::string variant_of(const domain::TwoStepMethodChanged& event) { return named(event.method); }
std::string variant_of(const domain::SecondStepUnlocked& event) { return named(event.by); }
std::string variant_of(const domain::SessionSteppedUp& event) { return named(event.by); }
std::string variant_of(const domain::DeviceForgotten& event) { return named(event.why); }
std::string variant_of(const domain::SessionEnded& event) { return named(event.why); }

}  // namespace

std::string_view event_text(const Texts& texts, Language language, const domain::Event& event) {
  const std::string key = "event." + std::string{domain::info_of(event).name};
  const std::string variant = std::visit([](const auto& one) { return variant_of(one); }, event);
  if (!variant.empty()) {
    if (const auto text = texts.find(language, key + "." + variant)) return *text;
  }
  return texts.at(language, key);
}

}  // namespace tweestap::http
