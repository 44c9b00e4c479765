#include "app/line_for_people.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

namespace tweestap::app {
namespace {

reader::Event event_with(std::map<std::string, reader::Member, std::less<>> data) {
  reader::Event event;
  event.position = 1234;
  event.type = "api_key.created";
  event.subject = "service";
  event.time = std::chrono::sys_days{std::chrono::year{2026} / 11 / 26} + std::chrono::microseconds{1'500'000};
  event.data = std::move(data);
  return event;
}

std::string members(std::map<std::string, reader::Member, std::less<>> data) {
  const std::string line = line_for_people(event_with(std::move(data)));
  const std::string before = "2026-11-26T00:00:01Z  1234  api_key.created  service  ";
  EXPECT_TRUE(line.starts_with(before)) << line;
  return line.substr(before.size());
}

TEST(LineForPeople, HasTheMembersOneBehindTheOther) {
  EXPECT_EQ(members({{"failures", std::int64_t{3}}, {"method", "totp"}, {"trusted", true}, {"used", false}}),
            "failures=3 method=totp trusted=yes used=no");
  EXPECT_EQ(members({{"amr", reader::OtherJson{R"(["pwd","otp"])"}}}), R"(amr=["pwd","otp"])");
}

// A key's name is chosen by whoever may make keys.
TEST(LineForPeople, NoValueAndNoNameForgesAMember) {
  EXPECT_EQ(members({{"name", "x role=admin"}, {"role", "stream"}}), R"(name="x role=admin" role=stream)");
  EXPECT_EQ(members({{"name", "x\" role=\"admin"}}), R"(name="x\" role=\"admin")");
  EXPECT_EQ(members({{"name", ""}}), R"(name="")");
  EXPECT_EQ(members({{"a b=c", "d"}}), R"("a b=c"=d)");
}

TEST(LineForPeople, ShowsEveryAlphabetAndEscapesWhatIsNotToBeSeen) {
  EXPECT_EQ(members({{"name", "Zo\xc3\xab"}}), "name=\"Zo\xc3\xab\"");
  EXPECT_EQ(members({{"name", "\x1b[2J\xe2\x80\xae"}}), R"(name="\u001b[2J\u202e")");
  EXPECT_EQ(members({{"name", "\xff"}}), R"(name="\\xff")");
  EXPECT_EQ(members({{"amr", reader::OtherJson{"[\"\xe2\x80\xae\"]"}}}), R"(amr=["\u202e"])");
  EXPECT_EQ(members({{"amr", reader::OtherJson{"no\n JSON"}}}), R"(amr="no\n JSON")");
}

}  // namespace
}  // namespace tweestap::app
