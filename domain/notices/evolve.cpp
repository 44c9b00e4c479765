#include "domain/evolve.h"

namespace tweestap::domain {

// What a person was told changes nothing of the account; whoever tells it reads the log.
void evolve(AccountState&, const NoticeSent&, const At&) {}
void evolve(AccountState&, const NoticeFailed&, const At&) {}

}  // namespace tweestap::domain
