#include "consumers/notices/sender.h"

#include <algorithm>

#include "consumers/notices/notice_errand.h"

namespace tweestap::consumers::notices {
namespace {

constexpr std::size_t kInFlightMax = 4;  // nobody waits for a notice with a screen before them

}  // namespace

std::expected<std::unique_ptr<Sender>, platform::Failure> start_notices(const Sending& sending) {
  Sender::Settings settings;
  settings.name = "notices";
  settings.kind = "notice";
  settings.in_flight = std::min(sending.in_flight, kInFlightMax);
  settings.begin_after = [&sending](std::uint64_t cursor) -> std::expected<std::uint64_t, platform::Failure> {
    const auto young = sending.partition.log().last_not_later(sending.now() - kNoticeLife);
    if (!young || cursor == 0) return young;
    return std::min(*young, cursor);
  };
  settings.errand_of = [&sending](const eventstore::Record& record) { return notice_errand(sending, record); };
  return Sender::create(sending, std::move(settings));
}

}  // namespace tweestap::consumers::notices
