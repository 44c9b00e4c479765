#include "http/throttle_gate.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "domain/recovery/recovery.h"
#include "domain/throttle/throttle.h"
#include "eventstore/partition.h"
#include "projections/moment.h"

namespace tweestap::http {

ThrottleRow throttle_row(ThrottledSecret secret) {
  switch (secret) {
    case ThrottledSecret::None:
      return {false, false, "nothing: no secret is looked at"};
    case ThrottledSecret::Password:
      return {true, false, "login.password_rejected, by identifier and network, identifier, network; or by device"};
    case ThrottledSecret::Code:
      return {false, false, "login.code_rejected and session.step_up_rejected, in a row, by account; lock"};
    case ThrottledSecret::RecoveryCode:
      return {false, true, "login.recovery_code_rejected, in a row, by account and network"};
    case ThrottledSecret::CodeOrRecoveryCode:
      return {false, true, "session.step_up_rejected or login.recovery_code_rejected, as above"};
    case ThrottledSecret::EnrolmentCode:
      return {false, false, "enrolment.code_rejected, by enrolment, which the fifth ends"};
    case ThrottledSecret::PasswordAndSignature:
      return {true, false, "login.password_rejected, as above"};
    case ThrottledSecret::AppSignature:
      return {false, false, "app_device.pin_rejected, in a row, by app device, which the tenth locks"};
    case ThrottledSecret::Token:
      return {false, false, "nothing: 256 random bits cannot be met by trying"};
  }
  std::unreachable();
}

ThrottleGate::Slot::Slot(Slot&& other) noexcept
    : gate_(std::exchange(other.gate_, nullptr)), keys_(std::move(other.keys_)) {}

ThrottleGate::Slot& ThrottleGate::Slot::operator=(Slot&& other) noexcept {
  if (this != &other) {
    if (gate_ != nullptr) gate_->leave(keys_);
    gate_ = std::exchange(other.gate_, nullptr);
    keys_ = std::move(other.keys_);
  }
  return *this;
}

ThrottleGate::Slot::~Slot() {
  if (gate_ != nullptr) gate_->leave(keys_);
}

bool ThrottleGate::may_go(const std::vector<std::string>& keys, const Counts& counts) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto found = in_flight_.find(keys[i]);
    const std::uint64_t running = found == in_flight_.end() ? 0 : found->second;
    const Standing& standing = counts.standings[i];
    if (running != 0 && standing.failures + running >= standing.free) return false;
  }
  return true;
}

std::expected<ThrottleGate::Slot, Problem> ThrottleGate::enter(std::vector<std::string> keys, const Read& read,
                                                               domain::Duration patience) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::microseconds(patience.us);
  std::unique_lock lock(mutex_);
  while (true) {
    const auto counts = read();
    if (!counts) return std::unexpected(Problem{.code = ProblemCode::Unavailable});
    if (counts->waits) return Slot{};
    if (may_go(keys, *counts)) {
      for (const std::string& key : keys) ++in_flight_[key];
      return Slot{this, std::move(keys)};
    }
    if (left_.wait_until(lock, give_up) == std::cv_status::timeout) {
      return std::unexpected(Problem{.code = ProblemCode::Unavailable});
    }
  }
}

void ThrottleGate::leave(const std::vector<std::string>& keys) {
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& key : keys) {
      const auto found = in_flight_.find(key);
      if (--found->second == 0) in_flight_.erase(found);
    }
  }
  left_.notify_all();
}

std::size_t ThrottleGate::keys_in_flight() const {
  const std::lock_guard lock(mutex_);
  return in_flight_.size();
}

namespace {

std::string key_of(char kind, const domain::Caller& caller, std::string_view whose, bool with_network) {
  std::string key{kind};
  key.append(domain::name_of(caller.listener)).append(" ").append(whose);
  if (with_network && caller.network) key.append(" ").append(caller.network->text());
  return key;
}

std::expected<ThrottleGate::Counts, platform::Failure> password_counts(const Services& services,
                                                                       const PasswordTry& tried) {
  const domain::Time now = services.now();
  projections::Moment moment(services.partition.reader());
  std::optional<domain::AccountState> state;
  if (tried.account) {
    auto read = moment.account(*tried.account);
    if (!read) return std::unexpected(std::move(read.error()));
    state = std::move(*read);
  }
  const domain::Rules& rules = services.rules.domain;
  const auto counts = moment.throttle_counts({tried.identifier, tried.account, state ? &*state : nullptr, tried.caller},
                                             services.unstored, rules, now);
  if (!counts) return std::unexpected(counts.error());
  // From a network where the person logged in lately, failures elsewhere count for nothing.
  constexpr std::uint32_t kAny = std::numeric_limits<std::uint32_t>::max();
  const std::uint32_t anywhere_free = counts->known_network ? kAny : rules.password_failures_anywhere;
  ThrottleGate::Counts out{
      {{counts->here.failures, rules.password_failures_here}, {counts->anywhere.failures, anywhere_free}},
      domain::throttled_until(*counts, rules, now).has_value()};
  if (tried.caller.network) out.standings.push_back({counts->network.failures, rules.password_failures_network});
  return out;
}

// The device whose token came along, where it lets in now.
std::expected<std::optional<domain::Device>, platform::Failure> device_of(const Services& services,
                                                                          const PasswordTry& tried) {
  auto state = projections::Moment::latest(services.partition.reader()).account(*tried.account);
  if (!state) return std::unexpected(std::move(state.error()));
  const domain::Time now = services.now();
  const bool lets_in = *state && domain::standing_of(**state, tried.device, services.rules.domain, now) ==
                                     domain::DeviceStanding::LetsIn;
  if (!lets_in) return std::nullopt;
  return *domain::live_device(**state, tried.device->device, now);
}

std::expected<ThrottleGate::Slot, Problem> device_slot(const Services& services, const PasswordTry& tried) {
  const auto read = [&]() -> std::expected<ThrottleGate::Counts, platform::Failure> {
    const auto device = device_of(services, tried);
    if (!device) return std::unexpected(device.error());
    // Forgotten meanwhile: the try goes without evidence, is found stale, and comes back as one without a device.
    if (!*device) return ThrottleGate::Counts{{{0, 0}}, true};
    return ThrottleGate::Counts{{{(*device)->failures, services.rules.domain.device_failures}}, false};
  };
  return services.throttle_gate.enter({"d " + tried.device->device.text()}, read, services.rules.command_deadline);
}

}  // namespace

std::expected<ThrottleGate::Slot, Problem> password_slot(const Services& services, const PasswordTry& tried) {
  if (tried.device && tried.account) {
    const auto device = device_of(services, tried);
    if (!device) return std::unexpected(Problem{.code = ProblemCode::Unavailable});
    if (*device) return device_slot(services, tried);
  }
  const std::string whose = tried.account ? tried.account->text() : tried.identifier.text();
  std::vector<std::string> keys{key_of('h', tried.caller, whose, true), key_of('a', tried.caller, whose, false)};
  if (tried.caller.network) keys.push_back(key_of('n', tried.caller, "", true));
  return services.throttle_gate.enter(
      std::move(keys), [&] { return password_counts(services, tried); }, services.rules.command_deadline);
}

std::expected<ThrottleGate::Slot, Problem> recovery_slot(const Services& services, const domain::AccountId& account,
                                                         const domain::Caller& caller) {
  const auto read = [&]() -> std::expected<ThrottleGate::Counts, platform::Failure> {
    const domain::Time now = services.now();
    auto state = projections::Moment(services.partition.reader()).account(account);
    if (!state) return std::unexpected(std::move(state.error()));
    if (!*state) return ThrottleGate::Counts{{{0, 0}}, false};
    const domain::Rules& rules = services.rules.domain;
    return ThrottleGate::Counts{{{domain::recovery_failures(**state, caller).failures, rules.recovery_failures_free}},
                                domain::recovery_wait(**state, caller, rules, now).has_value()};
  };
  return services.throttle_gate.enter({key_of('r', caller, account.text(), true)}, read,
                                      services.rules.command_deadline);
}

}  // namespace tweestap::http
