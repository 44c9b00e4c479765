#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "app/command_line.h"
#include "app/local_store.h"
#include "app/remote.h"
#include "app/standard_output.h"
#include "app/stopped_service.h"
#include "domain/time.h"
#include "http/tokens.h"
#include "platform/text/unicode.h"
#include "projections/api_keys.h"

namespace tweestap::app {
namespace {

using nlohmann::ordered_json;

constexpr const char* kKeysInstead =
    "tweestap api-key … --url https://STAFF-LISTENER with an admin key in TWEESTAP_API_KEY";

ExitStatus wrong(std::string sentence) {
  return fail(ExitStatus::WrongUse, {platform::Failure::Kind::Invalid, std::move(sentence)});
}

// With the names of members that GET /v1/api-keys has.
ordered_json as_json(const projections::ApiKeyRow& key) {
  ordered_json out{{"api_key", key.id.text()}, {"name", key.name}, {"role", domain::name_of(key.role)}};
  if (key.expires_at) out["expires_at"] = domain::rfc3339(*key.expires_at);
  return out;
}

void show_keys(const CommandLine& line, const ordered_json& keys) {
  if (line.flags().json) {
    std::cout << ordered_json{{"api_keys", keys}}.dump() << "\n";
    return;
  }
  for (const auto& key : keys) {
    std::cout << key["api_key"].get<std::string>() << "  " << key["role"].get<std::string>() << "  "
              << key["name"].get<std::string>();
    if (key.contains("expires_at")) std::cout << "  until " << key["expires_at"].get<std::string>();
    std::cout << "\n";
  }
}

// A key that is shown once and did not arrive counts, and nobody has it: whoever asked hears how to end it.
ExitStatus show_new(const CommandLine& line, const ordered_json& key) {
  std::cout << (line.flags().json ? key.dump() : key["key"].get<std::string>()) << "\n";
  const std::string id = key["api_key"].get<std::string>();
  if (auto shown = flush_output(); !shown) {
    shown.error().reason += "; the key is made and lost: end it with tweestap api-key revoke " + id;
    return fail(ExitStatus::NotReachable, shown.error());
  }
  if (!line.flags().json) std::cerr << id << " is made; the key above is shown this once\n";
  return ExitStatus::Done;
}

ExitStatus run_create(const CommandLine& line, const std::string& role_name, const std::string& typed_name) {
  const auto role = domain::parse_name<domain::KeyRole>(role_name);
  if (!role) return wrong("--role is one of admin, helpdesk, auditor, frontend, stream, and not \"" + role_name + "\"");
  // As the route judges it.
  const auto shown = platform::public_name(typed_name);
  if (!shown) {
    return wrong(
        "a key's name has 1 to 100 characters, none that does not show, and no e-mail address or phone number");
  }
  const std::string& name = *shown;
  if (line.flags().url) {
    auto remote = Remote::connect(*line.flags().url);
    if (!remote) return fail(remote.error());
    const auto key = remote->post("/v1/api-keys", ordered_json{{"name", name}, {"role", role_name}});
    if (!key) return fail(key.error());
    return show_new(line, *key);
  }
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  return on_stopped_service(settings->values, kKeysInstead, [&](Core& core) {
    platform::SystemRandom random;
    const auto id = http::draw_id<domain::ApiKeyId>(random);
    const auto token = http::draw_token(random, http::TokenKind::ApiKey);
    if (!id) return fail(ExitStatus::StoreRefuses, id.error());
    if (!token) return fail(ExitStatus::StoreRefuses, token.error());
    const auto made = core.run(domain::CreateApiKey{domain::System{}, *id, token->id, *role, name, std::nullopt});
    if (!made) return fail(ExitStatus::StoreRefuses, made.error());
    if (!*made) return refused(made->error());
    return show_new(line,
                    {{"api_key", id->text()}, {"key", token->text.reveal_text()}, {"name", name}, {"role", role_name}});
  });
}

ExitStatus run_list_keys(const CommandLine& line) {
  if (line.flags().url) {
    auto remote = Remote::connect(*line.flags().url);
    if (!remote) return fail(remote.error());
    const auto keys = remote->get("/v1/api-keys");
    if (!keys) return fail(keys.error());
    show_keys(line, (*keys)["api_keys"]);
    return ExitStatus::Done;
  }
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  const auto store = LocalStore::open(settings->values);
  if (!store) return fail(ExitStatus::StoreRefuses, store.error());
  const auto rows = store->reader().rows();
  auto keys = projections::read_api_keys(*rows);
  if (!keys) return fail(ExitStatus::StoreRefuses, keys.error());
  // As the route has them.
  std::ranges::sort(*keys, {}, [](const projections::ApiKeyRow& key) { return std::pair{key.created_at, key.id}; });
  ordered_json all = ordered_json::array();
  for (const auto& key : *keys) {
    if (!key.revoked_at) all.push_back(as_json(key));
  }
  show_keys(line, all);
  return ExitStatus::Done;
}

ExitStatus run_revoke(const CommandLine& line, const std::string& id_text) {
  const auto id = domain::ApiKeyId::parse(id_text);
  if (!id) return wrong("a key's id begins with apk_, and is not \"" + id_text + "\"");
  if (line.flags().url) {
    auto remote = Remote::connect(*line.flags().url);
    if (!remote) return fail(remote.error());
    const auto revoked = remote->del("/v1/api-keys/" + id->text());
    if (!revoked) return fail(revoked.error());
    return ExitStatus::Done;
  }
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  return on_stopped_service(settings->values, kKeysInstead, [&](Core& core) {
    const auto revoked = core.run(domain::RevokeApiKey{domain::System{}, *id});
    if (!revoked) return fail(ExitStatus::StoreRefuses, revoked.error());
    if (*revoked) return ExitStatus::Done;
    if (revoked->error().why != domain::Refusal::NotFound) return refused(revoked->error());
    return fail(ExitStatus::No, {platform::Failure::Kind::Invalid, "no API key that counts has the id " + id->text()});
  });
}

}  // namespace

void add_api_key(CommandLine& line) {
  const Command group = line.group("api-key", "machine clients: make, list and revoke their keys");
  const auto role = std::make_shared<std::string>();
  const auto name = std::make_shared<std::string>();
  Command create = line.add(group, "create", "make a key; it is shown once", Reach::Service,
                            [&line, role, name] { return run_create(line, *role, *name); });
  create.option("--role", role.get(), "ROLE", "admin, helpdesk, auditor, frontend or stream", Need::Required);
  create.argument("NAME", name.get(), "what you call it");
  line.add(group, "list",
           "list the keys that are not revoked, oldest first, those whose time is over too; the keys themselves are "
           "not shown",
           Reach::Service, [&line] { return run_list_keys(line); });
  const auto id = std::make_shared<std::string>();
  line.add(group, "revoke", "end a key", Reach::Service, [&line, id] { return run_revoke(line, *id); })
      .argument("ID", id.get(), "apk_…");
}

}  // namespace tweestap::app
