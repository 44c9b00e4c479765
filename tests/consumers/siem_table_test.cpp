#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <variant>

#include "consumers/siem/lines.h"
#include "consumers/siem/mapping_document.h"
#include "consumers/siem/member_places.h"
#include "consumers/siem/table.h"
#include "tests/consumers/siem_parts.h"

namespace tweestap::consumers::siem {
namespace {

constexpr auto kTwoRows = std::to_array<Row>({
    row<domain::SessionUsed>(kAuthentication, Informational, Success),
    row<domain::SessionEnded>(kLogoff, Informational, Success),
});
constexpr auto kSameRowTwice = std::to_array<Row>({
    row<domain::SessionUsed>(kAuthentication, Informational, Success),
    row<domain::SessionUsed>(kLogoff, Informational, Success),
});
using Two = std::variant<domain::SessionUsed, domain::SessionEnded>;
using Three = std::variant<domain::SessionUsed, domain::SessionEnded, domain::SessionSteppedUp>;
using OtherTwo = std::variant<domain::SessionUsed, domain::SessionSteppedUp>;

TEST(SiemTable, WantsOneRowForEachEvent) {
  EXPECT_TRUE(has_one_row_each(kTwoRows, static_cast<const Two*>(nullptr)));
  EXPECT_FALSE(has_one_row_each(kTwoRows, static_cast<const Three*>(nullptr)));
  EXPECT_FALSE(has_one_row_each(kTwoRows, static_cast<const OtherTwo*>(nullptr)));
  EXPECT_FALSE(has_one_row_each(kTwoRows, static_cast<const std::variant<domain::SessionUsed>*>(nullptr)));
  EXPECT_FALSE(has_one_row_each(kSameRowTwice, static_cast<const Two*>(nullptr)));
}

TEST(SiemTable, FindsARowByItsTypeAndHasOneForTypesThatNobodyKnows) {
  domain::for_each_event([]<class E>() {
    EXPECT_EQ(row_of(E::kInfo.name).type, E::kInfo.name);
    EXPECT_EQ(row_of(E::kInfo.name).meaning, E::kInfo.meaning);
    EXPECT_NE(row_of(E::kInfo.name).severity, Unknown) << E::kInfo.name;
  });
  for (const auto* unknown : {"moon.landed", "", "login.complete", "login.completed ", "LOGIN.COMPLETED"}) {
    EXPECT_EQ(&row_of(unknown), &kUnknownType) << unknown;
  }
}

// The public members of an event, and which of them are whole numbers.
template <class E>
std::map<std::string_view, bool> members_of() {
  std::map<std::string_view, bool> members;
  domain::for_each_field<E>([&](const auto& field) {
    using T = typename domain::Unwrapped<typename std::remove_cvref_t<decltype(field)>::value_type>::type;
    if (field.exposure != domain::Exposure::Public) return;
    members[field.name] = std::is_integral_v<T> && !std::is_same_v<T, bool>;
  });
  return members;
}

TEST(SiemTable, NamesOnlyMembersThatItsEventsHave) {
  domain::for_each_event([]<class E>() {
    const Row& row = row_of(E::kInfo.name);
    const auto members = members_of<E>();
    if (!row.proofs.member.empty()) {
      EXPECT_TRUE(members.contains(row.proofs.member)) << row.type;
    }
    for (const std::string_view member : row.entity.members) {
      EXPECT_TRUE(member.empty() || members.contains(member)) << row.type << ": " << member;
    }
    if (row.in_session) {
      EXPECT_TRUE(members.contains("session")) << row.type;
    }
    EXPECT_EQ(row.entity.type_id != 0, row.activity.ocsf_class == OcsfClass::EntityManagement) << row.type;
  });
}

TEST(SiemTable, HasAPlaceOnlyForMembersThatAreThere) {
  std::map<std::string_view, std::set<bool>> numbers;
  domain::for_each_event([&]<class E>() {
    for (const auto& [name, number] : members_of<E>()) numbers[name].insert(number);
  });
  for (const MemberPlace& place : kMemberPlaces) {
    EXPECT_EQ(numbers[place.member], std::set<bool>{place.kind == MemberKind::Number}) << place.member;
  }
}

// What their page says of them, so that nobody archives a line that proves nothing.
TEST(SiemTable, NoFormatHasTheCommitmentsToWhatIsSealed) {
  std::size_t sealed = 0;
  for (const reader::Event& event : golden_events()) {
    sealed += event.envelope.contains("\"sealed") ? 1U : 0U;
    for (const std::string& line : {ocsf_line(event, kRelease), ecs_line(event, kRelease), cef_line(event, kRelease)}) {
      EXPECT_EQ(line.find("sealed"), std::string::npos) << line;
    }
  }
  EXPECT_GT(sealed, 0U);
  EXPECT_NE(mapping_document().find("None of them has `sealedpersonal` and `sealedsecret`"), std::string::npos);
}

TEST(SiemTable, CountsNothingAsALogonButALoginThatIsOver) {
  std::set<std::string_view> logons;
  for (const Row& row : kRows) {
    if (row.activity == kLogon) logons.insert(row.type);
  }
  EXPECT_EQ(logons, (std::set<std::string_view>{"login.completed", "login.refused", "login.password_rejected",
                                                "login.code_rejected", "login.recovery_code_rejected",
                                                "app_device.pin_rejected"}));
}

}  // namespace
}  // namespace tweestap::consumers::siem
