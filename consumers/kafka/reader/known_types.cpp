#include "consumers/kafka/reader/known_types.h"

#include "domain/all_events.h"

namespace tweestap::reader {
namespace {

Handling of_unknown(Options::OnUnknown on_unknown) {
  switch (on_unknown) {
    case Options::OnUnknown::Stop:
      break;
    case Options::OnUnknown::PassOver:
      return Handling::PassOver;
    case Options::OnUnknown::HandOver:
      return Handling::HandOver;
  }
  return Handling::UnknownType;
}

}  // namespace

std::optional<std::uint32_t> catalogued_version(std::string_view type) {
  std::optional<std::uint32_t> version;
  domain::for_each_event([&]<class E>() {
    if (E::kInfo.name == type) version = E::kInfo.schema_version;
  });
  return version;
}

Handling handling_of(const Options& options, const std::string& type, std::uint32_t schema_version) {
  const auto handled = options.handles.find(type);
  if (handled != options.handles.end()) {
    return schema_version <= handled->second ? Handling::HandOver : Handling::UnknownVersion;
  }
  const auto known = catalogued_version(type);
  if (!known) return of_unknown(options.on_unknown);
  // Who names types wants no other one, whatever its version.
  if (!options.handles.empty()) return Handling::PassOver;
  return schema_version <= *known ? Handling::HandOver : Handling::UnknownVersion;
}

}  // namespace tweestap::reader
