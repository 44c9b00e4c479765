// Dispatch, problems, content types, OpenAPI: over a real listener where bytes matter.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/http/front_door.h"

namespace tweestap::http {
namespace {

std::string code_of(const RawAnswer& answer) { return nlohmann::json::parse(answer.body).value("code", ""); }

TEST(Router, AnswersUnknownPathsAndMethods) {
  FrontDoor door;
  RawSocket socket = door.connect();
  const auto ask = [&](const std::string& bytes) {
    socket.send(bytes);
    return socket.answer().value();
  };
  for (const std::string path : {"/", "/nothing", "/items", "/items/", "/items/a/b", "/Echo", "/echo/", "//echo",
                                 "/%65cho", "/health/../echo", "/staff-only", "/tile"}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(ask(get(path)).status, 404);
  }
  RawAnswer answer = ask(get("/echo"));
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.header("allow"), "POST");
  EXPECT_EQ(code_of(answer), "method_not_allowed");
  answer = ask("OPTIONS /items/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.header("allow"), "GET, DELETE");
  socket.send("HEAD /items/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(socket.answer(true)->status, 405);
}

TEST(ADM_2, AStaffRouteDoesNotExistOnThePublicListener) {
  FrontDoor open_to_all;
  EXPECT_EQ(open_to_all.ask(get("/staff-only"))->status, 404);
  ListenerOptions options;
  options.kind = ListenerKind::Staff;
  FrontDoor staff{std::move(options)};
  EXPECT_EQ(staff.ask(get("/staff-only"))->status, 204);
}

TEST(Router, DecodesParametersStrictly) {
  FrontDoor door;
  RawSocket socket = door.connect();
  const auto ask = [&](const std::string& target) {
    socket.send(get(target));
    return socket.answer().value();
  };
  EXPECT_EQ(nlohmann::json::parse(ask("/items/a%2Fb%C3%A9+").body)["item"], "a/b\xc3\xa9+");
  EXPECT_EQ(nlohmann::json::parse(ask("/items/a?limit=100&type=x").body)["limit"], 100);
  EXPECT_EQ(ask("/tile/0/x001/067").body, "0/x001/067");
  for (const std::string bad :
       {"/items/%", "/items/%4", "/items/%zz", "/items/%00", "/items/%0a", "/items/%ff", "/items/%c0%af"}) {
    SCOPED_TRACE(bad);
    EXPECT_EQ(ask(bad).status, 400);
  }
  for (const std::string bad : {"limit=0", "limit=101", "limit=", "limit", "limit=-1", "limit=1x", "limit=%31%00",
                                "limit=1&limit=1", "limit=01", "limit=18446744073709551617", "type=", "type=%ff"}) {
    SCOPED_TRACE(bad);
    const RawAnswer answer = ask("/items/a?" + bad);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(nlohmann::json::parse(answer.body)["member"], bad.substr(0, bad.find('=')));
  }
  EXPECT_EQ(nlohmann::json::parse(ask("/items/a?other=1").body)["member"], "other");
  EXPECT_FALSE(nlohmann::json::parse(ask("/items/a?%3Cscript%3E=1").body).contains("member"));
}

TEST(INP_1, TakesJsonByItsContentTypeOnly) {
  FrontDoor door;
  RawSocket socket = door.connect();
  const auto ask = [&](const std::string& content_type) {
    socket.send("POST /echo HTTP/1.1\r\nHost: localhost\r\n" + content_type +
                "Content-Length: 12\r\n\r\n{\"text\":\"a\"}");
    return socket.answer().value();
  };
  for (const std::string good :
       {"application/json", "Application/JSON ; Charset=UTF-8", "application/json;charset=\"utf-8\""}) {
    EXPECT_EQ(ask("Content-Type: " + good + "\r\n").status, 200) << good;
  }
  for (const std::string bad :
       {"text/plain", "application/jsonx", "application/json; charset=latin1", "application/json; x=1",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", ""}) {
    const RawAnswer answer = ask("Content-Type: " + bad + "\r\n");
    EXPECT_EQ(answer.status, 415) << bad;
    EXPECT_EQ(code_of(answer), "unsupported_media_type");
  }
  EXPECT_EQ(ask("").status, 415);
}

TEST(INP_1, NamesTheMemberInTheProblem) {
  FrontDoor door;
  RawSocket socket = door.connect();
  socket.send(post("/echo", R"({"text":"a","password":5})"));
  const RawAnswer answer = socket.answer().value();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(nlohmann::json::parse(answer.body)["member"], "password");
}

TEST(Router, APostWithoutMembersNeedsNoBody) {
  FrontDoor door;
  EXPECT_EQ(door.ask("POST /empty HTTP/1.1\r\nHost: localhost\r\n\r\n")->status, 204);
  EXPECT_EQ(door.ask(post("/empty", "{}"))->status, 204);
  EXPECT_EQ(door.ask(post("/empty", R"({"x":1})"))->status, 400);
}

TEST(Problem, HasEveryMemberHeaderAndStatusOfTheContract) {
  const std::map<std::string, int> contract{
      {"malformed_request", 400},
      {"invalid_phone", 400},
      {"invalid_duration", 400},
      {"weak_password", 400},
      {"credentials_rejected", 401},
      {"code_rejected", 401},
      {"session_required", 401},
      {"token_expired", 401},
      {"forbidden", 403},
      {"step_up_required", 403},
      {"not_found", 404},
      {"method_not_allowed", 405},
      {"state_conflict", 409},
      {"idempotency_conflict", 409},
      {"payload_too_large", 413},
      {"unsupported_media_type", 415},
      {"locked", 423},
      {"too_many_requests", 429},
      {"unavailable", 503},
  };
  ASSERT_EQ(all_problem_codes().size(), contract.size());
  for (const ProblemCode code : all_problem_codes()) {
    const Response response = problem_response(texts(), texts().fallback(), Problem{.code = code, .allow = "POST"});
    const auto body = nlohmann::json::parse(response.body);
    const std::string name = body["code"];
    SCOPED_TRACE(name);
    ASSERT_TRUE(contract.contains(name));
    EXPECT_EQ(response.status, contract.at(name));
    EXPECT_EQ(body["status"], contract.at(name));
    EXPECT_EQ(body["type"], "urn:tweestap:problem:" + name);
    EXPECT_FALSE(body["title"].get<std::string>().empty());
    EXPECT_FALSE(body["detail"].get<std::string>().empty());
    const auto has = [&](std::string_view header) {
      return std::ranges::any_of(response.headers, [&](const ResponseHeader& h) { return h.name == header; });
    };
    EXPECT_EQ(has("WWW-Authenticate"), response.status == 401);
    EXPECT_EQ(has("Allow"), response.status == 405);
    EXPECT_EQ(has("Retry-After"), response.status == 429 || response.status == 503);
  }
}

TEST(ENU_1, ARejectionIsTheSameBytesWhateverIsSaidBesideIt) {
  for (const ProblemCode code : {ProblemCode::CredentialsRejected, ProblemCode::CodeRejected}) {
    const Response plain = problem_response(texts(), texts().fallback(), Problem{.code = code});
    const Response more = problem_response(texts(), texts().fallback(),
                                           Problem{.code = code,
                                                   .member = "password",
                                                   .locked_until = "2026-01-01T00:00:00Z",
                                                   .locked = true,
                                                   .hint = "wrong"});
    EXPECT_EQ(plain.body, more.body);
    EXPECT_EQ(plain.headers.size(), more.headers.size());
  }
}

TEST(Problem, FollowsAcceptLanguage) {
  FrontDoor door;
  const auto english = door.ask(get("/nothing"));
  const auto dutch = door.ask(get("/nothing", "Accept-Language: en;q=0.4, nl-BE;q=0.8\r\n"));
  EXPECT_EQ(english->header("content-language"), "en");
  EXPECT_EQ(dutch->header("content-language"), "nl");
  EXPECT_NE(english->body, dutch->body);
}

TEST(OpenApi, DescribesTheListenerFromTheTable) {
  TestRoutes routes;
  const std::vector<Route> rows = routes.rows();
  const auto document = nlohmann::json::parse(openapi_document(ListenerKind::Public, rows, "1.2.3"));
  EXPECT_EQ(document["openapi"], "3.1.0");
  EXPECT_FALSE(document["paths"].contains("/staff-only"));
  const auto& item = document["paths"]["/items/{item}"];
  EXPECT_TRUE(item.contains("get"));
  EXPECT_TRUE(item.contains("delete"));
  EXPECT_EQ(item["get"]["parameters"][0]["name"], "item");
  EXPECT_TRUE(item["get"]["responses"].contains("403")) << "it needs a fresh session";
  EXPECT_EQ(item["delete"]["security"].size(), 2U);
  EXPECT_TRUE(item["delete"]["responses"].contains("409"));
  const auto& echo = document["paths"]["/echo"]["post"]["requestBody"]["content"]["application/json"]["schema"];
  EXPECT_EQ(echo["required"], nlohmann::json::array({"text"}));
  EXPECT_EQ(echo["additionalProperties"], false);
  EXPECT_EQ(echo["properties"]["password"]["format"], "password");
  EXPECT_TRUE(document["paths"].contains("/tile/{rest}"));
  const auto staff = nlohmann::json::parse(openapi_document(ListenerKind::Staff, rows, "1.2.3"));
  EXPECT_TRUE(staff["paths"].contains("/staff-only"));
}

// What a row must have has no default, so leaving it out does not compile.
static_assert(!std::is_default_constructible_v<Who>);
static_assert(!std::is_default_constructible_v<Throttle>);
static_assert(!std::is_default_constructible_v<Summary>);
static_assert(!std::is_default_constructible_v<Path>);
static_assert(!std::is_default_constructible_v<Verb>);
static_assert(!std::is_default_constructible_v<Listeners>);
static_assert(!std::is_default_constructible_v<RequestBody>);
static_assert(!std::is_default_constructible_v<Handler>);
static_assert(!std::is_default_constructible_v<Route>);

}  // namespace
}  // namespace tweestap::http
