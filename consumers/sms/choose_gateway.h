#pragma once
// From settings to gateways.
#include <expected>
#include <memory>
#include <string_view>
#include <vector>

#include "consumers/sms/gateway.h"
#include "platform/clock.h"
#include "platform/failure.h"
#include "platform/settings/load.h"
#include "platform/settings/settings.h"

namespace tweestap::consumers::sms {

/// What `--sms` of `serve` stands for: `file:PATH`, a relative path counting from the process's folder, or `off`.
/// Otherwise Invalid.
[[nodiscard]] std::expected<std::vector<platform::SettingSources::Flag>, platform::Failure> settings_of_sms_flag(
    std::string_view value);

/// The gateway that the settings describe, with its fail-over where there is a second one; null where SMS is off.
/// Invalid, naming the setting, where they describe none. Asks nobody and writes nothing, so `config check` may call
/// it; a file gateway's folder has to be there, or be the data folder. The clock has to outlive the gateway.
[[nodiscard]] std::expected<std::unique_ptr<Gateway>, platform::Failure> choose_gateway(
    const platform::Settings& settings, const platform::Clock& clock);

}  // namespace tweestap::consumers::sms
