#include "tests/load/cpu_time.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <string>

namespace tweestap::load {

double process_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// proc(5): the 14th and 15th field, in ticks. The second one is a name in brackets, which may have blanks.
double cpu_seconds_of(pid_t pid) {
  constexpr int kFieldsBetween = 11;
  std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
  stat.ignore(std::numeric_limits<std::streamsize>::max(), ')');
  std::string passed_over;
  for (int i = 0; i < kFieldsBetween; ++i) stat >> passed_over;
  long user_ticks = 0;
  long system_ticks = 0;
  if (!(stat >> user_ticks >> system_ticks)) return 0;
  return static_cast<double>(user_ticks + system_ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace tweestap::load
