#include "tests/http/people_service.h"

#include <stdexcept>

#include "eventstore/opening.h"
#include "http/authenticate.h"
#include "http/commands.h"
#include "http/routes/routes.h"
#include "http/tokens.h"
#include "platform/crypto/totp.h"
#include "platform/text/encoding.h"
#include "platform/text/unicode.h"
#include "projections/moment.h"

namespace tweestap::http::people {
namespace {

template <class T>
T must(std::expected<T, platform::Failure> value) {
  if (!value) throw std::runtime_error(value.error().reason);
  return std::move(*value);
}

// Tests of what routes do need no slow hash; those of its cost say so.
FrontDoorRules cheap_rules() {
  FrontDoorRules rules = front_door_rules(platform::Settings{}, "http://127.0.0.1:8080", "http://127.0.0.1:8081");
  rules.argon2 = {.memory_kib = 8, .iterations = 1, .parallelism = 1};
  return rules;
}

std::string six_digits(std::uint32_t number) {
  const std::string digits = std::to_string(number);
  return std::string(6 - digits.size(), '0') + digits;
}

Json parsed(const Heard& heard, int status) {
  if (heard.status != status) throw std::runtime_error(std::to_string(heard.status) + " " + heard.body);
  return heard.json();
}

}  // namespace

std::string Heard::header(std::string_view name) const {
  for (const ResponseHeader& one : headers) {
    if (one.name == name) return one.value;
  }
  return {};
}

std::vector<std::string> Heard::cookies() const {
  std::vector<std::string> found;
  for (const ResponseHeader& one : headers) {
    if (one.name == "Set-Cookie") found.push_back(one.value);
  }
  return found;
}

PeopleService::PeopleService() : rules(cheap_rules()) { open(true); }

PeopleService::~PeopleService() { close(); }

void PeopleService::open(bool create) {
  stand_ins.emplace(rules.argon2);
  hash_pool = std::make_unique<platform::HashPool>(platform::HashPool::Options{.workers = 2, .queue = 1024});
  auto kek = platform::Secret::from_text(kek_);
  keys = must(create ? eventstore::KeyRing::create(folder.path() / "keys", std::move(kek), random)
                     : eventstore::KeyRing::open(folder.path() / "keys", std::move(kek), random));
  cache = std::make_shared<projections::AccountCache>();
  unstored = std::make_shared<projections::UnstoredFailures>();
  views = std::make_unique<projections::Views>(cache);
  decider = std::make_unique<projections::DomainDecider>(projections::DeciderSettings{.rules = rules.domain}, cache,
                                                         unstored);
  auto store = must(eventstore::open_store({.data = folder.path() / "data",
                                            .create = create,
                                            .reserve_bytes = 1 << 20,
                                            .wal_bytes = 4 << 20,
                                            .cache_bytes = 1 << 20},
                                           random));
  const auto all = views->all();
  partition =
      must(eventstore::Partition::create(std::move(store), {.metrics = &metrics, .on_clock_jump = {}, .on_fatal = {}},
                                         *decider, {all.begin(), all.end()}, clock, random));
  time = std::make_unique<ReadTime>(clock);
  services.emplace(Services{*partition, *keys, *unstored, *hash_pool, random, blocklist, clock, metrics, log, texts,
                            rules, *time, gate, running, *stand_ins});
  people = std::make_unique<Router>(ListenerKind::Public, people_routes(*services), front_door(*services));
  staff = std::make_unique<Router>(ListenerKind::Staff, people_routes(*services), front_door(*services));
}

void PeopleService::close() {
  partition->stop();
  people.reset();
  staff.reset();
  services.reset();
  partition.reset();
  decider.reset();
  views.reset();
  keys.reset();
  hash_pool.reset();
}

void PeopleService::reopen() {
  close();
  open(false);
}

Heard PeopleService::ask(const Ask& ask) const {
  std::string body = ask.body;
  const std::string bearer = "Bearer " + ask.token;
  std::vector<HeaderField> headers{{"Host", "localhost"}, {"User-Agent", "a browser"}};
  if (!ask.token.empty()) headers.push_back({"Authorization", bearer});
  if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
  for (const auto& [name, value] : ask.headers) headers.push_back({name, value});
  const std::string_view whole = ask.target;
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
  request.client = *IpAddress::parse(ask.client);
  request.language = texts.choose(request.header("Accept-Language").value_or(""));
  request.texts = &texts;
  request.request_id = "test";
  request.received_at = std::chrono::steady_clock::now();
  Response response = (ask.listener == ListenerKind::Public ? *people : *staff).answer(request);
  return {response.status, std::move(response.body), std::move(response.headers)};
}

Heard PeopleService::get(std::string target, std::string token) const {
  return ask({.method = Method::Get, .target = std::move(target), .token = std::move(token)});
}
Heard PeopleService::post(std::string target, const Json& body, std::string token) const {
  return ask({.method = Method::Post,
              .target = std::move(target),
              .body = body.is_null() ? "" : body.dump(),
              .token = std::move(token)});
}
Heard PeopleService::del(std::string target, std::string token) const {
  return ask({.method = Method::Delete, .target = std::move(target), .token = std::move(token)});
}

domain::AccountId PeopleService::account(std::string_view identifier, const char* password,
                                         domain::SetOf<domain::Role> roles) {
  const auto id = must(draw_id<domain::AccountId>(random));
  domain::RegisterAccount command;
  command.account = id;
  command.actor = domain::System{};
  command.identifier = must(platform::canonical_identifier(identifier));
  command.identifier_hash = keys->lookup_hash("identifier", command.identifier);
  command.display_name = "Alex";
  command.language = "en";
  command.roles = roles;
  if (password != nullptr) {
    auto verifier = hash_password(*services, platform::Secret::from_text(password));
    if (!verifier) throw std::runtime_error("no verifier");
    command.verifier = std::move(*verifier);
  }
  run(std::move(command), domain::Subject::of(id));
  return id;
}

Heard PeopleService::log_in(std::string_view identifier, std::string_view password) const {
  return post("/v1/logins", {{"identifier", identifier}, {"password", password}});
}

std::string PeopleService::pending(std::string_view identifier) const {
  return parsed(log_in(identifier), 201).at("login_token");
}

std::string PeopleService::session(std::string_view identifier) const {
  return parsed(log_in(identifier), 201).at("session").at("session_token");
}

Enrolled PeopleService::enrol(std::string_view identifier) {
  const std::string token = session(identifier);
  const Json started =
      parsed(post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, token), 201);
  Enrolled out;
  out.secret = started.at("totp").at("secret");
  const std::string target = "/v1/account/enrolments/" + started.at("enrolment").get<std::string>() + "/code";
  const Json enabled = parsed(post(target, {{"code", code(out.secret)}}, token), 200);
  out.session = enabled.at("session").at("session_token");
  out.recovery_codes = enabled.at("recovery_codes");
  next_step();
  return out;
}

std::string PeopleService::code(std::string_view secret_base32, int steps_away) const {
  const auto secret = platform::secret_from_base32(secret_base32).value();
  const std::int64_t step = platform::totp_step(clock.wall_us() / 1'000'000) + steps_away;
  return six_digits(platform::hotp(secret.reveal(), static_cast<std::uint64_t>(step)));
}

std::string PeopleService::wrong_code(std::string_view secret_base32) const {
  for (std::uint32_t i = 0;; ++i) {
    const std::string digits = six_digits(i);
    bool right = false;
    for (int away = -2; away <= 2; ++away) right = right || code(secret_base32, away) == digits;
    if (!right) return digits;
  }
}

void PeopleService::run(domain::Command command, std::optional<domain::Subject> seals_for) {
  const auto done = must(submit_command(*services, std::move(command), seals_for));
  if (!done.outcome) throw std::runtime_error("refused: " + std::to_string(static_cast<int>(done.outcome.error().why)));
}

void PeopleService::make_mandatory() {
  domain::SetPolicy command;
  command.actor = domain::System{};
  command.mandatory_from = std::optional{domain::Time{1}};
  run(std::move(command));
}

void PeopleService::allow_sms_only() {
  domain::SetPolicy command;
  command.actor = domain::System{};
  command.methods = domain::SetOf<domain::Method>{domain::Method::Sms};
  run(std::move(command));
}

domain::AccountState PeopleService::state(const domain::AccountId& account) const {
  return must(projections::Moment(partition->reader()).account(account)).value_or(domain::AccountState{});
}

std::vector<Json> PeopleService::events_after(std::uint64_t position) const {
  std::vector<Json> events;
  while (true) {
    const auto page = must(partition->log().read(position));
    if (page.empty()) return events;
    for (const auto& record : page) events.push_back(Json::parse(record.envelope));
    position = page.back().position;
  }
}

std::size_t PeopleService::count(std::string_view type) const {
  std::size_t found = 0;
  for (const Json& event : events_after(0)) found += event.at("type") == type ? 1 : 0;
  return found;
}

}  // namespace tweestap::http::people
