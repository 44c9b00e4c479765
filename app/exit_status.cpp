#include "app/exit_status.h"

#include <cstdio>

namespace tweestap::app {

ExitStatus fail(ExitStatus status, const platform::Failure& failure) {
  std::fprintf(stderr, "tweestap: %s\n", failure.reason.c_str());
  return status;
}

}  // namespace tweestap::app
