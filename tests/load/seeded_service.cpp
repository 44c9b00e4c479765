#include "tests/load/seeded_service.h"

#include <array>
#include <cstdio>
#include <thread>

#include "http/authenticate.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/routes/routes.h"
#include "http/tokens.h"
#include "platform/crypto/totp.h"
#include "platform/text/unicode.h"

namespace tweestap::load {
namespace {

using domain::Answer;

// An answer of a command that has to succeed.
http::CommandResult done(const http::Services& services, domain::Command command, const domain::AccountId& account) {
  auto result = or_give_up(http::submit_command(services, std::move(command), domain::Subject::of(account)));
  if (!result.outcome) {
    std::fprintf(stderr, "seeding: a command was refused (%d)\n", static_cast<int>(result.outcome.error().why));
    std::exit(1);
  }
  return result;
}

// The evidence of a right password, without the hash: what the committer would get from the calling thread.
domain::PasswordEvidence right_password(std::uint64_t verifier_position) {
  return {verifier_position, true, std::nullopt};
}

struct Begun {
  http::DrawnToken token;
  http::CommandResult result;
};

Begun begin_login(const http::Services& services, const domain::AccountId& account, std::uint64_t verifier_position,
                  http::TokenKind kind) {
  auto token = or_give_up(http::draw_token(services.random, kind));
  domain::StartLogin command;
  command.account = account;
  command.login = domain::LoginId{token.id.bytes};
  command.session = domain::SessionId{token.id.bytes};
  command.password = right_password(verifier_position);
  auto result = done(services, std::move(command), account);
  return {std::move(token), std::move(result)};
}

Seeded make_person(const http::Services& services, std::size_t number, bool login, const std::string& verifier) {
  Seeded person;
  person.identifier = "person" + std::to_string(number) + "@example.org";
  const auto account = or_give_up(http::draw_id<domain::AccountId>(services.random));
  domain::RegisterAccount registration;
  registration.account = account;
  registration.actor = domain::System{};
  registration.identifier = or_give_up(platform::canonical_identifier(person.identifier));
  registration.identifier_hash = services.keys.lookup_hash("identifier", registration.identifier);
  registration.language = "en";
  registration.verifier = domain::NewVerifier{domain::SecretText{verifier}, services.keys.current_pepper()};
  const std::uint64_t registered = done(services, std::move(registration), account).first_position;

  const Begun session = begin_login(services, account, registered, http::TokenKind::Session);
  const domain::SessionRef ref{domain::SessionId{session.token.id.bytes}, session.token.id, domain::Listener::Public};
  person.totp_secret = or_give_up(http::draw_totp_secret(services.random));
  domain::StartEnrolment start;
  start.account = account;
  start.by = ref;
  start.enrolment = or_give_up(http::draw_id<domain::EnrolmentId>(services.random));
  start.method = domain::Method::Totp;
  start.password = right_password(registered);
  start.totp_secret = http::totp_secret_text(person.totp_secret);
  domain::SubmitEnrolmentCode submit;
  submit.account = account;
  submit.by = ref;
  submit.enrolment = start.enrolment;
  submit.fresh_token = or_give_up(http::draw_token(services.random, http::TokenKind::Session)).id;
  const std::uint64_t secret_position = done(services, std::move(start), account).first_position;
  // As if the app had been enrolled ten minutes ago: the codes of now are not spent.
  submit.code = domain::TotpEvidence{secret_position, platform::totp_step(services.wall_seconds()) - 20, 0b010};
  submit.set = domain::NewRecoverySet{domain::SecretText{"not looked at by the bench"}, services.keys.current_pepper()};
  done(services, std::move(submit), account);
  if (login) {
    person.login_token = begin_login(services, account, registered, http::TokenKind::Login).token.text.reveal_text();
  }
  return person;
}

}  // namespace

SeededService::SeededService() {
  settings_.storage_data = (folder_.path() / "data").string();
  // The bench's people all come from one address, which is no reason to slow them down here.
  settings_.throttle_network = 100'000;
  settings_.storage_queue = 4096;
  rules_ = http::domain_rules(settings_);
  texts_.emplace(or_give_up(http::Texts::load("en")));
  const app::Surroundings around{settings_, rules_, clock_, random_, metrics_, log_};
  app::CoreOptions options;
  options.create = true;
  options.on_fatal = [](const platform::Failure& failure) {
    std::fprintf(stderr, "%s\n", failure.reason.c_str());
    std::_Exit(1);
  };
  core_ = or_give_up(app::Core::open(around, std::move(options)));
  http::ListenerOptions listener;
  listener.kind = http::ListenerKind::Public;
  listener_ = or_give_up(http::Listener::open(std::move(listener), *texts_));
  doors_ = std::make_unique<app::Doors>(*core_, around, *texts_, blocklist_,
                                        http::front_door_rules(settings_, listener_->url(), listener_->url()));
  router_ = std::make_unique<http::Router>(http::ListenerKind::Public, http::all_routes(doors_->services, facts_),
                                           http::front_door(doors_->services));
  listener_->start([this](http::Request& request) { return router_->answer(request); });
}

SeededService::~SeededService() { listener_->stop(); }

std::uint64_t SeededService::syncs() const {
  const std::string text = metrics_.render();
  const std::string_view name = "\ntweestap_batch_commands_count ";
  const std::size_t at = text.find(name);
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + name.size(), nullptr, 10);
}

std::vector<Seeded> SeededService::seed(std::size_t count, bool login, const std::string& password) {
  auto verifier = http::hash_password(services(), platform::Secret::from_text(password));
  if (!verifier) std::exit(1);
  const std::string text{verifier->verifier.reveal()};
  static std::size_t first = 0;
  const std::size_t from = first;
  first += count;
  std::vector<Seeded> people(count);
  constexpr std::size_t kThreads = 64;  // so that the committer has batches to make
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < count; i += kThreads) people[i] = make_person(services(), from + i, login, text);
    });
  }
  threads.clear();
  return people;
}

std::string SeededService::code_now(const Seeded& person) {
  const auto step = platform::totp_step(platform::SystemClock{}.wall_us() / 1'000'000);
  std::array<char, 8> digits{};
  std::snprintf(digits.data(), digits.size(), "%06u",
                platform::hotp(person.totp_secret.reveal(), static_cast<std::uint64_t>(step)));
  return digits.data();
}

}  // namespace tweestap::load
