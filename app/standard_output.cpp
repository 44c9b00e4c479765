#include "app/standard_output.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio_ext.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>
#include <utility>

namespace tweestap::app {

using platform::Failure;

void hold_standard_streams() {
  // Stdout the wrong way round: printing fails, as it did when it was closed. Trouble that nobody wants to hear does
  // not.
  for (const auto& [stream, mode] :
       {std::pair{STDIN_FILENO, O_RDONLY}, {STDOUT_FILENO, O_RDONLY}, {STDERR_FILENO, O_WRONLY}}) {
    // The lowest number that is free, and so this one. Without /dev/null it stays closed.
    if (::fcntl(stream, F_GETFD) == -1) static_cast<void>(::open("/dev/null", mode));
  }
}

std::expected<void, Failure> flush_output() {
  errno = 0;
  std::cout.flush();  // by way of stdio
  const bool flushed = std::fflush(stdout) == 0;
  const int why = errno;  // 0 where it was an earlier writing that failed
  if (flushed && std::ferror(stdout) == 0 && std::cout.good()) return {};
  // What did not get through would otherwise be tried, and fail, once more at exit.
  __fpurge(stdout);
  std::clearerr(stdout);
  std::cout.clear();
  std::string sentence = "the output could not be written to standard output";
  if (why != 0) sentence.append(": ").append(std::strerror(why));
  return std::unexpected(Failure{Failure::Kind::Unavailable, std::move(sentence)});
}

bool reader_went_away() {
  pollfd out{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP)) != 0;
}

ExitStatus after_output(ExitStatus status) {
  const auto written = flush_output();
  if (written || reader_went_away()) return status;
  const ExitStatus lost = fail(ExitStatus::NotReachable, written.error());
  return status == ExitStatus::Done ? lost : status;
}

}  // namespace tweestap::app
