#include "app/version.h"

#if !defined(TWEESTAP_VERSION) || !defined(TWEESTAP_COMMIT)
#error "CMakeLists.txt defines TWEESTAP_VERSION and TWEESTAP_COMMIT for this file"
#endif

namespace tweestap::app {
namespace {

constexpr std::string_view kVersion = TWEESTAP_VERSION;
constexpr std::string_view kCommit = TWEESTAP_COMMIT;  // empty: not known

}  // namespace

std::string_view release() { return kVersion; }

std::string version() {
  std::string text{kVersion};
  if (!kCommit.empty()) text.append(" (").append(kCommit).append(")");
  return text;
}

std::string version_json() {
  std::string text{R"({"version":")"};
  text.append(kVersion).append("\"");
  if (!kCommit.empty()) text.append(R"(,"commit":")").append(kCommit).append("\"");
  return text + "}";
}

}  // namespace tweestap::app
