#include <array>
#include <cstdint>
#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "app/command_line.h"
#include "app/local_store.h"
#include "app/progress.h"
#include "consumers/detection/replay.h"
#include "consumers/detection/rules.h"
#include "domain/all_events.h"
#include "eventstore/event_codec.h"
#include "platform/settings/quantity.h"

namespace tweestap::app {
namespace {

using consumers::detection::Change;
using consumers::detection::Compared;
using consumers::detection::Thresholds;
using platform::Failure;

constexpr std::string_view kSection = "detection.";
constexpr std::string_view kEnabled = "detection.enabled";  // whether the service looks; this command does

struct DetectFlags {
  std::uint64_t from = 0;
  std::uint64_t to = std::numeric_limits<std::uint64_t>::max();
  std::optional<std::string> what_if;
};

// What the file sets, over today's settings; it may set nothing else, for it would change nothing.
std::expected<Thresholds, Failure> thresholds_of_file(const platform::Settings& today, const std::string& file) {
  auto changed = platform::load_settings({.file = file, .environment = {}, .flags = {}});
  if (!changed) return std::unexpected(std::move(changed.error()));
  const auto descriptions = platform::setting_descriptions();
  for (std::size_t i = 0; i < descriptions.size(); ++i) {
    const bool is_set = changed->sources[i] != "default";
    const bool is_threshold = descriptions[i].name.starts_with(kSection) && descriptions[i].name != kEnabled;
    if (is_set && !is_threshold) {
      return std::unexpected(Failure{Failure::Kind::Invalid, file + " sets " + std::string{descriptions[i].name} +
                                                                 "; with --what-if it has a section [detection] with "
                                                                 "thresholds and windows only"});
    }
    if (is_set || !is_threshold) continue;
    std::visit(
        [&](auto member) {
          using T = std::remove_cvref_t<decltype(today.*member)>;
          if constexpr (std::is_copy_assignable_v<T>) changed->values.*member = today.*member;
        },
        descriptions[i].member);
  }
  return consumers::detection::thresholds_of(changed->values);
}

std::string_view name_of(Change change) {
  switch (change) {
    case Change::Same:
      return "same";
    case Change::Added:
      return "added";
    case Change::Gone:
      return "gone";
  }
  std::unreachable();
}

std::string_view sign_of(Change change) {
  switch (change) {
    case Change::Same:
      return "  ";
    case Change::Added:
      return "+ ";
    case Change::Gone:
      return "- ";
  }
  std::unreachable();
}

// A line for each, and in the end how many they were.
class AlertPrinter {
 public:
  AlertPrinter(bool json, bool compares) : json_(json), compares_(compares) {}

  void print(const domain::AlertRaised& alert, Change change) {
    if (json_) {
      print_json(alert, change);
    } else {
      print_for_people(alert, change);
    }
    Count& count = counts_[static_cast<std::size_t>(alert.rule)];
    count.today += change == Change::Added ? 0 : 1;
    count.other += change == Change::Gone ? 0 : 1;
  }

  // How many of each rule, and with a comparison how many it would have been.
  void print_totals() const {
    if (json_) return;
    bool any = false;
    for (const auto& info : consumers::detection::rules()) {
      const Count& count = counts_[static_cast<std::size_t>(info.rule)];
      if (count.today + count.other == 0) continue;
      if (!any) std::cout << "\n";
      any = true;
      std::cout << domain::name_of(info.rule) << "  " << count.other;
      if (compares_) std::cout << ", today " << count.today;
      std::cout << "  " << info.meaning << "\n";
    }
    if (!any) std::cout << "no alerts\n";
  }

 private:
  struct Count {
    std::size_t today = 0;
    std::size_t other = 0;
  };

  // The alert as the event has it, and what becomes of it.
  void print_json(const domain::AlertRaised& alert, Change change) const {
    std::string data;
    eventstore::append_public_data(domain::any_event(alert), data);
    if (compares_) {
      auto line = nlohmann::ordered_json::parse(data);
      line["change"] = name_of(change);
      data = line.dump();
    }
    std::cout << data << "\n";
  }

  // 2026-03-15T08:30:00Z  4711  credential_stuffing  network 2026-03-…  20 accounts within 1h
  void print_for_people(const domain::AlertRaised& alert, Change change) const {
    if (compares_) std::cout << sign_of(change);
    std::cout << domain::rfc3339_us(alert.until).substr(0, 19) << "Z  " << alert.about << "  "
              << domain::name_of(alert.rule) << "  " << consumers::detection::whom(alert) << "  " << alert.count << " "
              << consumers::detection::info_of(alert.rule).counted << " within "
              << platform::format_duration_s(alert.window_seconds) << "\n";
  }

  bool json_;
  bool compares_;
  std::array<Count, consumers::detection::kRuleCount> counts_{};
};

ExitStatus run_detect(const CommandLine& line, const DetectFlags& flags) {
  if (flags.from == 0 || flags.to < flags.from) {
    return fail(
        ExitStatus::WrongUse,
        {Failure::Kind::Invalid, "--from and --to are positions of the log: from 1 on, and --to not before --from"});
  }
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  std::vector<Thresholds> thresholds{consumers::detection::thresholds_of(settings->values)};
  if (flags.what_if) {
    const auto changed = thresholds_of_file(settings->values, *flags.what_if);
    if (!changed) return fail(ExitStatus::WrongUse, changed.error());
    thresholds.push_back(*changed);
  }
  const auto store = LocalStore::open(settings->values);
  if (!store) return fail(ExitStatus::StoreRefuses, store.error());
  ProgressBar bar{"detecting"};
  const auto found = consumers::detection::replay(store->reader().log(), {flags.from, flags.to}, thresholds,
                                                  [&bar](auto done, auto all) { bar.show(done, all); });
  bar.finish();
  if (!found) {
    const bool too_many = found.error().kind == Failure::Kind::Invalid;
    return fail(too_many ? ExitStatus::WrongUse : ExitStatus::StoreRefuses, found.error());
  }
  AlertPrinter printer{line.flags().json, flags.what_if.has_value()};
  // Where nobody reads any more, or it does not get through, run_program tells which.
  if (flags.what_if) {
    for (const Compared& one : consumers::detection::compare(found->front(), found->back())) {
      printer.print(one.alert, one.change);
      if (!std::cout) return ExitStatus::Done;
    }
  } else {
    for (const domain::AlertRaised& alert : found->front()) {
      printer.print(alert, Change::Same);
      if (!std::cout) return ExitStatus::Done;
    }
  }
  printer.print_totals();
  return ExitStatus::Done;
}

}  // namespace

void add_detect(CommandLine& line) {
  const auto flags = std::make_shared<DetectFlags>();
  Command command = line.add("detect", "alerts that a stretch of the log raises, or would with other thresholds",
                             Reach::FolderOnly, [&line, flags] { return run_detect(line, *flags); });
  command.option("--from", &flags->from, "P", "the first position to look at; 1 is the beginning", Need::Required);
  command.option("--to", &flags->to, "P", "the last one; default: the newest event");
  command.option("--what-if", &flags->what_if, "FILE",
                 "a TOML file with a section [detection]: what its thresholds would add (+) and leave out (-)");
}

}  // namespace tweestap::app
