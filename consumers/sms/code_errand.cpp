#include "consumers/sms/code_errand.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "consumers/log_search.h"
#include "domain/all_events.h"
#include "domain/sms/sms.h"
#include "platform/crypto/sms_code.h"
#include "projections/moment.h"
#include "projections/queries/sms.h"

namespace tweestap::consumers::sms {
namespace {

using platform::Failure;

// What ended a sending for good: somebody took the message, or nobody will be asked again.
bool ends(const domain::Event& event, std::uint64_t sending) {
  if (const auto* delivered = std::get_if<domain::SmsCodeDelivered>(&event)) return delivered->sending == sending;
  const auto* failed = std::get_if<domain::SmsCodeDeliveryFailed>(&event);
  return failed != nullptr && failed->sending == sending && failed->final_try;
}

class CodeErrand final : public Errand {
 public:
  CodeErrand(const Sending& sending, std::uint64_t asked_position, domain::Time asked, domain::AccountId account,
             domain::ChallengeId challenge, std::uint32_t resends)
      : Errand(asked_position, asked, asked + sending.rules.sms_code_life),
        sending_(sending),
        account_(account),
        challenge_(challenge),
        resends_(resends) {}

  std::expected<Prepared, Failure> prepare(domain::Time now) override;
  std::optional<domain::Command> record(const Told& told) const override;

 private:
  [[nodiscard]] std::expected<bool, Failure> has_ended();
  [[nodiscard]] std::expected<domain::SmsPurpose, Failure> purpose_of(const domain::SmsCode& code) const;
  [[nodiscard]] std::int64_t minutes_left(const domain::SmsCode& code) const;
  [[nodiscard]] std::expected<Prepared, Failure> write(const domain::AccountState& account,
                                                       const domain::LiveCode& live) const;

  const Sending& sending_;
  const domain::AccountId account_;
  const domain::ChallengeId challenge_;
  const std::uint32_t resends_;  // how often it was sent again, with this sending
  bool looked_for_outcome_ = false;
};

// Only once: from then on whatever is recorded of this sending, this errand records.
std::expected<bool, Failure> CodeErrand::has_ended() {
  if (looked_for_outcome_) return false;
  const auto ended = happened_after(sending_.partition.log(), account_, position,
                                    [this](const domain::Event& event) { return ends(event, position); });
  looked_for_outcome_ = ended.has_value();
  return ended;
}

std::expected<Prepared, Failure> CodeErrand::prepare(domain::Time now) {
  const auto ended = has_ended();
  if (!ended) return std::unexpected(ended.error());
  if (*ended) return NotWanted{};
  const auto account = projections::Moment::latest(sending_.partition.reader()).account(account_);
  if (!account) return std::unexpected(account.error());
  if (!*account) return NotWanted{};
  const auto live = domain::live_code(**account, challenge_, now);
  if (!live) return NotWanted{};
  // Asked for again meanwhile: one message is enough, or whoever waits for a gateway to come back gets six at once.
  if (live->code->resends > resends_) return GivenUp{"superseded"};
  until = live->code->expires_at;
  return write(**account, *live);
}

// The state does not keep it; the event that issued the code does.
std::expected<domain::SmsPurpose, Failure> CodeErrand::purpose_of(const domain::SmsCode& code) const {
  const auto record = sending_.partition.log().at(code.position);
  if (!record) return std::unexpected(record.error());
  if (*record) {
    const auto envelope = eventstore::decode((*record)->envelope);
    if (!envelope) return std::unexpected(envelope.error());
    if (const auto* issued = std::get_if<domain::SmsCodeIssued>(&envelope->event)) return issued->purpose;
  }
  return std::unexpected(Failure{Failure::Kind::Damaged, "a code's row names an event that did not issue it"});
}

// As it was asked for, so that every try says the same; sent again later there is less left.
std::int64_t CodeErrand::minutes_left(const domain::SmsCode& code) const {
  return std::max<std::int64_t>(1, (code.expires_at - asked_at).us / domain::minutes(1).us);
}

std::expected<Prepared, Failure> CodeErrand::write(const domain::AccountState& account,
                                                   const domain::LiveCode& live) const {
  const auto key = sending_.keys.sms_code_key(live.code->key);
  if (!key) return NotWanted{};  // destroyed: no code of it counts
  const auto purpose = purpose_of(*live.code);
  if (!purpose) return std::unexpected(purpose.error());
  auto number = projections::open_phone(sending_.partition.log(), sending_.keys, live.phone->position);
  if (!number) return std::unexpected(number.error());
  Message message;
  message.to = std::move(*number);
  message.code = platform::sms_code(*key, projections::code_purpose(*purpose), challenge_.bytes);
  message.text = sending_.texts.filled(account.profile.language, "code",
                                       {{"organisation", sending_.organisation},
                                        {"code", message.code->reveal_text()},
                                        {"minutes", std::to_string(minutes_left(*live.code))}});
  // The sending and not the code: sent again is another message, tried again is the same.
  message.reference = challenge_.text() + "-" + std::to_string(position);
  return message;
}

std::optional<domain::Command> CodeErrand::record(const Told& told) const {
  if (told.trouble.empty()) {
    return domain::RecordDelivery{account_, challenge_, position, told.gateway, told.reference};
  }
  return domain::RecordDeliveryFailure{account_, challenge_, position, told.gateway, told.trouble, told.final_try};
}

}  // namespace

std::expected<std::unique_ptr<Errand>, Failure> code_errand(const Sending& sending, const eventstore::Record& record) {
  const auto head = eventstore::scan_head(record.envelope);
  if (!head) return std::unexpected(head.error());
  if (head->type != domain::SmsCodeIssued::kInfo.name && head->type != domain::SmsCodeResent::kInfo.name) {
    return nullptr;
  }
  const auto envelope = eventstore::decode(record.envelope);
  if (!envelope) return std::unexpected(envelope.error());
  const auto errand = [&](const domain::ChallengeId& challenge, std::uint32_t resends) {
    return std::make_unique<CodeErrand>(sending, record.position, envelope->time,
                                        domain::AccountId{envelope->subject.bytes}, challenge, resends);
  };
  if (const auto* issued = std::get_if<domain::SmsCodeIssued>(&envelope->event)) return errand(issued->challenge, 0);
  if (const auto* resent = std::get_if<domain::SmsCodeResent>(&envelope->event)) {
    return errand(resent->challenge, resent->resends);
  }
  return nullptr;
}

}  // namespace tweestap::consumers::sms
