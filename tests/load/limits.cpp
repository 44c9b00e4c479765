#include "tests/load/limits.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/listener.h"
#include "platform/crypto/argon2.h"
#include "tests/load/seeded_service.h"

namespace tweestap::load {
namespace {

using Clock = std::chrono::steady_clock;

double per_second(std::size_t count, Clock::time_point begin) {
  return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - begin).count();
}

void must_be_ok(const rocksdb::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

std::unique_ptr<rocksdb::DB> new_store(const std::filesystem::path& folder) {
  static int stores = 0;
  rocksdb::Options options;
  options.create_if_missing = true;
  options.error_if_exists = true;
  rocksdb::DB* opened = nullptr;
  must_be_ok(rocksdb::DB::Open(options, (folder / ("limit" + std::to_string(++stores))).string(), &opened));
  return std::unique_ptr<rocksdb::DB>{opened};
}

}  // namespace

std::size_t bytes_of_a_command(const eventstore::Log& log, std::uint64_t position, std::size_t commands) {
  std::uint64_t bytes = 0;
  while (true) {
    const auto page = or_give_up(log.read(position));
    if (page.empty()) break;
    for (const eventstore::Record& record : page) {
      bytes += record.envelope.size();
      const auto sealed = or_give_up(log.sealed(record.position, eventstore::SealedClass::Personal));
      if (sealed) bytes += sealed->size();
    }
    position = page.back().position;
  }
  return static_cast<std::size_t>(2 * bytes / commands);
}

LoadResult run_constant(std::size_t requests, std::size_t connections, const http::Texts& texts) {
  http::ListenerOptions options;
  auto listener = or_give_up(http::Listener::open(std::move(options), texts));
  const std::string body(420, 'x');
  listener->start([&body](http::Request&) { return http::Response::json(http::Success::Ok, body); });
  const std::vector<std::string> same(
      requests, post_request("/v1/logins/current/code", std::string(47, 't'), "{\"code\":\"000000\"}"));
  LoadResult result = run_load(listener->port(), same, connections);
  listener->stop();
  return result;
}

double group_commits_per_second(const std::filesystem::path& folder, std::size_t writes, std::size_t clients,
                                std::size_t bytes) {
  const auto db = new_store(folder);
  const std::string value(bytes, 'v');
  const auto begin = Clock::now();
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < clients; ++t) {
    threads.emplace_back([&, t] {
      rocksdb::WriteOptions synced;
      synced.sync = true;
      for (std::size_t i = t; i < writes; i += clients) {
        must_be_ok(db->Put(synced, std::to_string(i), value));
      }
    });
  }
  threads.clear();
  return per_second(writes, begin);
}

double batched_items_per_second(const std::filesystem::path& folder, std::size_t items, std::size_t together,
                                std::size_t bytes) {
  const auto db = new_store(folder);
  const std::string value(bytes, 'v');
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < items;) {
    rocksdb::WriteBatch batch;
    for (const std::size_t end = std::min(items, i + together); i < end; ++i) {
      must_be_ok(batch.Put(std::to_string(i), value));
    }
    must_be_ok(db->Write(synced, &batch));
  }
  return per_second(items, begin);
}

double argon2_per_second(std::size_t count, const std::string& password) {
  const platform::Secret pepper = platform::Secret::from_text("a pepper of thirty-two bytes, so");
  const platform::Secret typed = platform::Secret::from_text(password);
  const std::array<std::uint8_t, platform::kSaltBytes> salt{};
  const auto verifier = or_give_up(platform::make_verifier(typed, salt, {}, pepper, 1));
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const auto begin = Clock::now();
  std::vector<std::jthread> workers;
  for (std::size_t t = 0; t < cores; ++t) {
    workers.emplace_back([&, t] {
      for (std::size_t i = t; i < count; i += cores) {
        if (!or_give_up(platform::check_password(typed, verifier, pepper))) std::exit(1);
      }
    });
  }
  workers.clear();
  return per_second(count, begin);
}

}  // namespace tweestap::load
