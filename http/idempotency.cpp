#include "http/idempotency.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "eventstore/answers.h"
#include "eventstore/key_ring.h"
#include "http/cookies.h"
#include "http/route.h"
#include "platform/logging.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

constexpr domain::Duration kRecoveryCodesKept = domain::minutes(10);  // to ask again; no longer, for they are secrets

void add_number(platform::Sha256& hash, std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  hash.update(platform::Bytes{bytes});
}
void add_text(platform::Sha256& hash, std::string_view text) {
  add_number(hash, text.size());
  hash.update(text);
}

void add_member(platform::Sha256& hash, const Member& member, const Body& body) {
  switch (member.type) {
    case MemberType::String:
    case MemberType::Secret:
      return add_text(hash, body.optional_string(member.name).value_or(""));
    case MemberType::Boolean:
      return add_number(hash, body.boolean(member.name).value_or(false) ? 1 : 0);
    case MemberType::Integer:
      return add_number(hash, static_cast<std::uint64_t>(body.integer(member.name).value_or(0)));
    case MemberType::Time:
      return add_number(hash, static_cast<std::uint64_t>(body.time(member.name).value_or(domain::Time{}).us));
    case MemberType::Jwk:
      add_text(hash, body.jwk(member.name).x);
      return add_text(hash, body.jwk(member.name).y);
    case MemberType::Strings:
      if (const auto strings = body.strings(member.name)) {
        for (const std::string_view one : *strings) add_text(hash, one);
      }
      return;
  }
}

// Of what was sent and of what it means: strings were unescaped inside the buffer when the body was read, so the bytes
// alone could stand for two bodies.
platform::Digest hash_of_body(const Request& request, const Body& body) {
  platform::Sha256 hash;
  add_text(hash, {request.body.data(), request.body.size()});
  for (const Member& member : request.route->body.members) {
    const bool has = body.has(member.name);
    const bool null = body.is_null(member.name);
    add_number(hash, has ? 1 : null ? 2 : 0);
    if (has && !null) add_member(hash, member, body);
  }
  return hash.finish();
}

// The route as called: its resource too, and the door and the way of getting tokens, which an answer depends on.
std::string route_of(const Request& request) {
  std::string route{method_name(request.method)};
  route.append(request.listener == ListenerKind::Public ? " public " : " staff ");
  route.append(CookieRules::wants_cookies(request) ? "cookies " : "body ").append(request.path);
  return route;
}

bool is_kept(std::uint16_t status) { return (status >= 200 && status < 300) || status == 401; }

}  // namespace

bool is_idempotency_key(std::string_view text) {
  return !text.empty() && text.size() <= kIdempotencyKeyBytesMax &&
         std::ranges::all_of(text, [](char c) { return c >= 0x21 && c <= 0x7e; });
}

RunningRequests::Turn::Turn(Turn&& other) noexcept : all_(std::exchange(other.all_, nullptr)), which_(other.which_) {}

RunningRequests::Turn& RunningRequests::Turn::operator=(Turn&& other) noexcept {
  if (this != &other) {
    if (all_ != nullptr) all_->done(which_);
    all_ = std::exchange(other.all_, nullptr);
    which_ = other.which_;
  }
  return *this;
}

RunningRequests::Turn::~Turn() {
  if (all_ != nullptr) all_->done(which_);
}

std::optional<RunningRequests::Turn> RunningRequests::wait(const platform::Digest& which, domain::Duration patience) {
  std::unique_lock lock(mutex_);
  const bool free =
      done_.wait_for(lock, std::chrono::microseconds(patience.us), [&] { return !running_.contains(which); });
  if (!free) return std::nullopt;
  running_.insert(which);
  return Turn{this, which};
}

void RunningRequests::done(const platform::Digest& which) {
  {
    const std::lock_guard lock(mutex_);
    running_.erase(which);
  }
  done_.notify_all();
}

AnswerKeeper::AnswerKeeper(const Services& services, const Request& request, const Body& body,
                           std::string_view idempotency_key, std::string_view token)
    : services_(services), body_hash_(hash_of_body(request, body)) {
  const std::string route = route_of(request);
  // What a browser proves a remembered device with stands beside the body: whoever has the body alone hears nothing.
  const auto device = services.rules.cookies(request.listener).token(request, TokenCookie::Device);
  if (token.empty() && device) {
    platform::Sha256 hash;
    add_text(hash, platform::text_of(body_hash_));
    add_text(hash, *device);
    body_hash_ = hash.finish();
  }
  const std::string_view credential = token.empty() ? platform::text_of(body_hash_) : token;
  const eventstore::AnsweredRequest answered{route, credential, idempotency_key};
  hash_ = eventstore::answer_hash(services.keys.answers_key(), answered);
  sealing_key_ = eventstore::answer_sealing_key(services.keys.answers_key(), answered);
}

std::expected<std::optional<Response>, Problem> AnswerKeeper::first_answer(bool token_is_over) const {
  const auto failed = [&](const platform::Failure& failure) {
    services_.log.write(platform::LogLevel::Error, "answer.unreadable", {{"reason", failure.reason}});
    return std::unexpected(Problem{.code = ProblemCode::Unavailable});
  };
  const domain::Time now = services_.now();
  // Kept by day: an answer of the last 24 hours is today's or yesterday's.
  for (const domain::Time day : {now, now - domain::days(1)}) {
    const auto found = services_.partition.reader().kept_answer(eventstore::answer_record_key(day, hash_));
    if (!found) return failed(found.error());
    const auto head = *found ? eventstore::answer_head(**found) : std::nullopt;
    if (!head || now >= head->ends_at) continue;
    const auto opened = eventstore::open_answer(sealing_key_, **found);
    if (!opened) return failed(opened.error());
    auto kept = decode_kept(opened->answer.reveal_text());
    if (!kept) return failed(kept.error());
    std::optional<domain::AccountState> state;
    if (kept->account) {
      auto read = projections::Moment::latest(services_.partition.reader()).account(*kept->account);
      if (!read) return failed(read.error());
      state = std::move(*read);
    }
    if (!may_be_heard(*kept, state ? &*state : nullptr, now)) continue;
    if (token_is_over && !kept->ended_token) continue;
    if (!platform::constant_time_equal(opened->seal.body_hash, body_hash_)) {
      return std::unexpected(Problem{.code = ProblemCode::IdempotencyConflict});
    }
    return std::optional{std::move(kept->response)};
  }
  return std::optional<Response>{};
}

eventstore::AnswerToKeep AnswerKeeper::keep(
    std::optional<domain::AccountId> account, const KeepRule& rule,
    std::function<Response(const eventstore::Outcome&, domain::Time now)> render) const {
  eventstore::AnswerToKeep keep;
  keep.hash = hash_;
  keep.sealing_key = sealing_key_.clone();
  keep.key_version = services_.keys.answers_key_version();
  keep.body_hash = body_hash_;
  keep.kept = services_.rules.answers_kept;
  keep.render = [account, rule, render = std::move(render)](
                    const eventstore::Outcome& outcome,
                    std::span<const eventstore::Placed> placed) -> std::optional<platform::Secret> {
    if (placed.empty()) return std::nullopt;
    KeptResponse kept;
    kept.response = render(outcome, placed.back().time);
    if (!is_kept(kept.response.status)) return std::nullopt;
    const bool success = kept.response.status != 401;
    kept.account = account;
    kept.last_position = placed.back().position;
    if (success) {
      kept.ended_token = rule.ends_token;
      kept.enrolment = rule.enrolment;
      if (rule.shows_recovery_codes) {
        kept.ends_at = placed.back().time + kRecoveryCodesKept;
        for (const eventstore::Placed& one : placed) {
          if (std::holds_alternative<domain::RecoveryCodesGenerated>(one.event.event)) kept.recovery_set = one.position;
        }
      }
    }
    return encode_kept(kept);
  };
  return keep;
}

}  // namespace tweestap::http
