#pragma once
// The one list of commands.
#include <variant>

#include "domain/account/account.h"
#include "domain/alert/alert.h"
#include "domain/app_login/app_login.h"
#include "domain/devices/devices.h"
#include "domain/enrolment/enrolment.h"
#include "domain/login/login.h"
#include "domain/notices/notices.h"
#include "domain/policy/policy.h"
#include "domain/recovery/recovery.h"
#include "domain/reset/reset.h"
#include "domain/sessions/sessions.h"
#include "domain/sms/sms.h"

namespace tweestap::domain {

using Command =
    std::variant<RegisterAccount, ChangePassword, ChangeProfile, SetMandatoryFrom, DisableAccount, EnableAccount,
                 UnlockSecondStep, StartLogin, SubmitCode, SubmitRecoveryCode, AbandonLogin, StartEnrolment,
                 SubmitEnrolmentCode, CancelEnrolment, DisableTwoStep, DeferEnrolment, RegenerateRecoveryCodes,
                 AcknowledgeRecoveryCodes, StepUpByCode, StepUpByRecoveryCode, TouchSession, EndSession, SetPolicy,
                 CreateApiKey, RevokeApiKey, RecordAuditRead, RecordServiceStart, ResendLoginCode, ResendEnrolmentCode,
                 ChangeEnrolmentPhone, RequestStepUp, RecordDelivery, RecordDeliveryFailure, ChangeRemember,
                 ForgetDevice, BindAppDevice, UnbindAppDevice, LogInWithApp, RequestReset, DecideReset, RecordNotice,
                 RecordNoticeFailure, RaiseAlert>;

}  // namespace tweestap::domain
