#include "consumers/detection/detector.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <ranges>
#include <type_traits>
#include <variant>

#include "domain/login/login.h"

namespace tweestap::consumers::detection {
namespace {

using domain::AlertRule;
using domain::Amr;

// More than the ten messages that go out for an account within an hour, the defaults of sms.budget_account and
// detection.pumping_window. With a larger budget or a longer window there may be more that count still: the oldest is
// forgotten then, which forgotten() tells, or one account could fill the memory.
constexpr std::size_t kAskingsMax = 16;

// The two signs of a reset that cannot be right: the second step counted, and somebody asked to have it reset.
constexpr Thing kPassed{1};
constexpr Thing kAsked{2};

// Each asking for a code is a thing of its own.
Thing thing_of(std::uint64_t position) {
  Thing thing{};
  std::memcpy(thing.data(), &position, sizeof position);
  return thing;
}

// Whoever came in like that has the phone that codes go to or are made by.
bool has_the_phone(domain::SetOf<Amr> amr) {
  return amr.has(Amr::Otp) || amr.has(Amr::Sms) || amr.has(Amr::HardwareKey);
}

std::optional<Key> key_of(const domain::Actor& actor) {
  if (const auto* account = std::get_if<domain::AccountId>(&actor)) return Key{*account};
  if (const auto* api_key = std::get_if<domain::ApiKeyId>(&actor)) return Key{*api_key};
  return std::nullopt;
}

}  // namespace

// One event as the rules read it: an overload for each type that says something to one of them.
class Detector::Reading {
 public:
  Reading(Detector& detector, const Happened& happened, std::vector<domain::AlertRaised>& raised)
      : detector_(detector), happened_(happened), account_(happened.subject.account()), raised_(raised) {}

  // On a session's route it is somebody who is in, and with a live token of a device one who was: no stranger.
  void operator()(const domain::PasswordRejected& event) {
    if (!event.session && !event.device) failed(event.identifier_hash, event.network);
  }
  void operator()(const domain::LoginRefused& event) {
    switch (event.reason) {
      case domain::LoginRefusal::Disabled:
      case domain::LoginRefusal::NotStaff:   // both are answered like a wrong password
      case domain::LoginRefusal::Throttled:  // the first try of a waiting interval; beyond 50 an hour a network has
                                             // only these
        return failed(event.identifier_hash, event.network);
      case domain::LoginRefusal::ResetOver:
      case domain::LoginRefusal::Locked:
        return;  // the password was right, and the caller was told
    }
  }
  void operator()(const domain::LoginStarted& event) {
    got_in(event.network);
    if (event.awaits == domain::Awaits::Code && event.method == domain::Method::Totp) asked_for_a_code();
  }
  void operator()(const domain::LoginCompleted& event) {
    if (event.amr.has(Amr::Password)) got_in(event.network);
    if (domain::passed_second_step(event.amr)) entered_a_code();
    if (event.login && event.amr.has(Amr::Sms)) entered_a_message(event.login->bytes);
    if (has_the_phone(event.amr)) showed_the_phone();
  }
  void operator()(const domain::SessionSteppedUp& event) {
    entered_a_code();
    if (event.by == Amr::Sms) entered_a_message(event.session.bytes);
    if (has_the_phone({event.by})) showed_the_phone();
  }
  void operator()(const domain::TwoStepEnabled& event) {
    entered_a_code();
    if (event.method == domain::Method::Sms) entered_a_message(event.enrolment.bytes);
    showed_the_phone();
  }
  void operator()(const domain::TwoStepMethodChanged& event) {
    entered_a_code();
    if (event.method == domain::Method::Sms) entered_a_message(event.enrolment.bytes);
    showed_the_phone();
  }
  void operator()(const domain::SmsCodeIssued& event) {
    asked_for_a_message(event.number_hash, event.network);
    std::optional<domain::IdBytes> purpose;
    if (event.login) purpose = event.login->bytes;
    if (event.enrolment) purpose = event.enrolment->bytes;
    if (event.session) purpose = event.session->bytes;
    if (purpose) sent_a_message(event.number_hash, event.network, *purpose);
  }
  void operator()(const domain::SmsCodeResent& event) {
    asked_for_a_message(event.number_hash, event.network);
    if (const auto purpose = purpose_of(event.number_hash)) sent_a_message(event.number_hash, event.network, *purpose);
  }
  void operator()(const domain::SmsCodeRefused& event) {
    switch (event.reason) {
      case domain::SmsRefusal::BudgetNumber:
      case domain::SmsRefusal::BudgetAccount:
      case domain::SmsRefusal::BudgetNetwork:
      case domain::SmsRefusal::BudgetTotal:
      case domain::SmsRefusal::Country:
        if (event.number_hash) asked_for_a_message(*event.number_hash, event.network);
        return;
      case domain::SmsRefusal::Off:
        return;  // says something of the settings, and nothing of who asked
    }
  }
  void operator()(const domain::DeviceTheftSuspected& event) {
    if (account_) add(AlertRule::DeviceTheft, Key{*account_}, event.device.bytes);
  }
  void operator()(const domain::ResetRequested&) {
    if (!account_) return;
    asked_for_a_reset();
    if (const auto staff = key_of(happened_.actor)) add(AlertRule::ManyResets, *staff, account_->bytes);
  }
  // The login that shows the phone cancels a reset that waits: somebody else had asked for it.
  void operator()(const domain::ResetCancelled& event) {
    if (event.why != domain::EndReason::SecondStepPassed) return;
    showed_the_phone();
    asked_for_a_reset();
  }

 private:
  void failed(const std::optional<domain::LookupHash>& identifier, const std::optional<domain::Pseudonym>& network) {
    if (network && account_) add(AlertRule::CredentialStuffing, Key{*network}, account_->bytes);
    if (network && !account_ && identifier) add(AlertRule::CredentialStuffing, Key{*network}, identifier->bytes);
    if (account_) add(AlertRule::PasswordSpraying, Key{}, account_->bytes);
  }
  // Who mistypes and then gets in from the same place is a person. So an office behind one address is no attack.
  void got_in(const std::optional<domain::Pseudonym>& network) {
    if (!account_) return;
    if (network) detector_.counts(AlertRule::CredentialStuffing).remove(Key{*network}, account_->bytes);
    detector_.counts(AlertRule::PasswordSpraying).remove(Key{}, account_->bytes);
  }
  void asked_for_a_code() {
    if (account_) add(AlertRule::MfaFatigue, Key{*account_}, thing_of(happened_.position));
  }
  void asked_for_a_message(const domain::LookupHash& number, const std::optional<domain::Pseudonym>& network) {
    asked_for_a_code();
    if (network) add(AlertRule::SmsPumping, Key{*network}, number.bytes);
  }
  void sent_a_message(const domain::LookupHash& number, const std::optional<domain::Pseudonym>& network,
                      const domain::IdBytes& purpose) {
    if (account_) detector_.remember(*account_, {network, number, purpose, happened_.time});
  }
  // A code that is sent again is for what it was for.
  std::optional<domain::IdBytes> purpose_of(const domain::LookupHash& number) {
    const std::vector<Asking>* askings = account_ ? detector_.askings_of(*account_, happened_.time) : nullptr;
    if (askings == nullptr) return std::nullopt;
    const auto newest_first = std::views::reverse(*askings);
    const auto last = std::ranges::find(newest_first, number, &Asking::number);
    return last == newest_first.end() ? std::nullopt : std::optional{last->purpose};
  }
  // Only the number that it was sent to is somebody's who reads it: that of the last code for the same login, enrolment
  // or session. Or else whoever has an account asks for codes to numbers that pay him, enters one that came to his own,
  // and is clean; so neither does the code of an app or from paper say anything here.
  void entered_a_message(const domain::IdBytes& purpose) {
    std::vector<Asking>* askings = account_ ? detector_.askings_of(*account_, happened_.time) : nullptr;
    if (askings == nullptr) return;
    const auto newest_first = std::views::reverse(*askings);
    const auto last = std::ranges::find(newest_first, purpose, &Asking::purpose);
    if (last == newest_first.end()) return;
    const domain::LookupHash number = last->number;
    for (const Asking& one : *askings) {
      if (one.number == number && one.network) {
        detector_.counts(AlertRule::SmsPumping).remove(Key{*one.network}, number.bytes);
      }
    }
    std::erase_if(*askings, [&](const Asking& one) { return one.number == number; });
  }
  void entered_a_code() {
    if (!account_) return;
    detector_.counts(AlertRule::MfaFatigue).remove_all(Key{*account_});
  }
  void showed_the_phone() {
    if (account_) add(AlertRule::ImpossibleReset, Key{*account_}, kPassed);
  }
  void asked_for_a_reset() {
    if (!account_) return;
    // kAsked is added to look once whether kPassed is there: with it there are two signs, which add() tells.
    add(AlertRule::ImpossibleReset, Key{*account_}, kAsked);
    // It does not stay, as kPassed does: who passes the second step later does so with what was enrolled after the
    // reset.
    detector_.counts(AlertRule::ImpossibleReset).remove(Key{*account_}, kAsked);
  }

  void add(AlertRule rule, const Key& key, const Thing& thing) {
    SlidingCounts& counts = detector_.counts(rule);
    const auto reached = counts.add(key, thing, happened_.time);
    if (!reached) return;
    domain::AlertRaised alert;
    alert.rule = rule;
    if (const auto* account = std::get_if<domain::AccountId>(&key)) alert.account = *account;
    if (const auto* api_key = std::get_if<domain::ApiKeyId>(&key)) alert.api_key = *api_key;
    if (const auto* network = std::get_if<domain::Pseudonym>(&key)) alert.network = *network;
    alert.count = reached->count;
    alert.threshold = counts.threshold().count;
    alert.window_seconds = counts.threshold().window.us / domain::seconds(1).us;
    alert.since = reached->since;
    alert.until = happened_.time;
    alert.about = happened_.position;
    raised_.push_back(alert);
  }

  Detector& detector_;
  const Happened& happened_;
  const std::optional<domain::AccountId> account_;
  std::vector<domain::AlertRaised>& raised_;
};

Detector::Detector(const Thresholds& thresholds, Bounds bounds) : bounds_(bounds) {
  counts_.reserve(kRuleCount);
  for (const Threshold& threshold : thresholds.of) counts_.emplace_back(threshold, bounds);
}

void Detector::fold(const Happened& happened, std::vector<domain::AlertRaised>& raised) {
  std::visit(
      [&]<class E>(const E& event) {
        if constexpr (std::is_invocable_v<Reading, const E&>) Reading{*this, happened, raised}(event);
      },
      happened.event);
}

bool Detector::folds(std::string_view type) {
  static const std::vector<std::string_view> kTypes = [] {
    std::vector<std::string_view> types;
    domain::for_each_event([&types]<class E>() {
      if constexpr (std::is_invocable_v<Reading, const E&>) types.push_back(E::kInfo.name);
    });
    return types;
  }();
  return std::ranges::find(kTypes, type) != kTypes.end();
}

// No more accounts than any rule has keys. What is forgotten is not taken off the count of a network when its code is
// entered, so it may raise an alert about a person.
void Detector::remember(const domain::AccountId& account, const Asking& asking) {
  const Threshold& threshold = counts(AlertRule::SmsPumping).threshold();
  if (threshold.count == 0) return;
  while (!askings_.empty() && askings_.oldest().touched <= asking.at - threshold.window) askings_.erase_oldest();
  Askings& askings = askings_.touch(account);
  askings.touched = asking.at;
  std::erase_if(askings.all, [&](const Asking& one) {
    const bool is_over = one.at <= asking.at - threshold.window;
    return is_over || (one.network == asking.network && one.number == asking.number && one.purpose == asking.purpose);
  });
  askings.all.push_back(asking);
  if (askings.all.size() > kAskingsMax) {
    askings.all.erase(askings.all.begin());
    ++askings_forgotten_;
  }
  if (askings_.size() > bounds_.keys_max) {
    askings_.erase_oldest();
    ++askings_forgotten_;
  }
}

// As long as what is counted of them, so that a detector that began a window ago knows the same ones.
std::vector<Detector::Asking>* Detector::askings_of(const domain::AccountId& account, domain::Time at) {
  Askings* askings = askings_.find(account);
  if (askings == nullptr) return nullptr;
  const domain::Duration window = counts(AlertRule::SmsPumping).threshold().window;
  std::erase_if(askings->all, [&](const Asking& one) { return one.at <= at - window; });
  return &askings->all;
}

std::uint64_t Detector::forgotten() const {
  std::uint64_t forgotten = askings_forgotten_;
  for (const SlidingCounts& one : counts_) forgotten += one.forgotten();
  return forgotten;
}

std::size_t Detector::remembered() const {
  std::size_t remembered = askings_.size();
  for (const SlidingCounts& one : counts_) remembered += one.keys() + one.things();
  return remembered;
}

}  // namespace tweestap::consumers::detection
