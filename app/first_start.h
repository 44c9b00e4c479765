#pragma once
// What a service makes on an empty folder: the first admin key, and the demo's accounts.
#include <expected>
#include <optional>

#include "app/core.h"
#include "app/exit_status.h"
#include "http/services.h"

namespace tweestap::app {

struct FirstKeyOptions {
  std::optional<std::filesystem::path> file;  ///< `--admin-key-file`; otherwise it is printed
};

/// Makes the first admin key where there never was a key, and hands it over: into the file (mode 0600, before the key
/// counts, so that no crash leaves a key that nobody has) or, once, on stdout as `admin API key: key_…`.
[[nodiscard]] std::expected<void, platform::Failure> ensure_admin_key(Core& core, platform::RandomSource& random,
                                                                      const FirstKeyOptions& options);

/// Whether ensure_admin_key() would make one.
[[nodiscard]] bool needs_admin_key(const Core& core);

/// The demo's accounts, where they are not there yet.
[[nodiscard]] std::expected<void, platform::Failure> ensure_demo_accounts(const http::Services& services);

inline constexpr std::string_view kDemoPassword = "tweestap-demo";

}  // namespace tweestap::app
