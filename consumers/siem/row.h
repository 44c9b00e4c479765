#pragma once
// A row of the table that every format grows from (table.h), and how a row is found missing.
#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "consumers/siem/activity.h"
#include "domain/describe.h"
#include "domain/terms.h"

namespace tweestap::consumers::siem {

/// Which proofs of who somebody is an event is about: always these, and those that a member names.
struct Proofs {
  domain::SetOf<domain::Amr> always{};
  /// A member whose text is a Method or an Amr, or whose list holds them.
  std::string_view member{};
};

/// What an event of OCSF's class Entity Management is about.
struct Entity {
  std::uint8_t type_id = 0;  ///< OCSF's `managed_entity.type_id`; 0 where the class is another
  std::string_view type{};
  /// Members with its id: the first one that is there. None: the entity has the subject's name.
  std::array<std::string_view, 2> members{};
};

/// What one type of event is to a SIEM.
struct Row {
  std::string_view type;
  std::string_view meaning;
  Activity activity;
  Severity severity = Severity::Unknown;
  Outcome outcome = Outcome::Undecided;
  Proofs proofs{};
  /// What it is instead where `session` is there and `login` is not: somebody who is in proves it once more, which is
  /// no logon.
  std::optional<Activity> in_session{};
  Entity entity{};
};

/// What few rows have.
struct More {
  Proofs proofs{};
  std::optional<Activity> in_session{};
  Entity entity{};
};

/// The row of event E, with name and meaning from its description.
template <class E>
consteval Row row(const Activity& activity, Severity severity, Outcome outcome, const More& more = {}) {
  return {E::kInfo.name, E::kInfo.meaning, activity, severity, outcome, more.proofs, more.in_session, more.entity};
}

/// Whether each of these events has exactly one row.
template <class... Events>
consteval bool has_one_row_each(std::span<const Row> rows, const std::variant<Events...>*) {
  return rows.size() == sizeof...(Events) && ((std::ranges::count(rows, Events::kInfo.name, &Row::type) == 1) && ...);
}

}  // namespace tweestap::consumers::siem
