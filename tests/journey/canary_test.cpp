// A canary in every field of every request that the program describes, with every kind of caller; then none is anywhere
// but where the contract shows it to its owner.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "tests/journey/person.h"
#include "tests/support/files.h"
#include "tests/support/places.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;

// Nothing else in the program, its texts or its answers has this word.
constexpr std::string_view kCanary = "kanarie";
// The one text of a request that is public: what staff call an API key (event api_key.created). It shows that the scan
// finds what is there.
constexpr std::string_view kPublicName = "parkiet";
// Codes are six digits; these stand alone nowhere else.
constexpr std::string_view kCodes[] = {"739215", "604738"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Where a canary is in a text: some bytes of each place.
std::vector<std::string> canaries_in(std::string text) {
  std::vector<std::string> found;
  const auto note = [&](std::size_t at) {
    const std::size_t from = at < 60 ? 0 : at - 60;
    found.push_back(text.substr(from, 140));
  };
  std::string lower = text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (std::size_t at = lower.find(kCanary); at != std::string::npos; at = lower.find(kCanary, at + 1)) note(at);
  for (const std::string_view code : kCodes) {
    for (std::size_t at = text.find(code); at != std::string::npos; at = text.find(code, at + 1)) {
      const bool before = at > 0 && (is_digit(text[at - 1]) || text[at - 1] == '.');
      const bool behind = at + code.size() < text.size() && is_digit(text[at + code.size()]);
      if (!before && !behind) note(at);
    }
  }
  return found;
}

void expect_none(const std::string& where, const std::string& text) {
  const auto found = canaries_in(text);
  EXPECT_TRUE(found.empty()) << found.size() << " in " << where << ", the first: " << found.front();
}

// One operation of openapi.json.
struct Operation {
  std::string url;
  std::string method;
  std::string path;
  json description;
};

class Canaries : public ::testing::Test {
 protected:
  Canaries()
      : service_(ServiceProcess::Options{folder_.path() / "data",
                                         {"--demo", "--admin-key-file", (folder_.path() / "admin-key").string()},
                                         {{"TWEESTAP_LOG_LEVEL", "debug"}},
                                         folder_.path() / "out"}) {
    std::string admin_key;
    std::ifstream{folder_.path() / "admin-key"} >> admin_key;
    credentials_["none"] = "";
    credentials_["one that is none"] = "sst_" + canary("Authorization");
    credentials_["admin key"] = admin_key;
    for (const char* role : {"helpdesk", "auditor", "frontend", "stream"}) {
      const HttpAnswer made =
          call(service_.staff(), "POST", "/v1/api-keys", admin_key, json{{"name", kPublicName}, {"role", role}});
      credentials_[std::string{role} + " key"] = made.text("key");
      victim_key_ = made.text("api_key");
    }
    Person plain;
    plain.open_session(service_.people());
    credentials_["session"] = plain.session;
    Person staff;
    staff.identifier = "helpdesk@example.org";
    const HttpAnswer pending = staff.log_in(service_.staff());
    credentials_["staff's login"] = pending.text("login_token");
    const HttpAnswer started = call(service_.staff(), "POST", "/v1/account/enrolments", pending.text("login_token"),
                                    json{{"password", kDemoPassword}, {"method", "totp"}});
    enrolment_ = started.text("enrolment");
    Person admin;
    admin.identifier = "admin@example.org";
    admin.session = admin.log_in(service_.staff()).text("login_token");
    admin.enrol(service_.staff());
    credentials_["admin's session"] = admin.session;
    victim_ = call(service_.staff(), "POST", "/v1/accounts", admin_key,
                   json{{"identifier", "victim@example.org"}, {"password", "a password of no use"}})
                  .text("account");
  }

  std::string canary(const std::string& where) {
    fields_.insert(where);
    return std::string{kCanary} + std::to_string(++drawn_);
  }

  [[nodiscard]] std::vector<Operation> operations() const {
    std::vector<Operation> all;
    for (const std::string& url : {service_.people(), service_.staff()}) {
      const json document = call(url, "GET", "/openapi.json").json;
      for (const auto& [path, methods] : document.at("paths").items()) {
        for (const auto& [method, description] : methods.items()) {
          std::string verb = method;
          std::ranges::transform(verb, verb.begin(),
                                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
          all.push_back({url, verb, path, description});
        }
      }
    }
    // What ends a session or a key comes last, so that the others still find one.
    std::ranges::stable_partition(all, [](const Operation& one) { return one.method != "DELETE"; });
    return all;
  }

  // A text that fits the member's form, with a canary in it.
  json value_of(const std::string& name, const json& schema) {
    const std::string type = schema.at("type").is_array() ? schema.at("type").at(0) : schema.at("type");
    if (type == "boolean") return true;
    if (type == "integer") return 1;
    if (name == "roles") return json::array({"person"});
    const std::string text = canary("body " + name);
    if (type == "array") return json::array({text});
    if (type == "object") return {{"kty", "EC"}, {"crv", "P-256"}, {"x", text}, {"y", text}};
    if (schema.value("format", "") == "date-time") return "2031-01-01T00:00:00Z";
    if (name == "identifier") return text + "@example.org";
    if (name == "code") return kCodes[drawn_ % 2];
    if (name == "recovery_code") return std::string{"KANA-REAA-"} + "AAAA";
    if (name == "language") return "nl";
    return text + " " + name;
  }

  json body_of(const Operation& operation) {
    const json content = operation.description.at("requestBody").at("content");  // an object, or lines of them
    const json schema = content.front().at("schema");
    json body = json::object();
    for (const auto& [name, member] : schema.at("properties").items()) body[name] = value_of(name, member);
    if (operation.path == "/v1/api-keys") body["name"] = kPublicName, body["role"] = "stream";
    if (operation.path == "/v1/account/enrolments") body["method"] = "totp", body.erase("phone");
    if (operation.path == "/v1/accounts") {  // what moves here from another system is one or the other
      for (const char* name : {"password_hash", "totp_secret", "phone"}) body.erase(name);
    }
    return body;
  }

  std::string target_of(const Operation& operation, bool real) {
    std::string path = operation.path;
    std::string query;
    for (const json& parameter : operation.description.value("parameters", json::array())) {
      const std::string name = parameter.at("name");
      const std::string in = parameter.at("in");
      if (in == "path") {
        const std::string place = "{" + name + "}";
        const std::string id = name == "account"     ? victim_
                               : name == "api_key"   ? victim_key_
                               : name == "enrolment" ? enrolment_
                                                     : std::string{};
        path.replace(path.find(place), place.size(), real && !id.empty() ? id : canary("path " + name));
      } else if (in == "query" && !real) {
        query += (query.empty() ? "?" : "&") + name + "=" + canary("query " + name);
      }
    }
    return path + query;
  }

  HttpHeaders headers_of(const std::string& idempotency_key) {
    HttpHeaders headers;
    for (const char* name : {"User-Agent", "Accept", "Accept-Language", "Referer", "X-Forwarded-For", "Forwarded",
                             "X-Request-Id", "X-Real-IP", "X-Whatever", "Origin"}) {
      headers.emplace(name, canary(name));
    }
    headers.emplace("Cookie", "session=" + canary("Cookie") + "; login=" + canary("Cookie"));
    if (!idempotency_key.empty()) headers.emplace("Idempotency-Key", idempotency_key);
    return headers;
  }

  void ask(const Operation& operation, const std::string& credential, const std::string& target,
           const std::optional<json>& body) {
    const bool changes = operation.method != "GET";
    const HttpAnswer answer = call(operation.url, operation.method, target, credential, body,
                                   headers_of(changes ? canary("Idempotency-Key") : ""));
    const bool success = answer.status >= 200 && answer.status < 300;
    success ? ++successes_ : ++errors_;
    if (success) answered_.insert(operation.method + " " + operation.path);
    const std::string asked = operation.method + " " + target + ": " + std::to_string(answer.status);
    if (!success) expect_none("the error of " + asked, answer.body);
    for (const auto& [name, value] : answer.headers) expect_none("header " + name + " of " + asked, value);
    if (operation.path == "/metrics") expect_none("the metrics", answer.body);
  }

  void ask_everything() {
    for (const Operation& operation : operations()) {
      for (const auto& [name, credential] : credentials_) {
        for (const bool real : {false, true}) {
          std::optional<json> body;
          if (operation.description.contains("requestBody")) body = body_of(operation);
          ask(operation, credential, target_of(operation, real), body);
          if (!body || name != "none") continue;
          // What no member is called, and a member of another type.
          json odd = *body;
          odd[canary("unknown member") + "-"] = canary("unknown member's value");
          ask(operation, credential, target_of(operation, real), odd);
          for (const auto& [member, value] : body->items()) {
            json wrong = *body;
            wrong[member] = json{{"in", canary("wrong type")}};
            ask(operation, credential, target_of(operation, real), wrong);
          }
        }
      }
    }
  }

  TemporaryFolder folder_;
  ServiceProcess service_;
  std::map<std::string, std::string> credentials_;
  std::string victim_, victim_key_, enrolment_;
  std::set<std::string> fields_;
  std::set<std::string> answered_;
  std::uint64_t drawn_ = 0;
  int successes_ = 0;
  int errors_ = 0;
};

TEST_F(Canaries, LOG_1_NoFieldOfAnyRequestIsInLogsMetricsErrorsEventsOrFiles) {
  ask_everything();
  EXPECT_GT(errors_, 500);
  EXPECT_GT(successes_, 50);
  for (const char* route : {"POST /v1/accounts", "PATCH /v1/account", "POST /v1/accounts/{account}/disable",
                            "POST /v1/accounts/lookup", "POST /v1/api-keys"}) {
    EXPECT_TRUE(answered_.contains(route)) << route << " never got as far as storing or looking for what it was sent";
  }
  expect_none("the metrics", call(service_.staff(), "GET", "/metrics").body);
  const std::string log = service_.log();
  EXPECT_NE(log.find("service.started"), std::string::npos);
  expect_none("the log", log);
  service_.kill();  // so that everything is still in the write-ahead log, where nothing is compressed
  expect_none("what it printed", file_text(folder_.path() / "out"));

  const ProcessResult events =
      run_process({program().string(), "events", "--json", "--data", (folder_.path() / "data").string()});
  ASSERT_EQ(events.status, 0) << events.err;
  EXPECT_NE(events.out.find(kPublicName), std::string::npos) << "the name of an API key is public";
  EXPECT_NE(events.out.find("login.password_rejected"), std::string::npos);
  expect_none("the events", events.out);
  expect_none("the events' errors", events.err);
  bool named = false;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path() / "data")) {
    if (!entry.is_regular_file()) continue;
    const std::string text = file_text(entry.path());
    named = named || text.find(kPublicName) != std::string::npos;
    expect_none(entry.path().filename().string(), text);
  }
  EXPECT_TRUE(named);
}

}  // namespace
}  // namespace tweestap::tests
