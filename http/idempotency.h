#pragma once
// Idempotency-Key: who repeats a command hears its first answer (docs/integrator.md).
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>

#include "domain/ids.h"
#include "domain/time.h"
#include "eventstore/partition.h"
#include "http/json_body.h"
#include "http/kept_response.h"
#include "http/problem.h"
#include "http/request.h"
#include "http/response.h"
#include "http/services.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/secret.h"

namespace tweestap::http {

inline constexpr std::size_t kIdempotencyKeyBytesMax = 64;  ///< room for a UUID or 256 bits in any notation

/// 1 to 64 of 0x21..0x7e.
[[nodiscard]] bool is_idempotency_key(std::string_view text);

/// Which requests with an Idempotency-Key run at present, so that a repeat waits for the first. Bounded by the
/// connections. Thread rule: any thread.
class RunningRequests {
 public:
  /// Held while a request runs.
  class Turn {
   public:
    Turn() = default;
    Turn(Turn&& other) noexcept;
    Turn& operator=(Turn&& other) noexcept;
    ~Turn();

   private:
    friend class RunningRequests;
    Turn(RunningRequests* all, const platform::Digest& which) : all_(all), which_(which) {}
    RunningRequests* all_ = nullptr;
    platform::Digest which_{};
  };
  /// Waits for its turn; empty where it does not come in time.
  [[nodiscard]] std::optional<Turn> wait(const platform::Digest& which, domain::Duration patience);

 private:
  void done(const platform::Digest& which);
  std::mutex mutex_;
  std::condition_variable done_;
  std::set<platform::Digest> running_;
};

/// What becomes of a command's kept answer.
struct KeepRule {
  bool ends_token = false;                         ///< a success ends the token that the request came with
  bool shows_recovery_codes = false;               ///< gone at Done or after 10 minutes
  std::optional<domain::EnrolmentId> enrolment{};  ///< gone when this ends
};

/// One request's place among the kept answers. Used by one thread; lives as long as the request.
class AnswerKeeper {
 public:
  /// `token`: what the request came with; empty where the route asks for none, then the body takes its place.
  AnswerKeeper(const Services& services, const Request& request, const Body& body, std::string_view idempotency_key,
               std::string_view token);

  /// Identifies the request, for RunningRequests.
  [[nodiscard]] const platform::Digest& hash() const { return hash_; }

  /// The first answer, where there is one that may still be heard; nothing otherwise. `token_is_over`: then only an
  /// answer of the command that ended the token counts. idempotency_conflict where the body is another one.
  [[nodiscard]] std::expected<std::optional<Response>, Problem> first_answer(bool token_is_over) const;

  /// For Submission::answer. Kept are successes and 401s of commands that stored an event. `account`: whose SES-2 makes
  /// it void. `render` makes the whole answer of an outcome, from its arguments and what it owns alone: it runs on the
  /// committer's thread.
  [[nodiscard]] eventstore::AnswerToKeep keep(
      std::optional<domain::AccountId> account, const KeepRule& rule,
      std::function<Response(const eventstore::Outcome&, domain::Time now)> render) const;

 private:
  const Services& services_;
  platform::Digest hash_{};
  platform::Digest body_hash_{};
  platform::Secret sealing_key_;
};

}  // namespace tweestap::http
