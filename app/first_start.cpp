#include "app/first_start.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "http/commands.h"
#include "http/evidence.h"
#include "http/tokens.h"
#include "platform/files.h"
#include "platform/text/unicode.h"
#include "projections/directory.h"

namespace tweestap::app {
namespace {

using platform::Failure;

struct DemoAccount {
  std::string_view identifier;
  std::string_view display_name;
  domain::SetOf<domain::Role> roles;
};

// The documentation names these four.
const std::array<DemoAccount, 4> kDemoAccounts{{
    {"alex@example.org", "Alex", {domain::Role::Person}},
    {"helpdesk@example.org", "Help desk", {domain::Role::Person, domain::Role::Helpdesk}},
    {"auditor@example.org", "Auditor", {domain::Role::Person, domain::Role::Auditor}},
    {"admin@example.org", "Admin", {domain::Role::Person, domain::Role::Admin}},
}};

// To standard output without its buffer, which nobody wipes (KEY-3).
std::expected<void, Failure> print(const platform::Secret& line) {
  std::fflush(stdout);
  for (std::string_view rest = line.reveal_text(); !rest.empty();) {
    const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      return std::unexpected(
          Failure{Failure::Kind::Unavailable,
                  "the admin API key could not be written to standard output, so none was made: name a "
                  "file with --admin-key-file"});
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::expected<void, Failure> hand_over(const platform::Secret& key, const FirstKeyOptions& options) {
  const std::string_view before = options.file ? "" : "admin API key: ";
  platform::Secret line(before.size() + key.size() + 1);
  auto end = std::ranges::copy(platform::bytes_of(before), line.writable().begin()).out;
  end = std::ranges::copy(key.reveal(), end).out;
  *end = '\n';
  if (!options.file) return print(line);
  return platform::write_file_atomically(*options.file, line.reveal(), platform::WriteMode::CreateNew);
}

std::expected<void, Failure> register_demo_account(const http::Services& services, const DemoAccount& demo) {
  auto identifier = platform::canonical_identifier(demo.identifier);
  if (!identifier) return std::unexpected(std::move(identifier.error()));
  domain::RegisterAccount command;
  command.identifier_hash = services.keys.lookup_hash("identifier", *identifier);
  const auto rows = services.partition.reader().rows();
  const auto owner = projections::read_owner(*rows, command.identifier_hash);
  if (!owner) return std::unexpected(owner.error());
  if (*owner) return {};

  const auto account = http::draw_id<domain::AccountId>(services.random);
  if (!account) return std::unexpected(account.error());
  auto verifier = http::hash_password(services, platform::Secret::from_text(kDemoPassword));
  if (!verifier)
    return std::unexpected(Failure{Failure::Kind::Unavailable, "the demo's passwords could not be hashed"});
  const auto keys = services.keys.create_subject_keys(domain::Subject::of(*account));
  if (!keys) return std::unexpected(keys.error());
  command.account = *account;
  command.actor = domain::System{};
  command.identifier = std::move(*identifier);
  command.display_name = demo.display_name;
  command.language = services.rules.default_language;
  command.roles = demo.roles;
  command.verifier = std::move(*verifier);
  const auto result = http::submit_command(services, std::move(command), domain::Subject::of(*account));
  if (!result) return std::unexpected(result.error());
  if (!result->outcome) return std::unexpected(Failure{Failure::Kind::Internal, "a demo account was refused"});
  return {};
}

}  // namespace

bool needs_admin_key(const Core& core) { return core.partition().log().head().position == 0; }

std::expected<void, Failure> ensure_admin_key(Core& core, platform::RandomSource& random,
                                              const FirstKeyOptions& options) {
  if (!needs_admin_key(core)) return {};
  const auto id = http::draw_id<domain::ApiKeyId>(random);
  if (!id) return std::unexpected(id.error());
  const auto token = http::draw_token(random, http::TokenKind::ApiKey);
  if (!token) return std::unexpected(token.error());
  if (auto handed = hand_over(token->text, options); !handed) return handed;
  const auto made = core.run(
      domain::CreateApiKey{domain::System{}, *id, token->id, domain::KeyRole::Admin, "first start", std::nullopt});
  if (!made) return std::unexpected(made.error());
  if (!*made) return std::unexpected(Failure{Failure::Kind::Internal, "the first admin key was refused"});
  return {};
}

std::expected<void, Failure> ensure_demo_accounts(const http::Services& services) {
  for (const DemoAccount& demo : kDemoAccounts) {
    if (auto made = register_demo_account(services, demo); !made) return made;
  }
  return {};
}

}  // namespace tweestap::app
