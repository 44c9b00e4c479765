// The page of all events, for people.
#include <map>
#include <string>

#include "domain/all_events.h"
#include "eventstore/json_members.h"
#include "eventstore/schemas.h"

namespace tweestap::eventstore {
namespace {

std::string_view name_of_exposure(domain::Exposure exposure) {
  switch (exposure) {
    case domain::Exposure::Public:
      return "public";
    case domain::Exposure::Personal:
      return "personal";
    case domain::Exposure::Secret:
      return "secret";
  }
  return {};
}

template <class T>
std::string kind_of(std::size_t max) {
  if constexpr (domain::kIsOptional<T>) {
    return kind_of<typename T::value_type>(max);
  } else if constexpr (std::is_same_v<T, bool>) {
    return "boolean";
  } else if constexpr (WholeNumber<T>) {
    return "integer";
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, domain::SecretText>) {
    return "text, at most " + std::to_string(max) + " bytes";
  } else if constexpr (std::is_same_v<T, domain::Time>) {
    return "time";
  } else if constexpr (domain::Named<T>) {
    std::string names;
    for (const std::string_view name : domain::kNames<T>)
      names += (names.empty() ? "`" : " · `") + std::string{name} + "`";
    return names;
  } else if constexpr (std::is_same_v<T, domain::Pseudonym>) {
    return "pseudonym";
  } else if constexpr (domain::kIsSet<T>) {
    return "set of " + kind_of<typename SetElement<T>::type>(max);
  } else if constexpr (domain::kIsList<T>) {
    return "list of at most " + std::to_string(max) + ": " + kind_of<typename T::value_type>(kListedTextBytesMax);
  } else {
    return "`" + std::string{T::kPrefix} + "_…`";
  }
}

template <class E>
std::string section() {
  std::string out = "### `" + std::string{E::kInfo.name} + "`\n\n" + std::string{E::kInfo.meaning} + " Version " +
                    std::to_string(E::kInfo.schema_version) + ".\n\n";
  std::string rows;
  domain::for_each_field<E>([&rows](const auto& field) {
    using T = typename std::remove_cvref_t<decltype(field)>::value_type;
    rows += "| `" + std::string{field.name} + "` | " + kind_of<T>(field.max) + " | " +
            std::string{name_of_exposure(field.exposure)} + (domain::kIsOptional<T> ? ", optional" : "") + " | " +
            std::string{field.meaning} + " |\n";
  });
  return out + "| member | what it is | who may read it | meaning |\n| --- | --- | --- | --- |\n" + rows + "\n";
}

}  // namespace

std::string event_catalogue() {
  std::map<std::string, std::string> groups;  // by what stands before the point, in the order of the alphabet
  domain::for_each_event(
      [&groups]<class E>() { groups[std::string{E::kInfo.name.substr(0, E::kInfo.name.find('.'))}] += section<E>(); });
  std::string out =
      "# Events\n\n"
      "Every event that the log can hold, with its members. This page is generated from the events' descriptions in "
      "the "
      "code.\n\n"
      "*Public* members stand in the envelope's `data`. *Personal* and *secret* ones are sealed beside the envelope, "
      "under keys of the account; the envelope has their hash only. An optional member is absent where it has no "
      "value.\n\n";
  for (const auto& [group, sections] : groups) out += "## " + group + "\n\n" + sections;
  out.pop_back();  // one line end at the end of the page
  return out;
}

}  // namespace tweestap::eventstore
