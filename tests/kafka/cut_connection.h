#pragma once
// A line to a broker that a test can spoil: what passes over it is held up, lost or cut off.
#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <random>
#include <string>
#include <thread>

namespace tweestap::tests {

/// Listens on loopback and passes everything on, both ways. A connection that lost a byte never passes another one, as
/// with TCP itself: it is cut when the line is well again. What a client that has gone had sent arrives all the same.
/// Thread rule: any.
class CutConnection {
 public:
  enum class Mood : std::uint8_t {
    Passes,
    Delays,    ///< every byte comes 200 ms later, in its order
    Swallows,  ///< requests arrive, answers do not: what was acknowledged is not heard of
    Drops,     ///< neither arrives, and nobody is told
    Cuts,      ///< every connection ends after some hundred thousand bytes of requests at most, within one as a rule
  };

  explicit CutConnection(std::uint64_t seed);
  ~CutConnection();
  CutConnection(const CutConnection&) = delete;
  CutConnection& operator=(const CutConnection&) = delete;

  /// Where it listens, from the constructor on.
  [[nodiscard]] int port() const { return port_; }
  /// Where it leads, on 127.0.0.1. Before the first connection.
  void lead_to(int port);
  void be(Mood mood);
  /// Ends every connection, with a reset. New ones are welcome.
  void cut();

  /// What happened so far, so that a test knows that it tested something.
  struct Counts {
    std::uint64_t connections = 0;
    std::uint64_t cut = 0;             ///< connections that were ended from here
    std::uint64_t swallowed = 0;       ///< bytes of answers that did not arrive
    std::uint64_t dropped = 0;         ///< bytes of requests likewise
    std::uint64_t delayed_bytes = 0;   ///< bytes that came later
    std::uint64_t requests_bytes = 0;  ///< bytes of requests that arrived
  };
  [[nodiscard]] Counts counts() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Piece {
    std::string bytes;
    Clock::time_point due;
  };
  struct Way {
    int from = -1;
    int to = -1;
    std::deque<Piece> pieces;
    bool answers = false;  // from the broker
    bool ended = false;    // nothing more comes
    bool lost = false;     // a byte was lost: nothing more passes
    bool cut = false;      // the line ends behind the first of the pieces
    bool deaf = false;     // nobody takes it any more
  };
  struct Line {
    Way requests;
    Way answers;
    std::uint64_t passed = 0;     // bytes of requests
    std::uint64_t cut_after = 0;  // in the mood Cuts
    bool over = false;
  };

  void run(const std::stop_token& stop);
  void wait(Clock::time_point now);
  void accept_all();
  void read(Line& line, Way& way, Clock::time_point now);
  void pass(Line& line, Way& way, Clock::time_point now);
  void end(Line& line);
  void wake();

  int listener_ = -1;
  int wake_ = -1;
  int port_ = 0;

  mutable std::mutex mutex_;  // over everything below
  int leads_to_ = 0;
  Mood mood_ = Mood::Passes;
  Counts counts_;
  std::mt19937_64 random_;
  std::list<Line> lines_;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace tweestap::tests
