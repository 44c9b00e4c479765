// Many people move here at once: lines in, a result a line out, both as streams, with a bounded number under way.
#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eventstore/key_ring.h"
#include "eventstore/partition.h"
#include "http/authenticate.h"
#include "http/body_stream.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/json_writer.h"
#include "http/refusals.h"
#include "http/routes/new_account.h"
#include "http/routes/routes.h"
#include "http/tokens.h"
#include "platform/crypto/secret.h"
#include "platform/logging.h"
#include "projections/decide.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

constexpr std::uint64_t kImportBytesMax = std::uint64_t{64} << 20;  // about 300,000 people (docs/operator.md)
constexpr std::size_t kLineBytesMax = kBodyBytesMax;                // a line is a body of POST /v1/accounts
constexpr std::size_t kReadAtOnce = 64 * 1024;
// Accounts whose commands are sent together, with one sync of their keys.
constexpr std::size_t kTogether = 170;
// How many such batches are under way while the next one is read: one that is decided, one that is stored, and one that
// is told of. Together they leave half of the usual queue to people who log in meanwhile.
constexpr std::size_t kUnderWayMax = 3;

// Cuts a stream into lines; holds one piece of it and the rest of a line. What was read is wiped, for lines have
// passwords and secrets in them.
class Lines {
 public:
  explicit Lines(BodyStream& stream) : stream_(stream), room_(kLineBytesMax + kReadAtOnce) {}
  ~Lines() { platform::wipe_memory({reinterpret_cast<std::uint8_t*>(room_.data()), room_.size()}); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  struct Line {
    std::span<char> text;  // until the next call
    bool too_long = false;
  };
  // Nothing behind the last one, and where the stream broke off.
  std::optional<Line> next() {
    bool too_long = false;
    for (;;) {
      const auto begin = room_.begin() + static_cast<std::ptrdiff_t>(begin_);
      const auto end = room_.begin() + static_cast<std::ptrdiff_t>(end_);
      const auto found = std::find(begin, end, '\n');
      if (found != end) {
        begin_ += static_cast<std::size_t>(found - begin) + 1;
        return Line{{begin, found}, too_long || found - begin > static_cast<std::ptrdiff_t>(kLineBytesMax)};
      }
      if (end_ - begin_ > kLineBytesMax) {  // thrown away up to its end
        too_long = true;
        begin_ = end_;
      }
      if (over_) {
        if (begin_ == end_ && !too_long) return std::nullopt;
        const std::size_t first = std::exchange(begin_, end_);
        return Line{{room_.data() + first, end_ - first}, too_long};
      }
      if (!read_more()) return std::nullopt;
    }
  }
  [[nodiscard]] bool broke_off() const { return broke_off_; }

 private:
  bool read_more() {
    std::memmove(room_.data(), room_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
    const auto read = stream_.read(std::span{room_}.subspan(end_));
    broke_off_ = !read;
    if (!read) return false;
    over_ = *read == 0;
    end_ += *read;
    return true;
  }

  BodyStream& stream_;
  std::vector<char> room_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool over_ = false;
  bool broke_off_ = false;
};

// What became of a line, or is about to.
struct Entry {
  std::uint64_t line = 0;
  std::optional<Problem> problem;
  std::optional<domain::AccountId> account;
  bool existing = false;
  std::optional<NewAccount> fresh;  // until it is submitted
  domain::LookupHash identifier;
};

class Import {
 public:
  Import(const Services& services, const Request& request)
      : services_(services), request_(request), stream_(*request.stream), lines_(stream_) {}

  Response run() {
    const bool whole = read_lines() && tell_rest() && stream_.finish();
    if (came_) services_.stand_ins.accounts_came();
    Response response = Response::empty(Success::Ok);
    response.streamed = true;
    if (!whole) {
      services_.log.write(platform::LogLevel::Warning, "import.cut_off",
                          {{"lines", std::to_string(number_)}, {"request_id", request_.request_id}});
    }
    return response;
  }

 private:
  // Entries whose commands are under way, and the commands.
  struct UnderWay {
    std::vector<Entry> entries;
    std::optional<eventstore::SubmittedTogether> commands;
  };

  bool read_lines() {
    while (const auto line = lines_.next()) {
      making_.push_back(read(*line));
      if (making_.size() == kTogether && !submit()) return false;
    }
    return !lines_.broke_off();
  }

  Entry read(const Lines::Line& line) {
    Entry entry;
    entry.line = ++number_;
    if (line.too_long) {
      entry.problem = Problem{.code = ProblemCode::PayloadTooLarge};
      return entry;
    }
    const auto body = read_json_object(line.text, kNewAccountBody);
    if (!body) {
      entry.problem = body.error();
      return entry;
    }
    if (auto trouble = read(*body, entry)) entry.problem = std::move(trouble);
    return entry;
  }

  std::optional<Problem> read(const Body& body, Entry& entry) {
    auto identifier = read_identifier(services_, body);
    if (!identifier) return identifier.error();
    entry.identifier = identifier->hash;
    // First, so that repeating an import costs little, whatever else its lines say.
    const auto owner = projections::Moment::latest(services_.partition.reader()).find(identifier->hash);
    if (!owner) return Problem{.code = ProblemCode::Unavailable};
    if (*owner) {
      entry.account = **owner;
      entry.existing = true;
      return std::nullopt;
    }
    auto account = read_new_account(services_, body, std::move(*identifier));
    if (!account) return account.error();
    if (account->password) {
      auto hashed = hash_password(services_, *account->password);
      if (!hashed) return hashed.error();
      account->verifier = std::move(*hashed);
    }
    const auto id = draw_id<domain::AccountId>(services_.random);
    if (!id) return Problem{.code = ProblemCode::Unavailable};
    entry.account = *id;
    entry.fresh = std::move(*account);
    return std::nullopt;
  }

  // Sends what was read on its way, once there is room for it.
  bool submit() {
    if (under_way_.size() == kUnderWayMax && !tell_oldest()) return false;
    UnderWay next{std::exchange(making_, {}), std::nullopt};
    next.commands = commands_of(next.entries);
    under_way_.push_back(std::move(next));
    return true;
  }

  bool tell_rest() {
    if (!making_.empty() && !submit()) return false;
    while (!under_way_.empty()) {
      if (!tell_oldest()) return false;
    }
    return true;
  }

  std::optional<eventstore::SubmittedTogether> commands_of(std::vector<Entry>& entries) {
    std::vector<domain::Subject> subjects;
    for (const Entry& entry : entries) {
      if (entry.fresh) subjects.push_back(domain::Subject::of(*entry.account));
    }
    if (subjects.empty()) return std::nullopt;
    auto keys = services_.keys.create_new_subjects_keys(subjects);
    if (!keys) return give_up(entries, keys.error());
    std::vector<eventstore::Submission> submissions;
    submissions.reserve(subjects.size());
    for (Entry& entry : entries) {
      if (!entry.fresh) continue;
      const auto id = draw_id<domain::CommandId>(services_.random);
      if (!id) return give_up(entries, id.error());
      eventstore::NewSubjectKeys& own = (*keys)[submissions.size()];
      eventstore::Submission& submission = submissions.emplace_back();
      submission.id = *id;
      submission.keys = std::make_shared<const eventstore::SubjectKeys>(std::move(own.keys));
      submission.keys_subject = subjects[submissions.size() - 1];
      submission.new_wrapped_keys.push_back(std::move(own.wrapped));
      submission.command = std::make_unique<projections::AccountCommand>(
          *id, registration_of(*entry.fresh, *entry.account, request_.caller->actor()));
    }
    came_ = true;
    return services_.partition.submit_together(std::move(submissions));
  }

  std::optional<eventstore::SubmittedTogether> give_up(std::vector<Entry>& entries, const platform::Failure& failure) {
    tell_operator(failure);
    for (Entry& entry : entries) {
      if (std::exchange(entry.fresh, std::nullopt)) entry.problem = Problem{.code = ProblemCode::Unavailable};
    }
    return std::nullopt;
  }

  bool tell_oldest() {
    UnderWay done = std::move(under_way_.front());
    under_way_.pop_front();
    if (done.commands) note_results(done.entries, done.commands->wait());
    std::string text;
    for (const Entry& entry : done.entries) text.append(result_of(entry)).push_back('\n');
    return stream_.write(text);
  }

  void note_results(std::vector<Entry>& entries,
                    const std::vector<std::expected<eventstore::Committed, platform::Failure>>& results) {
    std::size_t at = 0;
    for (Entry& entry : entries) {
      if (entry.fresh) note_result(entry, results[at++]);
    }
  }

  void note_result(Entry& entry, const std::expected<eventstore::Committed, platform::Failure>& result) {
    if (!result) {
      tell_operator(result.error());
      entry.problem = Problem{.code = ProblemCode::Unavailable};
      return;
    }
    const auto& outcome = dynamic_cast<const projections::DecidedOutcome&>(*result->outcome).value;
    if (outcome) return;
    if (outcome.error().why != domain::Refusal::IdentifierTaken) {
      entry.problem = problem_of(outcome.error(), result->time);
      return;
    }
    // Another line of this import, or somebody else, was a little earlier.
    const auto owner = projections::Moment::latest(services_.partition.reader()).find(entry.identifier);
    if (!owner || !*owner) {
      entry.problem = Problem{.code = ProblemCode::Unavailable};
      return;
    }
    entry.account = **owner;
    entry.existing = true;
  }

  std::string result_of(const Entry& entry) const {
    JsonWriter json{128};
    json.begin_object().member("line", entry.line);
    if (const auto& problem = entry.problem) {
      json.member("code", problem_info(problem->code).name)
          .member("detail", problem_detail(services_.texts, request_.language, *problem));
      if (!problem->member.empty()) json.member("member", problem->member);
    } else {
      json.member("account", entry.account->text());
      if (entry.existing) json.member("existing", true);
    }
    json.end_object();
    return json.take();
  }

  // Once: what stops one stops thousands.
  void tell_operator(const platform::Failure& failure) {
    if (std::exchange(operator_told_, true)) return;
    services_.log.write(platform::LogLevel::Error, "import.failed",
                        {{"reason", failure.reason}, {"request_id", request_.request_id}});
  }

  const Services& services_;
  const Request& request_;
  BodyStream& stream_;
  Lines lines_;
  std::uint64_t number_ = 0;
  bool came_ = false;  // accounts were asked for, whether or not anybody still hears of it
  bool operator_told_ = false;
  std::vector<Entry> making_;
  std::deque<UnderWay> under_way_;
};

constexpr AnswerMember kResultMembers[] = {
    {"line", AnswerType::Integer, true, "Which line, from 1."},
    {"account", AnswerType::String, false, "The account's id."},
    {"existing", AnswerType::Boolean, false, "true: it was there already, and nothing of it was changed."},
    {"code", AnswerType::String, false, "Why there is none: a code as problems have it."},
    {"detail", AnswerType::String, false, "The same in words."},
    {"member", AnswerType::String, false, "malformed_request: which member."},
};
constexpr AnswerShape kResultShape{"ImportResult", kResultMembers};

}  // namespace

std::vector<Route> staff_import_routes(const Services& services) {
  // One at a time: two would only share the store, and each may keep results that nobody has read yet.
  const auto running = std::make_shared<std::mutex>();
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/accounts/import",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAdmin, Principal::KeyAdmin}.fresh(),
      .throttle = Throttle::none("sets passwords and compares none"),
      .summary = "Makes many accounts, one a line; repeating it is harmless.",
      .query = Query::none(),
      .body = RequestBody::lines(kNewAccountBody, kImportBytesMax),
      .answers = Answers{Answer::lines("a result for each line, in their order", kResultShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services, running](Request& request, const Body&) {
        const std::unique_lock alone{*running, std::try_to_lock};
        if (!alone) return problem_response(request, ProblemCode::Unavailable);
        return Import{services, request}.run();
      }},
  });
  return routes;
}

}  // namespace tweestap::http
