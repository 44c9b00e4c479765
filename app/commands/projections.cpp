#include <iostream>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/local_store.h"
#include "app/progress.h"
#include "app/remote.h"
#include "eventstore/opening.h"
#include "platform/crypto/random.h"
#include "projections/all.h"
#include "projections/rebuild.h"

namespace tweestap::app {
namespace {

using nlohmann::ordered_json;

// One projection as both ways of looking at it show it.
void add_view(ordered_json& all, const std::string& name, std::uint32_t format, bool current) {
  all.push_back({{"projection", name}, {"format", format}, {"current", current}});
}

void show_views(const CommandLine& line, const ordered_json& all) {
  if (line.flags().json) {
    std::cout << ordered_json{{"projections", all}}.dump() << "\n";
    return;
  }
  for (const auto& one : all) {
    std::cout << one["projection"].get<std::string>() << "  format " << one["format"] << "  "
              << (one["current"].get<bool>() ? "current" : "to be rebuilt at the next start") << "\n";
  }
}

ExitStatus list_remote(const CommandLine& line) {
  auto remote = Remote::connect(*line.flags().url);
  if (!remote) return fail(remote.error());
  const auto status = remote->get("/v1/status");
  if (!status) return fail(status.error());
  ordered_json all = ordered_json::array();
  for (const auto& one : status->value("projections", ordered_json::array())) {
    add_view(all, one["name"], one["format"], one["position"] == (*status)["head"]);
  }
  show_views(line, all);
  return ExitStatus::Done;
}

ExitStatus run_list_views(const CommandLine& line) {
  if (line.flags().url) return list_remote(line);
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  const auto store = LocalStore::open(settings->values);
  if (!store) return fail(ExitStatus::StoreRefuses, store.error());
  const auto views = projections::view_states(store->reader());
  if (!views) return fail(ExitStatus::StoreRefuses, views.error());
  ordered_json all = ordered_json::array();
  for (const auto& view : *views) add_view(all, view.name, view.format_wanted, view.current());
  show_views(line, all);
  return ExitStatus::Done;
}

std::string rows(std::uint64_t count) { return std::to_string(count) + (count == 1 ? " row" : " rows"); }

ExitStatus say_differences(const CommandLine& line, const std::vector<eventstore::Difference>& found) {
  bool same = true;
  ordered_json all = ordered_json::array();
  for (const auto& one : found) {
    same = same && one.different == 0;
    if (line.flags().json) {
      all.push_back({{"projection", one.name}, {"rows", one.rows}, {"different", one.different}});
    } else if (one.different == 0) {
      std::cout << one.name << "  " << rows(one.rows) << ", the same\n";
    } else {
      std::cout << one.name << "  " << one.different << " of " << rows(one.rows)
                << (one.different == 1 ? " differs, at key " : " differ, the first at key ") << one.first_key << "\n";
    }
  }
  if (line.flags().json) std::cout << ordered_json{{"same", same}, {"projections", all}}.dump() << "\n";
  return same ? ExitStatus::Done : ExitStatus::No;
}

ExitStatus run_compare(const CommandLine& line, const platform::Settings& settings, const std::string& name) {
  if (!name.empty() && projections::Views{}.find(name) == nullptr) {
    return fail(ExitStatus::WrongUse,
                {platform::Failure::Kind::Invalid,
                 "no projection is called \"" + name + "\": tweestap projections list names them"});
  }
  const auto store = LocalStore::open(settings);
  if (!store) return fail(ExitStatus::StoreRefuses, store.error());
  ProgressBar bar{"comparing"};
  auto found = projections::compare(store->reader(), [&bar](auto done, auto all) { bar.show(done, all); });
  bar.finish();
  if (!found) return fail(ExitStatus::StoreRefuses, found.error());
  if (!name.empty()) std::erase_if(*found, [&name](const eventstore::Difference& one) { return one.name != name; });
  return say_differences(line, *found);
}

ExitStatus run_rebuild(const CommandLine& line, const std::string& name, bool compare) {
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  if (compare) return run_compare(line, settings->values, name);
  platform::SystemRandom random;
  eventstore::OpenSettings opening;
  opening.data = settings->values.storage_data;
  opening.reserve_bytes = static_cast<std::uint64_t>(settings->values.storage_reserve_bytes);
  auto store = eventstore::open_store(opening, random);
  if (!store) {
    if (store.error().kind == platform::Failure::Kind::Unavailable) {
      store.error().reason += "; stop the service first (its start rebuilds what is stale), or look with --compare";
    }
    return fail(ExitStatus::StoreRefuses, store.error());
  }
  ProgressBar bar{"rebuilding"};
  const auto rebuilt = projections::rebuild(*store, name, [&bar](auto done, auto all) { bar.show(done, all); });
  bar.finish();
  if (!rebuilt) {
    const bool wrong_name = rebuilt.error().kind == platform::Failure::Kind::Invalid;
    return fail(wrong_name ? ExitStatus::WrongUse : ExitStatus::StoreRefuses, rebuilt.error());
  }
  if (line.flags().json) {
    std::cout << ordered_json{{"rebuilt", *rebuilt}}.dump() << "\n";
  } else {
    for (const std::string& view : *rebuilt) std::cout << view << "  rebuilt\n";
  }
  return ExitStatus::Done;
}

}  // namespace

void add_projections(CommandLine& line) {
  const Command group = line.group("projections", "what the log means now: look at it, make it anew");
  line.add(group, "list", "name the projections and say whether they are current", Reach::Service,
           [&line] { return run_list_views(line); });
  const auto name = std::make_shared<std::string>();
  const auto compare = std::make_shared<bool>(false);
  Command rebuild = line.add(group, "rebuild", "make one or all anew from the log, on a stopped service",
                             Reach::FolderOnly, [&line, name, compare] { return run_rebuild(line, *name, *compare); });
  rebuild.argument("NAME", name.get(), "which; all where none is named", Need::Optional);
  rebuild.flag("--compare", *compare, "change nothing: rebuild beside it and compare, also while the service runs");
}

}  // namespace tweestap::app
