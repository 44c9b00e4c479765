#include "tests/http/in_process_service.h"

#include <algorithm>
#include <span>

#include "eventstore/opening.h"
#include "http/authenticate.h"
#include "http/body_stream.h"
#include "http/commands.h"
#include "http/pages/embedded.h"
#include "http/routes/routes.h"
#include "http/tokens.h"
#include "platform/crypto/secret.h"
#include "platform/text/unicode.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

// A body that is all there, in pieces that end anywhere.
class TextStream final : public BodyStream {
 public:
  explicit TextStream(std::string_view text) : text_(text) {}
  std::optional<std::size_t> read(std::span<char> room) override {
    const std::size_t size = text_.copy(room.data(), std::min<std::size_t>(room.size(), 1000));
    text_.remove_prefix(size);
    return size;
  }
  bool write(std::string_view text) override {
    answer.append(text);
    return true;
  }
  bool finish() override { return true; }

  std::string answer;

 private:
  std::string_view text_;
};

// Tests of what routes do need no slow hash; those of its cost say so.
FrontDoorRules cheap_rules() {
  FrontDoorRules rules = front_door_rules(platform::Settings{}, "http://127.0.0.1:8080", "http://127.0.0.1:8081");
  rules.argon2 = {.memory_kib = 8, .iterations = 1, .parallelism = 1};
  return rules;
}

Pages program_pages(const Texts& texts) {
  return must(
      Pages::make({embedded_page_texts(), embedded_assets()}, must(organisation_of(platform::Settings{})), texts));
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

InProcessService::InProcessService(Options options)
    : rules(cheap_rules()), pages(program_pages(texts)), options_(std::move(options)) {
  open(true);
}

InProcessService::~InProcessService() { close(); }

void InProcessService::open(bool create) {
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
                                            .reserve_bytes = options_.reserve_bytes,
                                            .wal_bytes = 4 << 20,
                                            .cache_bytes = 1 << 20},
                                           random));
  const auto all = views->all();
  partition = must(
      eventstore::PartitionOpening::open(std::move(store), {.metrics = &metrics, .on_clock_jump = {}, .on_fatal = {}},
                                         *decider, {all.begin(), all.end()}, clock, random, options_.wrap));
  time = std::make_unique<ReadTime>(clock);
  services.emplace(Services{*partition, *keys, *unstored, *hash_pool, random, blocklist, clock, metrics, log, texts,
                            rules, *time, gate, running, *stand_ins});
  facts.version = "0.0.0 (test)";
  facts.data = folder.path();
  facts.reserve_bytes = options_.reserve_bytes;
  facts.started_us = clock.monotonic_us();
  if (options_.demo) facts.demo_messages = folder.path() / "sms.ndjson";
  table = all_routes(*services, facts, pages);
  people = std::make_unique<Router>(ListenerKind::Public, table, front_door(*services));
  staff = std::make_unique<Router>(ListenerKind::Staff, table, front_door(*services));
}

void InProcessService::close() {
  partition->stop();
  people.reset();
  staff.reset();
  table.clear();
  services.reset();
  partition.reset();
  decider.reset();
  views.reset();
  keys.reset();
  hash_pool.reset();
}

void InProcessService::reopen() {
  close();
  open(false);
}

Heard InProcessService::ask(const Ask& ask) const {
  std::string body = ask.body;
  const std::string bearer = "Bearer " + ask.token;
  std::vector<HeaderField> headers{{"Host", "localhost"}};
  const bool says_what_it_is =
      std::ranges::any_of(ask.headers, [](const auto& one) { return one.first == "User-Agent"; });
  if (!says_what_it_is) headers.push_back({"User-Agent", "a browser"});
  if (!ask.token.empty()) headers.push_back({"Authorization", bearer});
  const Router& router = ask.listener == ListenerKind::Public ? *people : *staff;
  const bool lines = router.lines_bytes_max(ask.method, ask.target) != 0;
  if (lines || !body.empty()) headers.push_back({"Content-Type", lines ? "application/x-ndjson" : "application/json"});
  for (const auto& [name, value] : ask.headers) headers.push_back({name, value});
  const std::string_view whole = ask.target;
  const std::size_t question = whole.find('?');

  Request request;
  request.method = ask.method;
  request.target = whole;
  request.path = whole.substr(0, question);
  request.query = question == std::string_view::npos ? std::string_view{} : whole.substr(question + 1);
  request.headers = headers;
  TextStream stream{body};
  if (lines) {
    request.stream = &stream;
  } else {
    request.body = body;
  }
  request.listener = ask.listener;
  request.peer = *IpAddress::parse("127.0.0.1");
  request.client = *IpAddress::parse(ask.client);
  request.language = texts.choose(request.header("Accept-Language").value_or(""));
  request.texts = &texts;
  request.request_id = "test";
  request.received_at = std::chrono::steady_clock::now();
  request.stopping = ask.stopping;
  Response response = router.answer(request);
  if (response.streamed) response.body = std::move(stream.answer);
  return {response.status, std::move(response.body), std::move(response.headers)};
}

domain::AccountId InProcessService::register_account(std::string_view identifier, const char* password,
                                                     std::string language, domain::SetOf<domain::Role> roles) {
  const auto id = must(draw_id<domain::AccountId>(random));
  domain::RegisterAccount command;
  command.account = id;
  command.actor = domain::System{};
  command.identifier = must(platform::canonical_identifier(identifier));
  command.identifier_hash = keys->lookup_hash("identifier", command.identifier);
  command.display_name = "Alex";
  command.language = std::move(language);
  command.roles = roles;
  if (password != nullptr) {
    auto verifier = hash_password(*services, platform::Secret::from_text(password));
    if (!verifier) throw std::runtime_error("no verifier");
    command.verifier = std::move(*verifier);
  }
  run(std::move(command), domain::Subject::of(id));
  return id;
}

void InProcessService::run(domain::Command command, std::optional<domain::Subject> seals_for) {
  const auto done = must(submit_command(*services, std::move(command), seals_for));
  if (!done.outcome) throw std::runtime_error("refused: " + std::to_string(static_cast<int>(done.outcome.error().why)));
}

domain::AccountState InProcessService::state(const domain::AccountId& account) const {
  return must(projections::Moment(partition->reader()).account(account)).value_or(domain::AccountState{});
}

std::vector<nlohmann::json> InProcessService::events_after(std::uint64_t position) const {
  std::vector<nlohmann::json> events;
  while (true) {
    const auto page = must(partition->log().read(position));
    if (page.empty()) return events;
    for (const auto& record : page) events.push_back(nlohmann::json::parse(record.envelope));
    position = page.back().position;
  }
}

std::size_t InProcessService::count(std::string_view type) const {
  std::size_t found = 0;
  for (const auto& event : events_after(0)) found += event.at("type") == type ? 1 : 0;
  return found;
}

}  // namespace tweestap::http
