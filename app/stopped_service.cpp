#include "app/stopped_service.h"

#include <unistd.h>

#include "app/progress.h"
#include "http/services.h"

namespace tweestap::app {

using platform::Failure;

ExitStatus on_stopped_service(const platform::Settings& settings, std::string_view instead,
                              const std::function<ExitStatus(Core&)>& work) {
  platform::Log log{platform::Log::Format::Automatic, platform::LogLevel::Warning};
  platform::Metrics metrics;
  platform::SystemClock clock;
  platform::SystemRandom random;
  const domain::Rules rules = http::domain_rules(settings);
  CoreOptions options;
  ProgressBar bar{"rebuilding projections"};
  options.progress = [&bar](std::uint64_t done, std::uint64_t all) { bar.show(done, all); };
  options.on_fatal = [](const Failure& failure) { _exit(static_cast<int>(fail(ExitStatus::StoreRefuses, failure))); };
  auto core = Core::open(Surroundings{settings, rules, clock, random, metrics, log}, std::move(options));
  if (!core) {
    if (core.error().kind == Failure::Kind::Unavailable)
      core.error().reason += "; on a running service: " + std::string{instead};
    return fail(ExitStatus::StoreRefuses, core.error());
  }
  bar.finish();
  const ExitStatus status = work(**core);
  (*core)->stop();
  return status;
}

ExitStatus refused(const domain::Refused& refusal) {
  const auto because = [](std::string sentence) { return Failure{Failure::Kind::Invalid, std::move(sentence)}; };
  if (refusal.why == domain::Refusal::NotFound) return fail(ExitStatus::No, because("there is no such thing"));
  if (refusal.why == domain::Refusal::TooManyKeys)
    return fail(ExitStatus::No, because("there are as many API keys as can be; revoke one"));
  return fail(ExitStatus::No, because("the store's state does not allow it"));
}

}  // namespace tweestap::app
