#pragma once
// Idempotency-Key: who repeats a command hears its first answer (HTTP contract, "Idempotency-Key").
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "domain/account_state.h"
#include "domain/ids.h"
#include "eventstore/partition.h"
#include "http/json_body.h"
#include "http/problem.h"
#include "http/request.h"
#include "http/response.h"
#include "http/services.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/secret.h"

namespace tweestap::http {

inline constexpr std::size_t kIdempotencyKeyBytesMax = 64;

/// 1 to 64 of 0x21..0x7e.
[[nodiscard]] bool is_idempotency_key(std::string_view text);

/// An answer as it is kept, with what decides whether it may still be heard.
struct KeptResponse {
  Response response;
  bool ended_token = false;                      ///< this very command ended the token it came with
  std::optional<domain::AccountId> account;      ///< whose SES-2 makes it void
  std::uint64_t last_position = 0;               ///< of the command's events
  std::optional<domain::EnrolmentId> enrolment;  ///< it goes when this enrolment ends
  std::optional<std::uint64_t> recovery_set;     ///< it goes when this set is acknowledged or replaced
};
[[nodiscard]] platform::Secret encode_kept(const KeptResponse& kept);
/// Damaged where the bytes are not exactly what encode_kept() writes.
[[nodiscard]] std::expected<KeptResponse, platform::Failure> decode_kept(std::string_view bytes);

/// Which requests with an Idempotency-Key run at present, so that a repeat waits for the first. Bounded by the
/// connections. Thread rule: any thread.
class RunningRequests {
 public:
  class Turn {
   public:
    Turn() = default;
    Turn(Turn&& other) noexcept;
    Turn& operator=(Turn&& other) noexcept;
    ~Turn();

   private:
    friend class RunningRequests;
    Turn(RunningRequests* all, platform::Digest which) : all_(all), which_(which) {}
    RunningRequests* all_ = nullptr;
    platform::Digest which_{};
  };
  /// Waits for its turn; empty where it does not come in time.
  [[nodiscard]] std::optional<Turn> wait(const platform::Digest& which, domain::Duration patience);

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  std::set<platform::Digest> running_;
};

/// How a command's answer is kept beside its being a success that stored an event, or a 401 that counted a try.
struct KeepRule {
  bool ends_token = false;                         ///< a success ends the token that the request came with
  bool shows_recovery_codes = false;               ///< gone at Done or after 10 minutes
  std::optional<domain::EnrolmentId> enrolment{};  ///< gone when it ends
};

/// One request's place among the kept answers. Used by one thread; lives as long as the request.
class AnswerKeeper {
 public:
  /// `credential`: the token; where the route asks for none, the body takes its place.
  AnswerKeeper(const Services& services, const Request& request, const Body& body, std::string_view idempotency_key,
               std::string_view token);

  [[nodiscard]] const platform::Digest& hash() const { return hash_; }

  /// The first answer, where there is one that may still be heard: nothing otherwise. `token_is_over`: only an answer
  /// of the command that ended the token counts. idempotency_conflict where the body is another one.
  [[nodiscard]] std::expected<std::optional<Response>, Problem> first_answer(bool token_is_over) const;

  /// For Submission::answer. `account` as in KeptResponse; `render` makes the whole answer of an outcome, from its
  /// arguments alone and on the committer's thread.
  [[nodiscard]] eventstore::AnswerToKeep keep(std::optional<domain::AccountId> account, const KeepRule& rule,
                                              std::function<Response(const eventstore::Outcome&)> render) const;

 private:
  const Services& services_;
  platform::Digest hash_{};
  platform::Digest body_hash_{};
  platform::Secret sealing_key_;
};

}  // namespace tweestap::http
