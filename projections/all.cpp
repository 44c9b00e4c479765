#include "projections/all.h"

#include <algorithm>

#include "projections/accounts.h"
#include "projections/api_keys.h"
#include "projections/audit_reads.h"
#include "projections/directory.h"
#include "projections/limits.h"
#include "projections/policy.h"
#include "projections/resets.h"
#include "projections/sms_sendings.h"
#include "projections/tokens.h"

namespace tweestap::projections {

Views::Views() : Views(std::make_shared<AccountCache>()) {}

Views::Views(std::shared_ptr<AccountCache> cache)
    : Views(std::make_unique<AccountsView>(std::move(cache)), Keeping::InRows) {}

Views::Views(ForRebuild) : Views(std::make_unique<AccountsView>(kAccountsKeptMax), Keeping::UntilTheEnd) {}

Views::Views(std::unique_ptr<eventstore::InlineView> accounts, Keeping keeping)
    : views_{std::move(accounts),
             std::make_unique<DirectoryView>(),
             std::make_unique<TokensView>(keeping),
             std::make_unique<LimitsView>(keeping),
             std::make_unique<ApiKeysView>(),
             std::make_unique<PolicyView>(),
             std::make_unique<AuditReadsView>(keeping),
             std::make_unique<SmsSendingsView>(keeping),
             std::make_unique<ResetsView>(keeping)} {
  std::ranges::transform(views_, pointers_.begin(), [](const auto& view) { return view.get(); });
}

Views::~Views() = default;

eventstore::InlineView* Views::find(std::string_view name) const {
  const auto found = std::ranges::find(pointers_, name, &eventstore::InlineView::name);
  return found == pointers_.end() ? nullptr : *found;
}

}  // namespace tweestap::projections
