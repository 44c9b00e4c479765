#pragma once
// What happens when the organisation helps somebody who lost the phone and the recovery codes.
#include "domain/ids.h"
#include "domain/terms.h"
#include "domain/time.h"

namespace tweestap::domain {

struct ResetRequested {
  static constexpr EventInfo kInfo{1101, "reset.requested", 1, "Staff asked for a reset of two-step."};
  ResetId reset;
  std::optional<Time> expires_at;
  std::string reason;

  static constexpr auto fields() {
    return std::tuple{
        field("reset", &ResetRequested::reset, Exposure::Public, "which reset"),
        field("expiresat", &ResetRequested::expires_at, Exposure::Public,
              "when nobody can approve it any more; absent: nobody has to, it is done"),
        field("reason", &ResetRequested::reason, Exposure::Personal, "why, in the words of staff", kReasonMax),
    };
  }
};

struct ResetApproved {
  static constexpr EventInfo kInfo{1102, "reset.approved", 1, "A second person of staff approved a reset."};
  ResetId reset;
  std::optional<std::string> reason;

  static constexpr auto fields() {
    return std::tuple{
        field("reset", &ResetApproved::reset, Exposure::Public, "which reset"),
        field("reason", &ResetApproved::reason, Exposure::Personal, "why, in the words of staff", kReasonMax),
    };
  }
};

struct ResetDenied {
  static constexpr EventInfo kInfo{1103, "reset.denied", 1, "A second person of staff denied a reset."};
  ResetId reset;
  std::optional<std::string> reason;

  static constexpr auto fields() {
    return std::tuple{
        field("reset", &ResetDenied::reset, Exposure::Public, "which reset"),
        field("reason", &ResetDenied::reason, Exposure::Personal, "why, in the words of staff", kReasonMax),
    };
  }
};

struct ResetCancelled {
  static constexpr EventInfo kInfo{1104, "reset.cancelled", 1, "A reset that waited is no longer wanted."};
  ResetId reset;
  EndReason why{};

  static constexpr auto fields() {
    return std::tuple{
        field("reset", &ResetCancelled::reset, Exposure::Public, "which reset"),
        field("why", &ResetCancelled::why, Exposure::Public, "second_step_passed, replaced or two_step_changed"),
    };
  }
};

struct TwoStepReset {
  static constexpr EventInfo kInfo{1105, "two_step.reset", 1,
                                   "Two-step is off until the person enrols again; everything of SES-2 ended."};
  ResetId reset;
  Time enrol_before;

  static constexpr auto fields() {
    return std::tuple{
        field("reset", &TwoStepReset::reset, Exposure::Public, "which reset"),
        field("enrolbefore", &TwoStepReset::enrol_before, Exposure::Public,
              "later than this the person cannot enrol without another reset"),
    };
  }
};

}  // namespace tweestap::domain
