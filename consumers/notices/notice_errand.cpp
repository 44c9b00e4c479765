#include "consumers/notices/notice_errand.h"

#include <string>
#include <utility>
#include <variant>

#include "consumers/log_search.h"
#include "consumers/notices/notice_of.h"
#include "domain/all_events.h"
#include "projections/queries/sms.h"
#include "projections/queries/state_at.h"

namespace tweestap::consumers::notices {
namespace {

using platform::Failure;

bool ends(const domain::Event& event, std::uint64_t about) {
  if (const auto* sent = std::get_if<domain::NoticeSent>(&event)) return sent->about == about;
  const auto* failed = std::get_if<domain::NoticeFailed>(&event);
  return failed != nullptr && failed->about == about;
}

class NoticeErrand final : public Errand {
 public:
  NoticeErrand(const Sending& sending, std::uint64_t about, domain::Time happened, domain::AccountId account,
               domain::Event event)
      : Errand(about, happened, happened + kNoticeLife),
        sending_(sending),
        account_(account),
        event_(std::move(event)) {}

  std::expected<Prepared, Failure> prepare(domain::Time now) override;
  std::optional<domain::Command> record(const Told& told) const override;

 private:
  [[nodiscard]] std::expected<bool, Failure> has_ended();
  [[nodiscard]] std::expected<Prepared, Failure> write(const domain::AccountState& before);

  const Sending& sending_;
  const domain::AccountId account_;
  const domain::Event event_;
  domain::Notice notice_{};
  bool looked_for_outcome_ = false;
};

std::expected<bool, Failure> NoticeErrand::has_ended() {
  if (looked_for_outcome_) return false;
  const auto ended = happened_after(sending_.partition.log(), account_, position,
                                    [this](const domain::Event& event) { return ends(event, position); });
  looked_for_outcome_ = ended.has_value();
  return ended;
}

std::expected<Prepared, Failure> NoticeErrand::prepare(domain::Time) {
  const auto ended = has_ended();
  if (!ended) return std::unexpected(ended.error());
  if (*ended) return NotWanted{};
  // As it was before: whoever takes an account over changes the number first, and the person is at the old one.
  const auto before = projections::state_at(sending_.partition.log(), account_, position - 1);
  if (!before) return std::unexpected(before.error());
  const auto notice = notice_of(event_, before->state);
  if (!notice || !before->state.two_step || !before->state.two_step->phone) return NotWanted{};
  notice_ = *notice;
  return write(before->state);
}

std::expected<Prepared, Failure> NoticeErrand::write(const domain::AccountState& before) {
  auto number = projections::open_phone(sending_.partition.log(), sending_.keys, before.two_step->phone->position);
  if (!number) return std::unexpected(number.error());
  sms::Message message;
  message.to = std::move(*number);
  const std::string key = "notice_" + std::string{domain::name_of(notice_)};
  message.text = sending_.texts.filled(before.profile.language, key, {{"organisation", sending_.organisation}});
  message.reference = sending_.partition.log().id().text();
  message.reference.append("-").append(std::to_string(position));
  return message;
}

std::optional<domain::Command> NoticeErrand::record(const Told& told) const {
  if (told.trouble.empty()) return domain::RecordNotice{account_, notice_, position, told.gateway, told.reference};
  if (!told.final_try) return std::nullopt;
  return domain::RecordNoticeFailure{account_, notice_, position, told.gateway, told.trouble};
}

}  // namespace

std::expected<std::unique_ptr<Errand>, Failure> notice_errand(const Sending& sending,
                                                              const eventstore::Record& record) {
  auto envelope = eventstore::decode(record.envelope);
  if (!envelope) return std::unexpected(envelope.error());
  if (!may_give_notice(envelope->event)) return nullptr;
  return std::make_unique<NoticeErrand>(sending, record.position, envelope->time,
                                        domain::AccountId{envelope->subject.bytes}, std::move(envelope->event));
}

}  // namespace tweestap::consumers::notices
