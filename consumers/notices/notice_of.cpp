#include "consumers/notices/notice_of.h"

#include <tuple>
#include <type_traits>
#include <variant>

namespace tweestap::consumers::notices {
namespace {

using domain::Notice;

template <class E>
struct Row {
  using EventType = E;
  Notice notice;
};

constexpr std::tuple kTable{
    Row<domain::TwoStepMethodChanged>{Notice::MethodChanged},  // also where only the number changed
    Row<domain::TwoStepDisabled>{Notice::TwoStepDisabled},
    Row<domain::ResetRequested>{Notice::ResetRequested},
    Row<domain::TwoStepReset>{Notice::ResetDone},
    Row<domain::RecoveryCodeUsed>{Notice::RecoveryCodeUsed},
    Row<domain::RecoveryCodesGenerated>{Notice::RecoveryCodesGenerated},
    Row<domain::AppDeviceBound>{Notice::AppDeviceBound},
    Row<domain::PasswordChanged>{Notice::PasswordChanged},
    Row<domain::DeviceTheftSuspected>{Notice::DeviceTheft},
    Row<domain::SecondStepLocked>{Notice::SecondStepLocked},
};

std::optional<Notice> listed(const domain::Event& event) {
  return std::apply(
      [&event](const auto&... rows) {
        std::optional<Notice> found;
        (
            [&](const auto& row) {
              if (std::holds_alternative<typename std::decay_t<decltype(row)>::EventType>(event)) found = row.notice;
            }(rows),
            ...);
        return found;
      },
      kTable);
}

}  // namespace

bool may_give_notice(const domain::Event& event) { return listed(event).has_value(); }

std::optional<domain::Notice> notice_of(const domain::Event& event, const domain::AccountState& before) {
  const auto notice = listed(event);
  // The first set belongs to switching two-step on, which the person is doing at that moment.
  if (notice == Notice::RecoveryCodesGenerated && !before.recovery) return std::nullopt;
  return notice;
}

}  // namespace tweestap::consumers::notices
