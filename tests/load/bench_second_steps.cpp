// P-3: logins with a remembered device and with a recovery code, against raw Argon2id verifications; codes by SMS that
// are issued a second, against RocksDB's own group commit of the same bytes.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/load/arguments.h"
#include "tests/load/keep_alive_client.h"
#include "tests/load/limits.h"
#include "tests/load/seeded_service.h"

namespace tweestap::load {
namespace {

using nlohmann::ordered_json;

const std::string kPassword = "the bench's password";
constexpr std::size_t kSmsConnections = 64;

std::size_t cores() { return std::max(1U, std::thread::hardware_concurrency()); }

ordered_json tell(const char* what, double measured, const char* limit_name, double limit) {
  std::printf("| %s | %.0f | %s | %.0f | %.2f |\n", what, measured, limit_name, limit, measured / limit);
  return {{"id", "P-3"},
          {"what", what},
          {"per_second", measured},
          {"limit", limit_name},
          {"limit_per_second", limit},
          {"ratio", measured / limit}};
}

ordered_json measure_hashed(SeededService& service, const char* what, const std::vector<std::string>& requests,
                            std::size_t connections) {
  const LoadResult result = run_load(service.port(), requests, connections);
  must_all_be_good(result);
  return tell(what, result.per_second(), "Argon2id", argon2_per_second(requests.size(), kPassword));
}

ordered_json measure_devices(SeededService& service, std::size_t count) {
  std::vector<std::string> requests;
  for (const Seeded& one : service.seed(count, {.device = true}, kPassword)) {
    const ordered_json body{
        {"identifier", one.identifier}, {"password", kPassword}, {"device_token", one.device_token}};
    requests.push_back(post_request("/v1/logins", "", body.dump()));
  }
  return measure_hashed(service, "logins with a remembered device", requests, cores() * 8);
}

ordered_json measure_recovery(SeededService& service, std::size_t count) {
  const std::string body = ordered_json{{"recovery_code", service.recovery_code()}}.dump();
  std::vector<std::string> requests;
  for (const Seeded& one : service.seed(count, {.login = true}, kPassword)) {
    requests.push_back(post_request("/v1/logins/current/recovery-code", one.login_token, body));
  }
  // No more at a time than are hashed at once: they may take a quarter of the queue, and the rest is refused (THR-6).
  return measure_hashed(service, "recovery codes of begun logins", requests, cores());
}

// Of a session's step-up, the one place where a code is asked for without a password beside it.
ordered_json measure_sms(SeededService& service, std::size_t count) {
  std::vector<std::string> requests;
  for (const Seeded& one : service.seed(count, {.method = domain::Method::Sms}, kPassword)) {
    requests.push_back(post_request("/v1/session/step-up", one.session_token, ""));
  }
  const eventstore::Log& log = service.services().partition.log();
  const std::uint64_t before = log.head().position;
  const LoadResult result = run_load(service.port(), requests, kSmsConnections);
  must_all_be_good(result);
  const std::size_t bytes = bytes_of_a_command(log, before, count);
  return tell("codes by SMS issued (64 connections)", result.per_second(), "group commit of the same bytes",
              group_commits_per_second(service.scratch(), count, kSmsConnections, bytes));
}

int run(const Arguments& arguments) {
  // Codes are issued and nobody sends them: that is bench_sms.
  SeededService service{
      [](platform::Settings& settings) { static_cast<platform::FirstSmsGateway&>(settings).kind = "file"; }};
  std::printf("### P-3: other second steps\n\n| what | /s | limit | /s | ratio |\n| --- | --: | --- | --: | --: |\n");
  const std::size_t hashed = arguments.small ? 400 : 2'000;
  ordered_json results = ordered_json::array();
  results.push_back(measure_devices(service, hashed));
  results.push_back(measure_recovery(service, hashed));
  results.push_back(measure_sms(service, arguments.small ? 20'000 : 60'000));
  if (!arguments.json_file.empty()) std::ofstream{arguments.json_file} << results.dump(2) << '\n';
  return 0;
}

}  // namespace
}  // namespace tweestap::load

int main(int argc, char** argv) { return tweestap::load::run(tweestap::load::read_arguments(argc, argv)); }
