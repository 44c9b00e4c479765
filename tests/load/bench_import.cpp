// Accounts a second that move here with given hashes, against RocksDB's batches of the same bytes, and what the
// service's memory does meanwhile.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/load/arguments.h"
#include "tests/load/limits.h"
#include "tests/support/import_client.h"
#include "tests/support/service_process.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using std::chrono::steady_clock;

std::size_t resident_kib(pid_t pid) {
  std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  }
  return 0;
}

std::uintmax_t bytes_in(const std::filesystem::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
    std::error_code gone;  // RocksDB removes files meanwhile
    if (const auto size = entry.file_size(gone); !gone && entry.is_regular_file()) bytes += size;
  }
  return bytes;
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::string line;
  std::getline(in, line);
  return line;
}

// People of another system: a bcrypt hash, and every other one an app.
std::string lines_of(std::size_t first, std::size_t count) {
  std::string lines;
  for (std::size_t i = first; i < first + count; ++i) {
    lines += R"({"identifier":"person)" + std::to_string(i) +
             R"(@example.org","password_hash":"$2b$12$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy")";
    if (i % 2 == 0) lines += R"(,"totp_secret":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")";
    lines += "}\n";
  }
  return lines;
}

struct Figure {
  double per_second = 0;
  std::size_t before_kib = 0;
  std::size_t peak_kib = 0;
  std::size_t after_kib = 0;
};

Figure measure(const ServiceProcess& service, const std::string& key, std::size_t first, std::size_t count) {
  Figure figure;
  const std::string lines = lines_of(first, count);
  figure.before_kib = resident_kib(service.pid());
  const auto began = steady_clock::now();
  const ImportAnswer answer = send_import(service.staff(), key, lines, [&](std::size_t n) {
    if (n % 1000 == 0) figure.peak_kib = std::max(figure.peak_kib, resident_kib(service.pid()));
  });
  const double took = std::chrono::duration<double>(steady_clock::now() - began).count();
  figure.per_second = static_cast<double>(answer.lines.size()) / took;
  figure.after_kib = resident_kib(service.pid());
  const auto made = std::ranges::count_if(
      answer.lines, [](const std::string& line) { return line.contains("\"account\"") && !line.contains("existing"); });
  if (answer.status != 200 || !answer.whole || static_cast<std::size_t>(made) != count) {
    std::cerr << "the import was not whole: status " << answer.status << ", " << made << " accounts of " << count
              << (answer.lines.empty() ? "" : ", last: " + answer.lines.back()) << '\n';
    std::exit(1);
  }
  return figure;
}

int run(const load::Arguments& arguments) {
  const TemporaryFolder folder;
  const TemporaryFolder scratch;
  const auto key_file = folder.path() / "admin-key";
  const ServiceProcess service{
      {.data = folder.path() / "data", .flags = {"--admin-key-file", key_file.string()}, .environment = {}}};
  const std::string key = first_line(key_file);
  constexpr std::size_t kCount = 100'000;
  constexpr std::size_t kTogether = 170;  // as many as the import sends together
  const std::size_t rounds = arguments.small ? 2 : 8;
  std::printf("### Import of %zu accounts with given hashes\n\n", kCount);
  std::printf(
      "| accounts before | imported /s (wanted 20,000) | raw batches of RocksDB /s | ratio | MiB before | peak | "
      "after |\n| --- | --: | --: | --: | --: | --: | --: |\n");
  nlohmann::json json = nlohmann::json::array();
  for (std::size_t before = 0; before < rounds * kCount; before += kCount) {
    const std::uintmax_t bytes_before = bytes_in(folder.path());
    const Figure figure = measure(service, key, before, kCount);
    // As many bytes as an account came to on the disk, keys of its own and rows included.
    const std::size_t bytes = (bytes_in(folder.path()) - bytes_before) / kCount;
    const double limit = load::batched_items_per_second(scratch.path(), kCount, kTogether, bytes);
    std::printf("| %zu | %.0f | %.0f (%zu bytes each) | %.2f | %zu | %zu | %zu |\n", before, figure.per_second, limit,
                bytes, figure.per_second / limit, figure.before_kib / 1024, figure.peak_kib / 1024,
                figure.after_kib / 1024);
    json.push_back({{"accounts_before", before},
                    {"accounts_per_second", figure.per_second},
                    {"limit_per_second", limit},
                    {"ratio", figure.per_second / limit},
                    {"rss_before_kib", figure.before_kib},
                    {"rss_peak_kib", figure.peak_kib},
                    {"rss_after_kib", figure.after_kib}});
  }
  if (!arguments.json_file.empty()) std::ofstream{arguments.json_file} << json.dump(2) << '\n';
  return 0;
}

}  // namespace
}  // namespace tweestap::tests

int main(int argc, char** argv) { return tweestap::tests::run(tweestap::load::read_arguments(argc, argv)); }
