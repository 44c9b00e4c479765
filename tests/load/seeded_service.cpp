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

// For what ends a service.
void end_bench(const platform::Failure& failure) { give_up(failure.reason); }

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

// As if the app's last code had been entered some steps ago: the codes of now are not spent.
domain::TotpEvidence right_code(const http::Services& services, std::uint64_t secret_position, int steps_ago) {
  return {secret_position, platform::totp_step(services.wall_seconds()) - steps_ago, 0b010};
}

// What everybody has alike.
struct Common {
  const http::Services& services;
  const std::string& verifier;
  const domain::NewRecoverySet& recovery;
};

// An account with a password and a session, on its way to two-step.
class Newcomer {
 public:
  Newcomer(const Common& common, std::size_t number)
      : common_(common),
        services_(common.services),
        number_(number),
        account_(or_give_up(http::draw_id<domain::AccountId>(services_.random))) {
    person_.identifier = "person" + std::to_string(number) + "@example.org";
    domain::RegisterAccount registration;
    registration.account = account_;
    registration.actor = domain::System{};
    registration.identifier = or_give_up(platform::canonical_identifier(person_.identifier));
    registration.identifier_hash = services_.keys.lookup_hash("identifier", registration.identifier);
    registration.language = "en";
    registration.verifier = domain::NewVerifier{domain::SecretText{common.verifier}, services_.keys.current_pepper()};
    registered_ = done(services_, std::move(registration), account_).first_position;
  }

  void enrol(domain::Method method) {
    const Begun session = begin_login(services_, account_, registered_, http::TokenKind::Session);
    const domain::SessionRef ref{domain::SessionId{session.token.id.bytes}, session.token.id, domain::Listener::Public};
    auto fresh = or_give_up(http::draw_token(services_.random, http::TokenKind::Session));
    domain::StartEnrolment start;
    start.account = account_;
    start.by = ref;
    start.enrolment = or_give_up(http::draw_id<domain::EnrolmentId>(services_.random));
    start.method = method;
    start.password = right_password(registered_);
    domain::SubmitEnrolmentCode submit;
    submit.account = account_;
    submit.by = ref;
    submit.enrolment = start.enrolment;
    submit.fresh_token = fresh.id;
    submit.set = domain::NewRecoverySet{common_.recovery.verifiers.clone(), common_.recovery.pepper};
    if (method == domain::Method::Totp) {
      person_.totp_secret = or_give_up(http::draw_totp_secret(services_.random));
      start.totp_secret = http::totp_secret_text(person_.totp_secret);
    } else {
      start.phone = mobile_number();
      const auto challenge = http::draw_challenge(services_);
      if (!challenge) std::exit(1);
      start.challenge = *challenge;
      submit.code = domain::SmsEvidence{start.challenge->id, true};
    }
    const std::uint64_t started = done(services_, std::move(start), account_).first_position;
    if (method == domain::Method::Totp) submit.code = right_code(services_, started, 20);
    done(services_, std::move(submit), account_);
    secret_position_ = started;
    person_.session_token = fresh.text.reveal_text();
  }

  void remember_device() {
    const Begun login = begin_login(services_, account_, registered_, http::TokenKind::Login);
    auto token = or_give_up(http::draw_token(services_.random, http::TokenKind::Device));
    domain::SubmitCode submit;
    submit.account = account_;
    submit.login = {domain::LoginId{login.token.id.bytes}, domain::Listener::Public};
    submit.session =
        domain::SessionId{or_give_up(http::draw_token(services_.random, http::TokenKind::Session)).id.bytes};
    submit.code = right_code(services_, secret_position_, 18);
    submit.remember =
        domain::NewDevice{or_give_up(http::draw_id<domain::DeviceId>(services_.random)), token.id, std::nullopt};
    done(services_, std::move(submit), account_);
    person_.device_token = token.text.reveal_text();
  }

  void begin_to_log_in() {
    person_.login_token =
        begin_login(services_, account_, registered_, http::TokenKind::Login).token.text.reveal_text();
  }

  [[nodiscard]] Seeded person() && { return std::move(person_); }

 private:
  [[nodiscard]] domain::NewPhone mobile_number() const {
    std::array<char, 16> typed{};
    std::snprintf(typed.data(), typed.size(), "061%07zu", number_);
    auto phone = http::read_phone(services_, typed.data());
    if (!phone) {
      std::fprintf(stderr, "seeding: %s is no mobile number\n", typed.data());
      std::exit(1);
    }
    return std::move(*phone);
  }

  const Common& common_;
  const http::Services& services_;
  const std::size_t number_;
  const domain::AccountId account_;
  std::uint64_t registered_ = 0;
  std::uint64_t secret_position_ = 0;
  Seeded person_;
};

}  // namespace

SeededService::SeededService(const std::function<void(platform::Settings&)>& adjust) {
  settings_.storage_data = (folder_.path() / "data").string();
  // The bench's people all come from one address, which is no reason to slow them down here.
  settings_.throttle_network = 100'000;
  settings_.storage_queue = 4096;
  settings_.sms_budget_network = 1'000'000;
  settings_.sms_budget_total = 1'000'000;
  adjust(settings_);
  rules_ = http::domain_rules(settings_);
  texts_.emplace(or_give_up(http::Texts::load("en")));
  const app::Surroundings around{settings_, rules_, clock_, random_, metrics_, log_};
  app::CoreOptions options;
  options.create = true;
  options.on_fatal = end_bench;
  core_ = or_give_up(app::Core::open(around, std::move(options)));
  http::ListenerOptions listener;
  listener.kind = http::ListenerKind::Public;
  listener_ = or_give_up(http::Listener::open(std::move(listener), *texts_));
  doors_ = std::make_unique<app::Doors>(*core_, around, *texts_, blocklist_,
                                        http::front_door_rules(settings_, listener_->url(), listener_->url()));
  auto recovery = http::draw_recovery_set(doors_->services);
  if (!recovery) std::exit(1);
  recovery_.emplace(std::move(*recovery));
  router_ =
      std::make_unique<http::Router>(http::ListenerKind::Public, http::all_routes(doors_->services, facts_, pages_),
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

std::vector<Seeded> SeededService::seed(std::size_t count, const SeedOptions& options, const std::string& password) {
  auto verifier = http::hash_password(services(), platform::Secret::from_text(password));
  if (!verifier) std::exit(1);
  const std::string text{verifier->verifier.reveal()};
  const Common common{services(), text, recovery_->set};
  const std::size_t from = seeded_;
  seeded_ += count;
  std::vector<Seeded> people(count);
  constexpr std::size_t kThreads = 64;  // so that the committer has batches to make
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < count; i += kThreads) {
        Newcomer newcomer{common, from + i};
        newcomer.enrol(options.method);
        if (options.device) newcomer.remember_device();
        if (options.login) newcomer.begin_to_log_in();
        people[i] = std::move(newcomer).person();
      }
    });
  }
  threads.clear();
  return people;
}

std::unique_ptr<app::Senders> SeededService::start_senders(std::unique_ptr<consumers::sms::Gateway> gateway) {
  const app::Surroundings around{settings_, rules_, clock_, random_, metrics_, log_};
  return or_give_up(app::Senders::start(*core_, around, std::move(gateway), [this] { return doors_->services.now(); }));
}

std::unique_ptr<app::Streams> SeededService::start_streams() {
  const app::Surroundings around{settings_, rules_, clock_, random_, metrics_, log_};
  return app::Streams::start(*core_, around, end_bench);
}

std::string SeededService::code_now(const Seeded& person) {
  const auto step = platform::totp_step(platform::SystemClock{}.wall_us() / 1'000'000);
  std::array<char, 8> digits{};
  std::snprintf(digits.data(), digits.size(), "%06u",
                platform::hotp(person.totp_secret.reveal(), static_cast<std::uint64_t>(step)));
  return digits.data();
}

}  // namespace tweestap::load
