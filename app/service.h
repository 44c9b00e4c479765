#pragma once
// The running service: a core, its front doors, and how they start and stop.
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>

#include "app/exit_status.h"
#include "platform/logging.h"
#include "platform/process.h"
#include "platform/settings/load.h"

namespace tweestap::app {

struct ServeOptions {
  bool demo = false;
  std::optional<std::filesystem::path> ports_file;
  std::optional<std::filesystem::path> admin_key_file;
};

/// Runs until SIGTERM or SIGINT, then drains within 5 s. Says what went wrong on stderr.
[[nodiscard]] ExitStatus serve(const platform::Settings& settings, const ServeOptions& options);

}  // namespace tweestap::app
