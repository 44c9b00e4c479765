#pragma once
// docs/reference/siem.md.
#include <string>

namespace tweestap::consumers::siem {

/// What every type of event and every member becomes in OCSF, ECS and CEF, as Markdown. Any thread.
[[nodiscard]] std::string mapping_document();

}  // namespace tweestap::consumers::siem
