#include "consumers/sms/send_pool.h"

#include <atomic>
#include <barrier>
#include <latch>
#include <set>

#include "consumers/sms/http_gateway.h"
#include "tests/consumers/provider.h"
#include "tests/consumers/sms_parts.h"

namespace tweestap::consumers::sms {
namespace {

// Lets a message go only when all of `together` are there, or at a stop.
class Meeting final : public Gateway {
 public:
  explicit Meeting(int together) : missing_(together) {}
  void wait_until_all_are_there() { all_.wait(); }
  void let_go() { go_.request_stop(); }

 private:
  Outcome try_to_send(const Message&, const std::stop_token& stop) override {
    if (--missing_ == 0) all_.count_down();
    std::mutex mutex;
    std::condition_variable_any until;
    // Before the lock: where they were let go already it is called at once.
    const std::stop_callback wake(go_.get_token(), [&] {
      const std::scoped_lock seen(mutex);
      until.notify_all();
    });
    std::unique_lock lock(mutex);
    until.wait(lock, stop, [this] { return go_.stop_requested(); });
    return {.trouble = stop.stop_requested() ? Trouble::Stopped : Trouble::None};
  }
  std::atomic<int> missing_;
  std::latch all_{1};
  std::stop_source go_;
};

bool offer(SendPool& pool, SendPool::Done done) {
  auto what = message();
  return pool.try_send(what, done);
}

TEST(SendPool, SendsSeveralAtATimeAndSaysWhenItIsFull) {
  constexpr int kThreads = 4;
  Meeting gateway(kThreads);
  std::atomic<int> accepted = 0;
  SendPool pool(gateway, kThreads);
  const SendPool::Done count = [&](const Outcome& outcome) { accepted += outcome.kind() == Outcome::Kind::Accepted; };
  for (int i = 0; i < 2 * kThreads; ++i) EXPECT_TRUE(offer(pool, count)) << i;
  gateway.wait_until_all_are_there();  // it would wait for ever if they came one after the other
  auto what = message();
  auto done = count;
  EXPECT_FALSE(pool.try_send(what, done));
  EXPECT_EQ(what.to, kTestNumber) << "left as it was";
  EXPECT_TRUE(done);
  gateway.let_go();
  EXPECT_TRUE(pool.send(what, done, {}));
  while (accepted < 2 * kThreads + 1) std::this_thread::yield();
}

TEST(SendPool, AStopCutsWhatIsInFlightAndHandsBackTheRest) {
  constexpr int kThreads = 2;
  Meeting gateway(kThreads);
  std::atomic<int> stopped = 0;
  SendPool pool(gateway, kThreads);
  const SendPool::Done count = [&](const Outcome& outcome) { stopped += outcome.trouble == Trouble::Stopped; };
  for (int i = 0; i < 2 * kThreads; ++i) ASSERT_TRUE(offer(pool, count));
  gateway.wait_until_all_are_there();
  pool.stop();
  EXPECT_EQ(stopped, 2 * kThreads);
  EXPECT_FALSE(offer(pool, count));
  auto what = message();
  auto done = count;
  EXPECT_FALSE(pool.send(what, done, {}));
  pool.stop();
  EXPECT_EQ(stopped, 2 * kThreads);
}

TEST(SendPool, WhoWaitsForATurnCanStopWaiting) {
  Meeting gateway(1);
  SendPool pool(gateway, 1);
  const SendPool::Done nothing = [](const Outcome&) {};
  ASSERT_TRUE(offer(pool, nothing));
  ASSERT_TRUE(offer(pool, nothing));
  std::stop_source stop;
  stop.request_stop();
  auto what = message();
  auto done = nothing;
  EXPECT_FALSE(pool.send(what, done, stop.get_token()));
}

TEST(SendPool, KeepsManyMessagesInFlightOverAFewConnections) {
  constexpr std::size_t kThreads = 8;
  constexpr int kMessages = 400;
  const tests::Provider provider([](const tests::ReceivedRequest&) {
    return tests::Reply{.status = 200, .body = R"({"id":"a"})", .headers = {}};
  });
  auto settings = http_settings(provider.url());
  // A slow machine is no failure of ours, nor a server whose queue of new connections is short.
  settings.timeout_s = 30;
  settings.connect_timeout_s = 30;
  const auto gateway = made(HttpGateway::create(settings));
  std::atomic<int> answered = 0;
  {
    SendPool pool(*gateway, kThreads);
    for (int i = 0; i < kMessages; ++i) {
      auto what = message();
      what.reference = "m" + std::to_string(i);
      SendPool::Done done = [&](const Outcome& outcome) {
        EXPECT_EQ(outcome.kind(), Outcome::Kind::Accepted) << reason(outcome);
        ++answered;
      };
      ASSERT_TRUE(pool.send(what, done, {}));
    }
    while (answered < kMessages) std::this_thread::yield();
  }
  std::set<int> connections;
  std::set<std::string> bodies;
  for (const auto& request : provider.received()) {
    connections.insert(request.connection);
    bodies.insert(request.body);
  }
  EXPECT_EQ(bodies.size(), kMessages) << "each once";
  EXPECT_EQ(provider.received().size(), kMessages);
  EXPECT_LE(connections.size(), kThreads);
}

}  // namespace
}  // namespace tweestap::consumers::sms
