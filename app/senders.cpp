#include "app/senders.h"

#include <thread>
#include <utility>

#include "consumers/notices/sender.h"
#include "consumers/sms/sender.h"

namespace tweestap::app {
namespace {

using platform::Failure;

}  // namespace

domain::Duration longest_try(const platform::Settings& settings) {
  const std::int64_t second = settings.sms_second_gateway().kind == "off" ? 0 : settings.sms_second_gateway().timeout_s;
  return domain::seconds(2 * (settings.sms_gateway().timeout_s + second) + 1);
}

Senders::Senders(Core& core, const Surroundings& around, std::unique_ptr<consumers::sms::Gateway> gateway,
                 std::function<domain::Time()> now)
    : gateway_(std::move(gateway)), texts_(around.settings.organisation_language) {
  if (!gateway_) return;
  const platform::Settings& settings = around.settings;
  sending_.emplace(consumers::Sending{
      .partition = core.partition(),
      .keys = core.keys(),
      .random = around.random,
      .clock = around.clock,
      .metrics = around.metrics,
      .log = around.log,
      .rules = around.rules,
      .texts = texts_,
      .gateway = *gateway_,
      .organisation = settings.organisation_name,
      .gateways = {settings.sms_gateway().kind, "second_" + settings.sms_second_gateway().kind},
      .in_flight = static_cast<std::size_t>(settings.sms_in_flight),
      .patience = longest_try(settings),
      .now = std::move(now),
  });
}

std::expected<std::unique_ptr<Senders>, Failure> Senders::start(Core& core, const Surroundings& around,
                                                                std::unique_ptr<consumers::sms::Gateway> gateway,
                                                                std::function<domain::Time()> now) {
  std::unique_ptr<Senders> senders{new Senders{core, around, std::move(gateway), std::move(now)}};
  if (!senders->sending_) return senders;
  for (auto* const start_one : {consumers::sms::start_sender, consumers::notices::start_notices}) {
    auto sender = start_one(*senders->sending_);
    if (!sender) return std::unexpected(std::move(sender.error()));
    senders->senders_.push_back(std::move(*sender));
  }
  return senders;
}

Senders::~Senders() { stop(); }

// Each waits for what is in flight, so they do it at the same time.
void Senders::stop() {
  std::vector<std::jthread> stopping;
  for (const auto& sender : senders_) stopping.emplace_back([&sender] { sender->stop(); });
}

std::vector<http::FollowerProgress> Senders::progress() const {
  std::vector<http::FollowerProgress> all;
  for (const auto& sender : senders_) all.push_back({sender->name(), sender->position()});
  return all;
}

}  // namespace tweestap::app
