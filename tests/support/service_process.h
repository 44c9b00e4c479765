#pragma once
// The real program as a child process, and a person or machine who talks to it over real sockets.
#include <sys/types.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace tweestap::tests {

/// What a process said and how it ended.
struct ProcessResult {
  int status = -1;  ///< exit status; 128 + signal where one ended it
  std::string out;
  std::string err;
};

/// Runs a program to its end. `environment` is added to this process's own.
[[nodiscard]] ProcessResult run_process(const std::vector<std::string>& command,
                                        const std::map<std::string, std::string>& environment = {});

/// `tweestap serve` on a data folder, ready to answer. Ends with SIGKILL unless stopped before.
class ServiceProcess {
 public:
  struct Options {
    std::filesystem::path data;
    std::vector<std::string> flags;                  ///< further flags of `serve`
    std::map<std::string, std::string> environment;  ///< `TWEESTAP_…`, LD_PRELOAD
    std::filesystem::path out{"/dev/null"};          ///< what it writes to stdout is added to this file
  };
  /// Starts it and waits until both listeners answer; a service that ends instead fails the test with what it said.
  explicit ServiceProcess(Options options);
  ~ServiceProcess();
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  [[nodiscard]] const std::string& people() const { return people_; }  ///< `http://127.0.0.1:PORT`
  [[nodiscard]] const std::string& staff() const { return staff_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// SIGTERM, and its exit status.
  int stop();
  /// SIGKILL, as a crash.
  void kill();
  /// Everything it wrote to stderr so far.
  [[nodiscard]] std::string log() const;

 private:
  int wait();
  std::filesystem::path log_file_;
  std::string people_;
  std::string staff_;
  pid_t pid_ = -1;
};

/// An answer, its body read where it is JSON.
struct HttpAnswer {
  int status = 0;
  nlohmann::json json;
  std::string body;
  std::multimap<std::string, std::string> headers;

  [[nodiscard]] std::string text(const std::string& member) const { return json.value(member, std::string{}); }
};

/// Headers beside the token.
using HttpHeaders = std::multimap<std::string, std::string>;

/// One request on a connection of its own. Fails the test where nobody answers.
HttpAnswer call(const std::string& url, const std::string& method, const std::string& path,
                const std::string& token = {}, const std::optional<nlohmann::json>& body = std::nullopt,
                const HttpHeaders& headers = {});
/// The same; status 0 where nobody answers.
HttpAnswer try_call(const std::string& url, const std::string& method, const std::string& path,
                    const std::string& token = {}, const std::optional<nlohmann::json>& body = std::nullopt,
                    const HttpHeaders& headers = {});

/// The code that an authenticator app shows, as `oathtool` computes it; `ahead` steps of 30 s from now.
[[nodiscard]] std::string app_code(const std::string& base32_secret, int ahead = 0);
/// Waits until the app shows another code than at the last call with this secret: a code counts once.
[[nodiscard]] std::string next_app_code(const std::string& base32_secret);

}  // namespace tweestap::tests
