#include "tests/http/staff_service.h"

#include <stdexcept>
#include <utility>

#include "eventstore/opening.h"
#include "http/authenticate.h"
#include "http/commands.h"
#include "http/routes/routes.h"
#include "http/tokens.h"
#include "platform/crypto/secret.h"
#include "platform/text/unicode.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

template <class T>
T must(std::expected<T, platform::Failure> value) {
  if (!value) throw std::runtime_error(value.error().reason);
  return std::move(*value);
}

FrontDoorRules cheap_rules() {
  FrontDoorRules rules = front_door_rules(platform::Settings{}, "http://127.0.0.1:8080", "http://127.0.0.1:8081");
  rules.argon2 = {.memory_kib = 8, .iterations = 1, .parallelism = 1};
  return rules;
}

domain::PasswordEvidence right_password(const domain::AccountState& state) {
  return {.verifier_position = state.password.position, .matched = true, .rehash = std::nullopt};
}

}  // namespace

std::string Heard::code() const {
  const auto parsed = json();
  return parsed.is_object() ? parsed.value("code", "") : "";
}
std::string Heard::member() const {
  const auto parsed = json();
  return parsed.is_object() ? parsed.value("member", "") : "";
}

StaffService::StaffService(std::uint64_t reserve_bytes)
    : rules(cheap_rules()),
      decider(projections::DeciderSettings{.rules = rules.domain}, cache, unstored),
      stand_ins(rules.argon2) {
  keys = must(eventstore::KeyRing::create(folder.path() / "keys", must(platform::draw_secret(random, 32)), random));
  auto store = must(eventstore::open_store({.data = folder.path() / "data",
                                            .create = true,
                                            .reserve_bytes = reserve_bytes,
                                            .wal_bytes = 4 << 20,
                                            .cache_bytes = 1 << 20},
                                           random));
  const auto all = views.all();
  partition =
      must(eventstore::Partition::create(std::move(store), {.metrics = &metrics, .on_clock_jump = {}, .on_fatal = {}},
                                         decider, {all.begin(), all.end()}, clock, random));
  services.emplace(Services{*partition, *keys, *unstored, hash_pool, random, blocklist, clock, metrics, log, texts,
                            rules, time, gate, running, stand_ins});
  facts.version = "0.0.0 (test)";
  facts.data = folder.path();
  facts.reserve_bytes = reserve_bytes;
  facts.started_us = clock.monotonic_us();
  table = all_routes(*services, facts);
  people = std::make_unique<Router>(ListenerKind::Public, table, front_door(*services));
  staff = std::make_unique<Router>(ListenerKind::Staff, table, front_door(*services));
}

StaffService::~StaffService() { partition->stop(); }

Heard StaffService::ask(const StaffAsk& ask) const {
  std::string target = ask.target;
  std::string body = ask.body;
  const std::string bearer = "Bearer " + ask.token;
  std::vector<HeaderField> headers{{"Host", "localhost"}};
  if (!ask.token.empty()) headers.push_back({"Authorization", bearer});
  if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
  if (!ask.idempotency_key.empty()) headers.push_back({"Idempotency-Key", ask.idempotency_key});
  const std::string_view whole = target;
  const std::size_t question = whole.find('?');

  Request request;
  request.method = ask.method;
  request.target = whole;
  request.path = whole.substr(0, question);
  request.query = question == std::string_view::npos ? std::string_view{} : whole.substr(question + 1);
  request.headers = headers;
  request.body = body;
  request.listener = ask.listener;
  request.peer = *IpAddress::parse("127.0.0.1");
  request.client = *IpAddress::parse("192.0.2.7");
  request.language = texts.fallback();
  request.texts = &texts;
  request.request_id = "test";
  request.received_at = std::chrono::steady_clock::now();
  request.stopping = ask.stopping;
  Response response = (ask.listener == ListenerKind::Public ? *people : *staff).answer(request);
  return {response.status, std::move(response.body), std::move(response.headers)};
}

std::string StaffService::key(domain::KeyRole role, std::optional<domain::Time> expires_at) {
  const auto drawn = must(draw_token(random, TokenKind::ApiKey));
  run(domain::CreateApiKey{.actor = domain::System{},
                           .api_key = must(draw_id<domain::ApiKeyId>(random)),
                           .token = drawn.id,
                           .role = role,
                           .name = "a machine",
                           .expires_at = expires_at});
  return std::string{drawn.text.reveal_text()};
}

domain::AccountId StaffService::account(std::string_view identifier, domain::SetOf<domain::Role> roles) {
  const auto id = must(draw_id<domain::AccountId>(random));
  domain::RegisterAccount command;
  command.account = id;
  command.actor = domain::System{};
  command.identifier = must(platform::canonical_identifier(identifier));
  command.identifier_hash = keys->lookup_hash("identifier", command.identifier);
  command.display_name = "Alex";
  command.language = "nl";
  command.roles = roles;
  auto verifier = hash_password(*services, platform::Secret::from_text("tweestap-demo"));
  if (!verifier) throw std::runtime_error("no verifier");
  command.verifier = std::move(*verifier);
  run(std::move(command), domain::Subject::of(id));
  return id;
}

std::string StaffService::pending_login(const domain::AccountId& account, domain::Listener listener) {
  const auto login = must(draw_token(random, TokenKind::Login));
  const auto token = must(draw_token(random, TokenKind::Session));
  domain::StartLogin start;
  start.account = account;
  start.caller.listener = listener;
  start.login = domain::LoginId{login.id.bytes};
  start.session = domain::SessionId{token.id.bytes};
  start.password = right_password(state(account));
  run(std::move(start), domain::Subject::of(account));
  return std::string{login.text.reveal_text()};
}

std::string StaffService::session(const domain::AccountId& account, domain::Listener listener) {
  const auto login = must(draw_token(random, TokenKind::Login));
  const auto token = must(draw_token(random, TokenKind::Session));
  const auto subject = domain::Subject::of(account);
  const domain::LoginRef ref{domain::LoginId{login.id.bytes}, listener};
  const domain::SessionId session{token.id.bytes};
  domain::Caller caller;
  caller.listener = listener;
  const auto step = [&](std::uint64_t position) {
    return domain::TotpEvidence{.secret_position = position, .current_step = next_step_ += 10, .matched = 0b010};
  };

  domain::StartLogin start;
  start.account = account;
  start.caller = caller;
  start.login = ref.login;
  start.session = session;
  start.password = right_password(state(account));
  run(std::move(start), subject);

  if (const domain::AccountState now = state(account); !now.logins.empty() && now.logins.back().id == ref.login) {
    if (now.logins.back().enrols) {
      const auto enrolment = must(draw_id<domain::EnrolmentId>(random));
      domain::StartEnrolment enrol;
      enrol.account = account;
      enrol.by = ref;
      enrol.caller = caller;
      enrol.enrolment = enrolment;
      enrol.method = domain::Method::Totp;
      enrol.password = right_password(now);
      enrol.totp_secret = domain::SecretText{"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"};
      run(std::move(enrol), subject);
      domain::SubmitEnrolmentCode code;
      code.account = account;
      code.by = ref;
      code.caller = caller;
      code.enrolment = enrolment;
      code.fresh_token = token.id;
      code.code = step(state(account).enrolment->position);
      code.set = domain::NewRecoverySet{.verifiers = domain::SecretText{"none that opens"}, .pepper = 1};
      run(std::move(code), subject);
    } else {
      run(domain::SubmitCode{account, ref, caller, session, step(now.two_step->secret_position)}, subject);
    }
  }
  const domain::AccountState after = state(account);
  const domain::SessionRef opened{session, token.id, listener};
  if (domain::live_session(after, opened, services->now()) == nullptr) throw std::runtime_error("no session");
  return std::string{token.text.reveal_text()};
}

void StaffService::run(domain::Command command, std::optional<domain::Subject> seals_for) {
  const auto done = must(submit_command(*services, std::move(command), seals_for));
  if (!done.outcome) throw std::runtime_error("refused: " + std::to_string(static_cast<int>(done.outcome.error().why)));
}

domain::AccountState StaffService::state(const domain::AccountId& account) const {
  return must(projections::Moment(partition->reader()).account(account)).value_or(domain::AccountState{});
}

std::vector<nlohmann::json> StaffService::events_after(std::uint64_t position) const {
  std::vector<nlohmann::json> events;
  for (const auto& record : must(partition->log().read(position))) {
    events.push_back(nlohmann::json::parse(record.envelope));
  }
  return events;
}

std::size_t StaffService::count(std::string_view type) const {
  std::size_t found = 0;
  for (const auto& event : events_after(0)) found += event.at("type") == type ? 1 : 0;
  return found;
}

}  // namespace tweestap::http
