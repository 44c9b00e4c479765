#include "http/routes/new_account.h"

#include <utility>

#include "eventstore/key_ring.h"
#include "http/evidence.h"
#include "http/routes/answers.h"
#include "http/routes/staff_fields.h"
#include "platform/crypto/totp.h"
#include "platform/text/encoding.h"
#include "platform/text/unicode.h"

namespace tweestap::http {
namespace {

std::expected<domain::NewVerifier, Problem> given_verifier(std::string_view text) {
  // Of ours there is none to move here: it is worth nothing without its pepper.
  if (!platform::ImportedVerifier::parse(text)) {
    Problem problem = malformed("password_hash");
    problem.hint = "password_hash";
    return std::unexpected(std::move(problem));
  }
  return domain::NewVerifier{.verifier = domain::SecretText::copy_of(text), .pepper = 0};
}

// Systems show secrets in groups, in either case, with padding or without.
std::expected<domain::SecretText, Problem> given_totp_secret(std::string_view typed) {
  platform::Secret letters{typed.size()};
  std::size_t size = 0;
  bool padding = false;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    if (c == '=') {
      padding = true;
      continue;
    }
    if (padding) return std::unexpected(malformed("totp_secret"));
    letters.writable()[size++] = static_cast<std::uint8_t>(c);
  }
  letters.shorten(size);
  const auto secret = platform::secret_from_base32(letters.reveal_text());
  if (!secret || secret->size() < kTotpSecretBytesMin) return std::unexpected(malformed("totp_secret"));
  auto text = totp_secret_text(*secret);
  if (text.reveal().size() > domain::kTotpSecretMax.count) return std::unexpected(malformed("totp_secret"));
  return text;
}

std::expected<std::optional<domain::ImportedTwoStep>, Problem> given_two_step(const Services& services,
                                                                              const Body& body,
                                                                              domain::SetOf<domain::Role> roles) {
  const auto secret = body.optional_string("totp_secret");
  const auto phone = body.optional_string("phone");
  if (!secret && !phone) return std::nullopt;
  if (secret && phone) return std::unexpected(malformed("phone"));
  // Who can do harm to others does not come with a second step that somebody else has seen (rule ADM-3).
  if (domain::is_staff(roles)) return std::unexpected(malformed(secret ? "totp_secret" : "phone"));
  domain::ImportedTwoStep two_step;
  if (secret) {
    auto text = given_totp_secret(*secret);
    if (!text) return std::unexpected(std::move(text.error()));
    two_step.method = domain::Method::Totp;
    two_step.totp_secret = std::move(*text);
    // The code of this very step may be the person's first one here.
    two_step.last_step = platform::totp_step(services.wall_seconds()) - 1;
  } else {
    auto number = read_phone(services, *phone);
    if (!number) return std::unexpected(std::move(number.error()));
    two_step.method = domain::Method::Sms;
    two_step.phone = std::move(*number);
  }
  return two_step;
}

}  // namespace

std::expected<NewIdentifier, Problem> read_identifier(const Services& services, const Body& body) {
  auto text = platform::canonical_identifier(body.string("identifier"));
  if (!text) return std::unexpected(malformed("identifier"));
  const domain::LookupHash hash = services.keys.lookup_hash("identifier", *text);
  return NewIdentifier{std::move(*text), hash};
}

std::expected<NewAccount, Problem> read_new_account(const Services& services, const Body& body,
                                                    NewIdentifier identifier) {
  NewAccount account;
  account.identifier = std::move(identifier);
  if (const auto name = body.optional_string("display_name")) {
    auto shown = platform::display_name(*name);
    if (!shown || shown->size() > domain::kDisplayNameMax.count) return std::unexpected(malformed("display_name"));
    account.display_name = std::move(*shown);
  }
  const auto language =
      services.texts.named(body.optional_string("language").value_or(services.rules.default_language));
  if (!language) return std::unexpected(malformed("language"));
  account.language = services.texts.code(*language);
  if (const auto names = body.strings("roles")) {
    const auto roles = set_of_names<domain::Role>(*names);
    if (!roles || roles->empty()) return std::unexpected(malformed("roles"));
    account.roles = *roles;
  }
  auto two_step = given_two_step(services, body, account.roles);
  if (!two_step) return std::unexpected(std::move(two_step.error()));
  account.two_step = std::move(*two_step);
  if (const auto hash = body.optional_string("password_hash")) {
    if (body.has("password")) return std::unexpected(malformed("password_hash"));
    auto verifier = given_verifier(*hash);
    if (!verifier) return std::unexpected(std::move(verifier.error()));
    account.verifier = std::move(*verifier);
  } else if (const auto typed = body.optional_string("password")) {
    auto strong = strong_enough(services, *typed);
    if (!strong) return std::unexpected(std::move(strong.error()));
    account.password = std::move(*strong);
  }
  return account;
}

domain::RegisterAccount registration_of(const NewAccount& account, const domain::AccountId& id,
                                        const domain::Actor& actor) {
  domain::RegisterAccount command;
  command.account = id;
  command.actor = actor;
  command.identifier_hash = account.identifier.hash;
  command.identifier = account.identifier.text;
  command.display_name = account.display_name;
  command.language = account.language;
  command.roles = account.roles;
  // SecretText does not copy by itself, and a command may be made again.
  if (account.verifier) {
    command.verifier =
        domain::NewVerifier{.verifier = account.verifier->verifier.clone(), .pepper = account.verifier->pepper};
  }
  if (const auto& given = account.two_step) {
    domain::ImportedTwoStep& two_step = command.two_step.emplace();
    two_step.method = given->method;
    if (given->totp_secret) two_step.totp_secret = given->totp_secret->clone();
    two_step.last_step = given->last_step;
    two_step.phone = given->phone;
  }
  return command;
}

}  // namespace tweestap::http
