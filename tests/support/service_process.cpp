#include "tests/support/service_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/places.h"

namespace tweestap::tests {
namespace {

using namespace std::chrono_literals;

constexpr auto kStartPatience = 30s;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// In the child: never returns.
[[noreturn]] void become(const std::vector<std::string>& command,
                         const std::map<std::string, std::string>& environment) {
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> arguments;
  for (const std::string& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

int status_of(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

pid_t start(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment,
            const std::filesystem::path& out, const std::filesystem::path& err) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  const int out_file = open(out.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int err_file = open(err.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (out_file < 0 || err_file < 0) _exit(126);
  dup2(out_file, STDOUT_FILENO);
  dup2(err_file, STDERR_FILENO);
  become(command, environment);
}

std::filesystem::path scratch_file(const std::string& what) {
  static int counter = 0;
  return std::filesystem::temp_directory_path() /
         ("tweestap-test-" + std::to_string(getpid()) + "-" + std::to_string(++counter) + "-" + what);
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& command,
                          const std::map<std::string, std::string>& environment) {
  const auto out = scratch_file("out");
  const auto err = scratch_file("err");
  const pid_t pid = start(command, environment, out, err);
  int wait_status = 0;
  waitpid(pid, &wait_status, 0);
  ProcessResult result{status_of(wait_status), read_file(out), read_file(err)};
  std::filesystem::remove(out);
  std::filesystem::remove(err);
  return result;
}

ServiceProcess::ServiceProcess(Options options) : log_file_(scratch_file("log")) {
  const auto ports_file = scratch_file("ports");
  std::vector<std::string> command{
      program().string(), "serve",   "--data",      options.data.string(), "--public",
      "127.0.0.1:0",      "--staff", "127.0.0.1:0", "--ports-file",        ports_file.string()};
  command.insert(command.end(), options.flags.begin(), options.flags.end());
  pid_ = start(command, options.environment, options.out, log_file_);
  const auto deadline = std::chrono::steady_clock::now() + kStartPatience;
  while (!std::filesystem::exists(ports_file)) {
    int wait_status = 0;
    if (waitpid(pid_, &wait_status, WNOHANG) == pid_) {
      pid_ = -1;
      ADD_FAILURE() << "the service ended with status " << status_of(wait_status) << " and said:\n" << log();
      return;
    }
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << "the service did not start within 30 s:\n" << log();
      return;
    }
    std::this_thread::sleep_for(5ms);  // polls a file that another process writes; the loop has its own end
  }
  const auto ports = nlohmann::json::parse(read_file(ports_file));
  people_ = ports.at("public");
  staff_ = ports.at("staff");
  std::filesystem::remove(ports_file);
}

ServiceProcess::~ServiceProcess() {
  kill();
  std::filesystem::remove(log_file_);
}

int ServiceProcess::wait() {
  int wait_status = 0;
  waitpid(pid_, &wait_status, 0);
  pid_ = -1;
  return status_of(wait_status);
}

int ServiceProcess::stop() {
  if (pid_ <= 0) return -1;
  ::kill(pid_, SIGTERM);
  return wait();
}

void ServiceProcess::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  wait();
}

std::string ServiceProcess::log() const { return read_file(log_file_); }

HttpAnswer try_call(const std::string& url, const std::string& method, const std::string& path,
                    const std::string& token, const std::optional<nlohmann::json>& body, const HttpHeaders& headers) {
  httplib::Client client{url};
  client.set_connection_timeout(5s);
  client.set_read_timeout(45s);
  httplib::Request request;
  request.method = method;
  request.path = path;
  for (const auto& [name, value] : headers) request.headers.emplace(name, value);
  if (!token.empty()) request.headers.emplace("Authorization", "Bearer " + token);
  if (body) {
    request.headers.emplace("Content-Type", "application/json");
    request.body = body->dump();
  }
  const auto result = client.send(request);
  HttpAnswer answer;
  if (!result) return answer;
  answer.status = result->status;
  answer.body = result->body;
  answer.json = nlohmann::json::parse(result->body, nullptr, false);
  for (const auto& [name, value] : result->headers) answer.headers.emplace(name, value);
  return answer;
}

HttpAnswer call(const std::string& url, const std::string& method, const std::string& path, const std::string& token,
                const std::optional<nlohmann::json>& body, const HttpHeaders& headers) {
  HttpAnswer answer = try_call(url, method, path, token, body, headers);
  EXPECT_NE(answer.status, 0) << method << " " << path << ": nobody answers";
  return answer;
}

std::string app_code(const std::string& base32_secret, int ahead) {
  const std::time_t at = std::time(nullptr) + ahead * 30;
  const auto result = run_process({"oathtool", "--totp", "-b", "--now", "@" + std::to_string(at), base32_secret});
  EXPECT_EQ(result.status, 0) << result.err;
  return result.out.substr(0, 6);
}

std::string next_app_code(const std::string& base32_secret) {
  static std::map<std::string, std::int64_t> last_step;
  std::int64_t& last = last_step[base32_secret];
  std::int64_t step = std::time(nullptr) / 30;
  // A code of the next step counts already (RFC 6238's window), so a test seldom waits for the clock.
  if (step <= last) step = last + 1;
  while (step > std::time(nullptr) / 30 + 1) std::this_thread::sleep_for(100ms);
  last = step;
  return app_code(base32_secret, static_cast<int>(step - std::time(nullptr) / 30));
}

}  // namespace tweestap::tests
