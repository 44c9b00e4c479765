// Every event of the catalogue as large as its description allows, against the broker's default limit (rule KAF-1): no
// event can be too large for the stream.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "domain/all_events.h"
#include "eventstore/event_codec.h"
#include "eventstore/json_members.h"
#include "tests/kafka/relay_fixture.h"

namespace tweestap::consumers::kafka {
namespace {

using domain::Event;

// What takes the most bytes in JSON: a control character takes six.
constexpr char kDearest = '\x01';

template <class T>
T largest_value([[maybe_unused]] std::size_t max) {
  if constexpr (domain::kIsOptional<T>) {
    return largest_value<typename T::value_type>(max);
  } else if constexpr (std::is_same_v<T, bool>) {
    return false;
  } else if constexpr (eventstore::WholeNumber<T>) {
    return static_cast<T>(std::min<std::uint64_t>(static_cast<std::uint64_t>(eventstore::kJsonIntegerMax),
                                                  static_cast<std::uint64_t>(std::numeric_limits<T>::max())));
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, domain::SecretText>) {
    return T{std::string(max, kDearest)};
  } else if constexpr (std::is_same_v<T, domain::Time>) {
    return domain::kTimeMax;
  } else if constexpr (domain::Named<T>) {
    const auto& names = domain::kNames<T>;
    const auto size = [](std::string_view name) { return name.size(); };
    return static_cast<T>(std::ranges::max_element(names, {}, size) - names.begin());
  } else if constexpr (std::is_same_v<T, domain::Pseudonym>) {
    return {2026, 12, {}};
  } else if constexpr (domain::kIsSet<T>) {
    using E = typename eventstore::SetElement<T>::type;
    T all;
    for (std::size_t i = 0; i < domain::kNames<E>.size(); ++i) all.insert(static_cast<E>(i));
    return all;
  } else if constexpr (domain::kIsList<T>) {
    T list;
    while (list.size() < max) {
      list.push_back(largest_value<typename T::value_type>(eventstore::kListedTextBytesMax));
    }
    return list;
  } else {
    return T{domain::IdBytes{}};
  }
}

template <class E>
Event make_largest() {
  E event{};
  domain::for_each_field<E>([&](const auto& field) {
    using T = typename std::remove_cvref_t<decltype(field)>::value_type;
    event.*field.member = largest_value<T>(field.max);
  });
  return domain::any_event(std::move(event));
}

struct Kind {
  Event (*make)() = nullptr;
  domain::Subject subject;
  std::size_t bytes = 0;  // of its members in the envelope
};

template <class E>
Kind kind_of() {
  std::string text;
  eventstore::append_public_data(make_largest<E>(), text);
  domain::Subject subject = tests::subject(1);
  for (const domain::Subject& reserved : {domain::kPolicy, domain::kService}) {
    if (domain::belongs_to<E>(reserved)) subject = reserved;
  }
  return {&make_largest<E>, subject, text.size()};
}

// Each kind of event, by the commands of the test.
class LargestDecider final : public eventstore::Decider {
 public:
  [[nodiscard]] eventstore::Decision decide(eventstore::Rows&, domain::Time,
                                            const eventstore::Command& command) override {
    const auto& play = dynamic_cast<const tests::Play&>(command);
    eventstore::Decision decision;
    for (std::size_t i = 0; i < play.events; ++i) {
      decision.events.push_back({.subject = play.subject,
                                 .event = make(),
                                 .actor = domain::AccountId{},
                                 .correlation = domain::LoginId{},
                                 .on_behalf_of = domain::AccountId{}});
    }
    decision.outcome = std::make_shared<tests::Played>();
    return decision;
  }

  Event (*make)() = nullptr;  // between two commands
};

TEST_F(RelayTest, KAF_1_TheLargestEventsOfTheCatalogueFitTheBrokersDefaultLimit) {
  std::vector<Kind> kinds;
  domain::for_each_event([&]<class E>() { kinds.push_back(kind_of<E>()); });
  LargestDecider decider;
  tests::PlayStore::Options options;
  options.decider = &decider;
  ASSERT_TRUE(store_.open(options));
  const auto store = [&](const Kind& kind, std::size_t events) {
    decider.make = kind.make;
    tests::Play play;
    play.subject = kind.subject;
    play.events = events;
    play.secret = play.personal = true;  // whatever has something to seal finds its keys
    const auto stored = store_.play(std::move(play));
    ASSERT_TRUE(stored) << stored.error().reason;
  };
  for (const Kind& kind : kinds) store(kind, 1);
  // And so many of the largest that requests of theirs are as large as requests become.
  const Kind& largest = *std::ranges::max_element(kinds, {}, &Kind::bytes);
  for (int i = 0; i < 20; ++i) store(largest, 20);
  ASSERT_FALSE(HasFatalFailure());
  const auto record = store_.partition().log().at(store_.head());
  ASSERT_TRUE(record && *record);
  std::cout << "the largest envelope has " << (*record)->envelope.size() << " bytes\n";
  EXPECT_GT((*record)->envelope.size(), largest.bytes);
  EXPECT_LE((*record)->envelope.size(), eventstore::kEnvelopeBytesMax);

  start_relay();
  wait_until_all_is_there();
  EXPECT_EQ(relay_->status().last_error, "");
  expect_every_event_once();
}

}  // namespace
}  // namespace tweestap::consumers::kafka
