#pragma once
// What keeps the demo apart from a real service.
#include <expected>

#include "app/data_folder.h"

namespace tweestap::app {

inline constexpr std::string_view kDemoFolder = "./tweestap-demo";
/// In the data folder: the demo's telephone network.
inline constexpr std::string_view kDemoMessages = "sms.ndjson";

/// The demo's password is known to everybody, so it listens on loopback addresses only.
[[nodiscard]] std::expected<void, platform::Failure> check_demo(const platform::Settings& settings);

/// Marks a new folder as the demo's; Invalid for one that somebody else made.
[[nodiscard]] std::expected<void, platform::Failure> claim_demo_folder(const DataFolder& folder);

}  // namespace tweestap::app
