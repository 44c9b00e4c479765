#include "http/routes/recovery_set.h"

namespace tweestap::http {

void write_recovery_codes(JsonWriter& json, const RecoveryCodes& codes) {
  json.member_array("recovery_codes");
  for (const platform::Secret& code : codes) json.string(code.reveal_text());
  json.end_array();
}

std::expected<domain::NewRecoverySet, Problem> RecoverySetOnOffer::set() {
  if (!set_) {
    auto drawn = draw_recovery_set(services_);
    if (!drawn) return std::unexpected(std::move(drawn.error()));
    *codes_ = std::move(drawn->shown);
    set_ = std::move(drawn->set);
  }
  return domain::NewRecoverySet{set_->verifiers.clone(), set_->pepper};
}

}  // namespace tweestap::http
