#pragma once
// What a gateway said about a notice; `about` is the position of the event that it tells of.
#include <cstdint>
#include <optional>
#include <string>

#include "domain/decision.h"
#include "domain/notices/events.h"

namespace tweestap::domain {

struct RecordNotice {
  AccountId account;
  Notice notice{};
  std::uint64_t about = 0;
  std::string gateway;
  std::optional<std::string> reference;
};
/// No further try follows.
struct RecordNoticeFailure {
  AccountId account;
  Notice notice{};
  std::uint64_t about = 0;
  std::string gateway;
  std::string trouble;
};

[[nodiscard]] Decision decide(const AccountState& state, const RecordNotice& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const RecordNoticeFailure& command, const Context& context);

}  // namespace tweestap::domain
