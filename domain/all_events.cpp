#include "domain/all_events.h"

#include <algorithm>
#include <type_traits>
#include <variant>
#include <vector>

namespace tweestap::domain {
namespace {

// Rows know an event by its number and consumers by its name, so neither may mean two things.
consteval bool are_unambiguous() {
  std::vector<std::uint16_t> numbers;
  std::vector<std::string_view> names;
  for_each_event([&]<class E>() {
    numbers.push_back(E::kInfo.number);
    names.push_back(E::kInfo.name);
  });
  std::ranges::sort(numbers);
  std::ranges::sort(names);
  return std::ranges::adjacent_find(numbers) == numbers.end() && std::ranges::adjacent_find(names) == names.end();
}

}  // namespace

static_assert(kAllDescribed<EventVariant>, "a member of an event is left out of its fields()");
static_assert(are_unambiguous(), "two events have the same number or the same name");

Event::Event(Event&& other) noexcept = default;
Event& Event::operator=(Event&& other) noexcept = default;
Event::~Event() = default;

const EventInfo& info_of(const Event& event) {
  return std::visit([](const auto& one) -> const EventInfo& { return std::remove_cvref_t<decltype(one)>::kInfo; },
                    event);
}

}  // namespace tweestap::domain
