#include "consumers/notices/notice_of.h"

#include <gtest/gtest.h>

#include <map>
#include <string_view>

namespace tweestap::consumers::notices {
namespace {

using namespace domain;

// What a person is told of, by the wire names of events; whatever is not here is no news.
const std::map<std::string_view, Notice> kTold{
    {"two_step.method_changed", Notice::MethodChanged}, {"two_step.disabled", Notice::TwoStepDisabled},
    {"reset.requested", Notice::ResetRequested},        {"two_step.reset", Notice::ResetDone},
    {"recovery_code.used", Notice::RecoveryCodeUsed},   {"recovery_codes.generated", Notice::RecoveryCodesGenerated},
    {"app_device.bound", Notice::AppDeviceBound},       {"account.password_changed", Notice::PasswordChanged},
    {"device.theft_suspected", Notice::DeviceTheft},    {"second_step.locked", Notice::SecondStepLocked},
};

TEST(NoticeOf, TellsOfWhatAnOwnerWouldWantToHearAndOfNothingElse) {
  AccountState before;
  before.recovery.emplace();
  std::size_t told = 0;
  for_each_event([&]<class E>() {
    const auto notice = notice_of(Event{E{}}, before);
    const auto expected = kTold.find(E::kInfo.name);
    EXPECT_EQ(notice.has_value(), expected != kTold.end()) << E::kInfo.name;
    EXPECT_EQ(may_give_notice(Event{E{}}), notice.has_value()) << E::kInfo.name;
    if (!notice || expected == kTold.end()) return;
    EXPECT_EQ(*notice, expected->second) << E::kInfo.name;
    ++told;
  });
  EXPECT_EQ(told, kNames<Notice>.size()) << "every notice has its event";
}

TEST(NoticeOf, TheFirstSetOfRecoveryCodesIsNoNews) {
  EXPECT_FALSE(notice_of(Event{RecoveryCodesGenerated{}}, AccountState{}));
}

}  // namespace
}  // namespace tweestap::consumers::notices
