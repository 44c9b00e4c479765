#include "app/service.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <thread>

#include "app/check_settings.h"
#include "app/core.h"
#include "app/demo.h"
#include "app/doors.h"
#include "app/first_start.h"
#include "app/housekeeping.h"
#include "app/progress.h"
#include "app/senders.h"
#include "app/streams.h"
#include "app/version.h"
#include "consumers/detection/watcher.h"
#include "http/answer_metrics.h"
#include "http/authenticate.h"
#include "http/json_writer.h"
#include "http/listener.h"
#include "http/pages/embedded.h"
#include "http/pages/pages.h"
#include "http/router.h"
#include "http/routes/demo.h"
#include "http/routes/health.h"
#include "http/routes/routes.h"
#include "platform/blocklist.h"
#include "platform/files.h"

namespace tweestap::app {
namespace {

using platform::Failure;
using platform::invalid;
using platform::LogLevel;

std::expected<std::unique_ptr<http::Listener>, Failure> open_listener(const platform::Settings& settings,
                                                                      const CheckedSettings& checked,
                                                                      http::ListenerKind kind, const http::Texts& texts,
                                                                      platform::Log& log,
                                                                      http::AnswerMetrics& metrics) {
  const bool is_public = kind == http::ListenerKind::Public;
  const ListeningAddress& address = is_public ? checked.people : checked.staff;
  http::ListenerOptions options;
  options.kind = kind;
  options.host = address.host;
  options.port = address.port;
  options.forwarding = checked.forwarding;
  options.connections_max =
      static_cast<std::size_t>(is_public ? settings.http_public_connections : settings.http_staff_connections);
  options.head_timeout = std::chrono::seconds{settings.http_head_timeout_s};
  options.body_timeout = std::chrono::seconds{settings.http_body_timeout_s};
  options.idle_timeout = std::chrono::seconds{settings.http_keep_alive_s};
  options.drain_timeout = std::chrono::seconds{settings.http_drain_s};
  options.on_answer = [&metrics](const http::AnswerRecord& answer) { metrics.answered(answer); };
  options.on_refusal = [&metrics](http::ListenerKind listener, http::GuardRefusal why) {
    metrics.refused(listener, why);
  };
  options.on_exception = [&log](http::ListenerKind, std::string_view request_id) {
    log.write(LogLevel::Error, "http.handler_threw", {{"request", request_id}});
  };
  return http::Listener::open(std::move(options), texts);
}

LogLevel log_level(const platform::Settings& settings) {
  for (const LogLevel level : {LogLevel::Debug, LogLevel::Warning, LogLevel::Error}) {
    if (settings.log_level == platform::log_level_name(level)) return level;
  }
  return LogLevel::Info;
}

std::expected<void, Failure> write_ports_file(const std::filesystem::path& path, const http::Listener& people,
                                              const http::Listener& staff) {
  const std::string text = "{\"public\":\"" + people.url() + "\",\"staff\":\"" + staff.url() + "\"}\n";
  return platform::write_file_atomically(path, platform::bytes_of(text));
}

// That a file can be made there, as far as that can be known without making it. The data folder is made before it.
std::expected<void, Failure> check_place(std::string_view flag, const std::filesystem::path& file,
                                         const std::filesystem::path& data) {
  const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
  std::error_code unreadable;  // then it is no folder for us either
  if (!file.has_filename() || std::filesystem::is_directory(file, unreadable)) {
    return std::unexpected(invalid(std::string{flag} + " " + file.string() + " is a folder and not a file"));
  }
  if (!std::filesystem::exists(folder, unreadable) && platform::is_same_place(folder, data)) return {};
  if (!std::filesystem::is_directory(folder, unreadable)) {
    return std::unexpected(
        invalid(std::string{flag} + " " + file.string() + ": there is no folder " + folder.string()));
  }
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return std::unexpected(
      invalid(std::string{flag} + " " + file.string() + " cannot be written: " + std::strerror(errno)));
}

// Before anything is made: a start that ends here leaves no folder and has shown no key.
std::expected<void, Failure> check_files(const platform::Settings& settings, const ServeOptions& options) {
  if (options.ports_file) {
    if (auto good = check_place("--ports-file", *options.ports_file, settings.storage_data); !good) return good;
  }
  // Only a folder without a log has its first start before it.
  std::error_code unreadable;
  const bool first_start = !std::filesystem::exists(std::filesystem::path{settings.storage_data} / "log", unreadable);
  if (!first_start || !options.admin_key_file) return {};
  if (auto good = check_place("--admin-key-file", *options.admin_key_file, settings.storage_data); !good) return good;
  if (!std::filesystem::exists(*options.admin_key_file, unreadable)) return {};
  return std::unexpected(invalid("--admin-key-file " + options.admin_key_file->string() +
                                 " is there already; remove it or name another file"));
}

// The service from its settings to its end; the steps are called in the order in which they stand.
class Service {
 public:
  Service(const platform::Settings& settings, const ServeOptions& options)
      : settings_(settings), options_(options), log_(platform::Log::Format::Automatic, log_level(settings)) {}

  // Everything that can be found wrong before the store is touched. The listeners are open but do not answer yet.
  std::expected<void, Trouble> prepare();
  std::expected<void, Trouble> open_core();
  // The first admin key, the event of this start, what the doors refer to, what sends messages and what watches.
  std::expected<void, Trouble> begin();
  std::expected<void, Trouble> start_watching();
  std::expected<void, Trouble> open_doors();
  void wait_for(platform::StopSignal& stop);
  void drain();

 private:
  [[noreturn]] void end_at_once(std::string_view event, const Failure& failure);
  void tell_where_the_kek_lies();
  void tell_where_to_go() const;

  const platform::Settings& settings_;
  const ServeOptions& options_;
  platform::Log log_;
  platform::Metrics metrics_;
  http::AnswerMetrics answer_metrics_{metrics_};
  platform::SystemClock clock_;
  platform::SystemRandom random_;
  const domain::Rules rules_ = http::domain_rules(settings_);
  const Surroundings around_{settings_, rules_, clock_, random_, metrics_, log_};
  std::optional<http::Texts> texts_;
  std::optional<platform::Blocklist> blocklist_;
  std::optional<http::Pages> pages_;
  std::unique_ptr<Core> core_;
  std::unique_ptr<Streams> streams_;
  std::unique_ptr<consumers::sms::Gateway> gateway_;  // until the senders have it
  std::optional<Doors> doors_;
  std::optional<Housekeeping> housekeeping_;  // of the main thread
  std::unique_ptr<Senders> senders_;
  std::unique_ptr<consumers::detection::Watcher> watcher_;  // none where detection is off
  http::ServiceFacts facts_;
  std::optional<http::Router> people_router_;
  std::optional<http::Router> staff_router_;
  std::unique_ptr<http::Listener> people_;  // last: their threads use everything above
  std::unique_ptr<http::Listener> staff_;
};

std::expected<void, Trouble> Service::prepare() {
  auto texts = http::Texts::load(settings_.organisation_language, http::password_length(settings_));
  if (!texts) return trouble(ExitStatus::WrongUse, texts.error());
  texts_.emplace(std::move(*texts));
  auto checked = check_settings(settings_, clock_);
  if (!checked) return trouble(ExitStatus::WrongUse, checked.error());
  blocklist_.emplace(std::move(checked->blocklist));
  gateway_ = std::move(checked->gateway);
  auto pages =
      http::Pages::make({http::embedded_page_texts(), http::embedded_assets()}, checked->organisation, *texts_);
  if (!pages) return trouble(ExitStatus::WrongUse, pages.error());
  pages_.emplace(std::move(*pages));
  if (options_.demo) {
    if (auto fit = check_demo(settings_); !fit) return trouble(ExitStatus::WrongUse, fit.error());
  }
  if (auto good = check_files(settings_, options_); !good) return trouble(ExitStatus::WrongUse, good.error());
  auto people = open_listener(settings_, *checked, http::ListenerKind::Public, *texts_, log_, answer_metrics_);
  if (!people) return trouble(ExitStatus::WrongUse, people.error());
  people_ = std::move(*people);
  auto staff = open_listener(settings_, *checked, http::ListenerKind::Staff, *texts_, log_, answer_metrics_);
  if (!staff) return trouble(ExitStatus::WrongUse, staff.error());
  staff_ = std::move(*staff);
  return {};
}

std::expected<void, Trouble> Service::open_core() {
  if (options_.demo) {
    if (auto ours = claim_demo_folder(DataFolder{settings_.storage_data}); !ours) {
      return trouble(ExitStatus::StoreRefuses, ours.error());
    }
  }
  ProgressBar progress{"rebuilding projections"};
  CoreOptions options;
  options.create = true;
  options.progress = [&progress](std::uint64_t done, std::uint64_t all) { progress.show(done, all); };
  // What is stored is durable and what is not was never answered, so nothing is lost by ending at once (rule DUR-3).
  options.on_fatal = [this](const Failure& failure) { end_at_once("store.failed", failure); };
  auto core = Core::open(around_, std::move(options));
  if (!core) return trouble(ExitStatus::StoreRefuses, core.error());
  core_ = std::move(*core);
  streams_ = Streams::start(*core_, around_, [this](const Failure& failure) { end_at_once("store.behind", failure); });
  return {};
}

std::expected<void, Trouble> Service::begin() {
  if (needs_admin_key(*core_)) {
    tell_where_the_kek_lies();
    if (auto key = ensure_admin_key(*core_, random_, {options_.admin_key_file}); !key) {
      return trouble(ExitStatus::StoreRefuses, key.error());
    }
  }
  const auto started = core_->run(domain::RecordServiceStart{version(), core_->dropped_bytes()});
  if (!started) return trouble(ExitStatus::StoreRefuses, started.error());
  const auto origin = [](const std::string& setting, const http::Listener& listener) {
    return setting.empty() ? listener.url() : setting;
  };
  doors_.emplace(*core_, around_, *texts_, *blocklist_,
                 http::front_door_rules(settings_, origin(settings_.http_public_origin, *people_),
                                        origin(settings_.http_staff_origin, *staff_)));
  // A challenge is drawn before the command that issues its code, at most so long before it as a command may wait.
  const domain::Duration code_life{rules_.sms_code_life.us + doors_->rules.command_deadline.us};
  housekeeping_.emplace(core_->keys(), log_, code_life);
  housekeeping_->run(doors_->services.now());
  if (options_.demo) {
    if (auto made = ensure_demo_accounts(doors_->services); !made)
      return trouble(ExitStatus::StoreRefuses, made.error());
  }
  auto senders = Senders::start(*core_, around_, std::move(gateway_), [this] { return doors_->services.now(); });
  if (!senders) return trouble(ExitStatus::StoreRefuses, senders.error());
  senders_ = std::move(*senders);
  return start_watching();
}

std::expected<void, Trouble> Service::start_watching() {
  using consumers::detection::Watcher;
  if (!settings_.detection_enabled) return {};
  auto watcher = Watcher::start({.partition = core_->partition(),
                                 .random = random_,
                                 .clock = clock_,
                                 .metrics = metrics_,
                                 .log = log_,
                                 .thresholds = consumers::detection::thresholds_of(settings_)});
  if (!watcher) return trouble(ExitStatus::StoreRefuses, watcher.error());
  watcher_ = std::move(*watcher);
  return {};
}

std::expected<void, Trouble> Service::open_doors() {
  facts_.version = version();
  facts_.data = settings_.storage_data;
  facts_.reserve_bytes = static_cast<std::uint64_t>(settings_.storage_reserve_bytes);
  facts_.started_us = clock_.monotonic_us();
  if (options_.demo && settings_.sms_gateway().kind == "file") facts_.demo_messages = settings_.sms_gateway().file;
  facts_.feed_readers_max = static_cast<std::size_t>(settings_.http_feed_readers);
  facts_.followers = [this] {
    auto all = senders_->progress();
    for (auto& one : streams_->progress()) all.push_back(std::move(one));
    if (watcher_) all.push_back({std::string{consumers::detection::kWatcherName}, watcher_->position()});
    return all;
  };
  facts_.stream = [this] { return streams_->stream(); };
  facts_.clock_jump = [this] { return core_->last_clock_jump(); };
  const auto router = [this](std::optional<http::Router>& place, http::ListenerKind kind) {
    place.emplace(kind, http::all_routes(doors_->services, facts_, *pages_), http::front_door(doors_->services));
  };
  router(people_router_, http::ListenerKind::Public);
  router(staff_router_, http::ListenerKind::Staff);
  people_->start([this](http::Request& request) { return people_router_->answer(request); });
  staff_->start(
      [this](http::Request& request) { return staff_router_->answer(request); },
      [this](http::Method method, std::string_view path) { return staff_router_->lines_bytes_max(method, path); });
  if (options_.ports_file) {
    if (auto written = write_ports_file(*options_.ports_file, *people_, *staff_); !written) {
      return trouble(ExitStatus::WrongUse, written.error());
    }
  }
  log_.write(LogLevel::Info, "service.started",
             {{"version", version()},
              {"public", people_->url()},
              {"staff", staff_->url()},
              {"head", core_->partition().log().head().position}});
  tell_where_to_go();
  return {};
}

void Service::wait_for(platform::StopSignal& stop) {
  auto signal = stop.wait(Housekeeping::kEvery);
  while (!signal) {
    housekeeping_->run(doors_->services.now());
    signal = stop.wait(Housekeeping::kEvery);
  }
  log_.write(LogLevel::Info, "service.stopping", {{"signal", *signal}});
}

void Service::drain() {
  // Beside each other: both take their time, and a code that is issued now is sent after the next start.
  std::jthread senders{[this] { senders_->stop(); }};
  const bool people = people_->stop();
  const bool staff = staff_->stop();
  senders.join();
  if (watcher_) watcher_->stop();  // what it has not seen it sees after the next start
  streams_->stop();                // what it has not sent by now goes out at the next start
  doors_->hash_pool.stop();
  core_->stop();
  log_.write(LogLevel::Info, "service.stopped", {{"drained", people && staff}});
}

void Service::end_at_once(std::string_view event, const Failure& failure) {
  log_.write(LogLevel::Error, event, {{"reason", failure.reason}});
  _exit(static_cast<int>(ExitStatus::StoreRefuses));
}

void Service::tell_where_the_kek_lies() {
  if (core_->kek_source() != KekSource::DataFolder) return;
  log_.write(
      LogLevel::Warning, "keys.kek_in_data_folder",
      {{"file", core_->folder().kek().string()},
       {"advice", "in production keep the key-encryption key elsewhere: keys.kek_file or a systemd credential"}});
}

void Service::tell_where_to_go() const {
  if (isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\n  people  %s\n  staff   %s\n", people_->url().c_str(), staff_->url().c_str());
  if (facts_.demo_messages) std::fprintf(stderr, "  phone   %s%s\n", people_->url().c_str(), http::kDemoPhonePath);
  std::fprintf(stderr, "\n  stop with Ctrl-C\n\n");
}

}  // namespace

ExitStatus serve(const platform::Settings& settings, const ServeOptions& options) {
  if (auto hidden = platform::forbid_core_dumps(); !hidden) return fail(ExitStatus::WrongUse, hidden.error());
  if (auto raised = platform::allow_many_open_files(); !raised) return fail(ExitStatus::WrongUse, raised.error());
  auto stop = platform::StopSignal::create();  // before any thread: they inherit the blocked signals
  if (!stop) return fail(ExitStatus::WrongUse, stop.error());
  Service service{settings, options};
  auto ready = service.prepare();
  if (ready) ready = service.open_core();
  if (ready) ready = service.begin();
  if (ready) ready = service.open_doors();
  if (!ready) return fail(ready.error());
  service.wait_for(*stop);
  service.drain();
  return ExitStatus::Done;
}

}  // namespace tweestap::app
