#pragma once
// What consumers read about events, grown from their descriptions: a JSON Schema each, and the catalogue.
#include <string>
#include <string_view>
#include <vector>

namespace tweestap::eventstore {

/// A document and the name of the file that keeps it.
struct GeneratedDocument {
  std::string file_name;
  std::string content;
};

/// A JSON Schema (2020-12) for every event type: the envelope with its data. Consumers allow members that they do not
/// know, so additional ones are valid. Named `<type>.v<schemaversion>.json`.
[[nodiscard]] std::vector<GeneratedDocument> event_schemas();

/// The catalogue as Markdown: for every group and event its name, version, meaning, and members with exposure.
[[nodiscard]] std::string event_catalogue();

}  // namespace tweestap::eventstore
