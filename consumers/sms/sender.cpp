#include "consumers/sms/sender.h"

#include "consumers/sms/code_errand.h"

namespace tweestap::consumers::sms {

std::expected<std::unique_ptr<Sender>, platform::Failure> start_sender(const Sending& sending) {
  Sender::Settings settings;
  settings.name = "sms";
  settings.kind = "code";
  settings.in_flight = sending.in_flight;
  settings.begin_after = [&sending](std::uint64_t) {
    return sending.partition.log().last_not_later(sending.now() - sending.rules.sms_code_life);
  };
  settings.errand_of = [&sending](const eventstore::Record& record) { return code_errand(sending, record); };
  return Sender::create(sending, std::move(settings));
}

}  // namespace tweestap::consumers::sms
