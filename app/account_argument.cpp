#include "app/account_argument.h"

#include "platform/text/unicode.h"
#include "projections/moment.h"

namespace tweestap::app {
namespace {

using platform::Failure;

std::expected<domain::AccountId, Trouble> find_by_identifier(const LocalStore& store, std::string_view typed) {
  const auto identifier = platform::canonical_identifier(typed);
  if (!identifier) return trouble(ExitStatus::WrongUse, "that is neither an account id (acc_…) nor an e-mail address");
  if (!store.keys().unlocked()) {
    return trouble(ExitStatus::StoreRefuses,
                   "finding an e-mail address needs the key-encryption key (keys.kek_file); an account id does not");
  }
  projections::Moment moment{store.reader()};
  const auto owner = moment.find(store.keys().lookup_hash("identifier", *identifier));
  if (!owner) return std::unexpected(Trouble{ExitStatus::StoreRefuses, owner.error()});
  if (!*owner) return trouble(ExitStatus::No, "no account has that e-mail address");
  return **owner;
}

std::expected<domain::AccountId, Trouble> read_account_id(std::string_view typed) {
  const auto account = domain::AccountId::parse(typed);
  if (!account)
    return trouble(ExitStatus::WrongUse, "an account id is acc_ and 26 letters and digits, as events have it");
  return *account;
}

}  // namespace

std::expected<domain::AccountId, Trouble> remote_account(std::string_view typed) {
  if (!typed.starts_with("acc_")) {
    return trouble(ExitStatus::WrongUse,
                   "with --url the account is named by its id (acc_…), which a look-up of the helpdesk tells");
  }
  return read_account_id(typed);
}

std::expected<domain::AccountId, Trouble> find_account(const LocalStore& store, std::string_view typed) {
  if (!typed.starts_with("acc_")) return find_by_identifier(store, typed);
  const auto account = read_account_id(typed);
  if (!account) return account;
  const auto version = store.reader().log().version_of(domain::Subject::of(*account));
  if (!version) return std::unexpected(Trouble{ExitStatus::StoreRefuses, version.error()});
  if (*version == 0) return trouble(ExitStatus::No, "there is no such account");
  return *account;
}

}  // namespace tweestap::app
