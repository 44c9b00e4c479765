#pragma once
// An account as somebody typed it.
#include <expected>
#include <string_view>

#include "app/exit_status.h"
#include "app/local_store.h"
#include "domain/ids.h"

namespace tweestap::app {

/// `acc_…`, or an e-mail address, which is found through the directory and so needs the key-encryption key. No: there
/// is no such account.
[[nodiscard]] std::expected<domain::AccountId, Trouble> find_account(const LocalStore& store, std::string_view typed);

/// `acc_…`, for a service that is asked with `--url`: an auditor's key finds nobody by an e-mail address. WrongUse.
[[nodiscard]] std::expected<domain::AccountId, Trouble> remote_account(std::string_view typed);

}  // namespace tweestap::app
