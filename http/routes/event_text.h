#pragma once
// An event as a sentence for people, from the catalogue.
#include <string_view>

#include "domain/all_events.h"
#include "http/texts.h"

namespace tweestap::http {

/// The text `event.<type>`, or the more exact one with what the event says behind it (`event.login.completed.pwd.otp`)
/// where the catalogue has it. Never anything that somebody typed.
[[nodiscard]] std::string_view event_text(const Texts& texts, Language language, const domain::Event& event);

}  // namespace tweestap::http
