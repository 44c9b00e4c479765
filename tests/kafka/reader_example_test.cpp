// docs/examples/code_alarm.cpp, as people copy it, against a real broker.
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/types.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/kafka/reader_fixture.h"
#include "tests/support/eventually.h"

namespace tweestap::reader {
namespace {

using tests::eventually;

// docs/examples/code_alarm.cpp, as it was built beside this test. It ends itself where the test does not end it.
class CodeAlarm {
 public:
  CodeAlarm(const Options& options, const std::string& group)
      : pipe_(::popen(("echo $$; exec timeout -s TERM 120 " + std::string{TWEESTAP_CODE_ALARM} + " " + options.brokers +
                       " " + options.topic + " " + group + " 2>&1")
                          .c_str(),
                      "r")) {
    if (pipe_ == nullptr) return;
    std::setvbuf(pipe_, nullptr, _IONBF, 0);  // what was not taken is still in the pipe
    pid_ = static_cast<pid_t>(std::strtol(line().c_str(), nullptr, 10));
  }
  ~CodeAlarm() {
    if (pipe_ != nullptr) end();
  }
  CodeAlarm(const CodeAlarm&) = delete;
  CodeAlarm& operator=(const CodeAlarm&) = delete;

  /// The next line that it prints; empty where it has ended.
  std::string line() {
    std::array<char, 256> text{};
    return pipe_ != nullptr && std::fgets(text.data(), text.size(), pipe_) != nullptr ? text.data() : "";
  }
  /// Whether there is something that nobody took, or it has ended.
  [[nodiscard]] bool printed() const {
    pollfd one{.fd = pipe_ == nullptr ? -1 : ::fileno(pipe_), .events = POLLIN, .revents = 0};
    return ::poll(&one, 1, 0) != 0;
  }
  /// SIGTERM; what pclose() gives: 0 where it was running until then and ended well, 124 << 8 where it did not end.
  int end() {
    if (pid_ > 0) ::kill(pid_, SIGTERM);
    return ::pclose(std::exchange(pipe_, nullptr));
  }

 private:
  std::FILE* pipe_;
  pid_t pid_ = 0;
};

TEST_F(ReaderTest, TheExampleRaisesAnAlarmAtTheTenthRejectedCode) {
  log_.add_many(9);
  log_.add("login.completed", 2, "{}");
  log_.add_many(10);
  write(1, 9);
  CodeAlarm example{options_, "alarms"};
  // It says what it has to say about an event before it stores that the event is dealt with.
  options_.group = "alarms";
  EXPECT_TRUE(eventually([&] { return stored_in_group() == 9; }));
  EXPECT_FALSE(example.printed()) << "nine are none: " << example.line();
  // Both are in one Kafka partition, so a login that counted as a rejected code would have been the tenth.
  write(10, 11);
  EXPECT_EQ(example.line(), "ALARM: ten codes rejected within a minute, the last at position 11\n");
  // In each Kafka partition a rejected code is the last one, so everything is stored.
  write(12, 20);
  EXPECT_TRUE(eventually([&] { return stored_in_group() == 20; }));
  EXPECT_FALSE(example.printed()) << "nine more are none: " << example.line();
  EXPECT_EQ(example.end(), 0);
}

}  // namespace
}  // namespace tweestap::reader
