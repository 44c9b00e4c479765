// Writes the generated references of docs/reference, or with --check says which of them are stale. Run at the root of
// the tree.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>
#include <system_error>

#include "app/asyncapi.h"
#include "consumers/siem/mapping_document.h"
#include "eventstore/schemas.h"
#include "platform/settings/load.h"

namespace {

namespace fs = std::filesystem;
using tweestap::eventstore::GeneratedDocument;

const fs::path kFolder = "docs/reference";

std::string content_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// By name, those of versions that are described no more too: what was stored is for ever, in logs and in topics.
std::vector<GeneratedDocument> all_schemas() {
  std::map<std::string, std::string> by_name;
  std::error_code not_there;  // before the first run
  for (const auto& entry : fs::directory_iterator{kFolder / "schemas", not_there}) {
    if (entry.path().extension() != ".json") continue;
    by_name["schemas/" + entry.path().filename().string()] = content_of(entry.path());
  }
  for (GeneratedDocument& schema : tweestap::eventstore::event_schemas()) {
    by_name["schemas/" + schema.file_name] = std::move(schema.content);
  }
  std::vector<GeneratedDocument> schemas;
  for (auto& [name, content] : by_name) schemas.push_back({name, std::move(content)});
  return schemas;
}

std::vector<GeneratedDocument> all_documents() {
  std::vector<GeneratedDocument> documents = all_schemas();
  documents.push_back({"asyncapi.json", tweestap::app::asyncapi_document(documents)});
  documents.push_back({"settings.md", tweestap::platform::settings_reference()});
  documents.push_back({"events.md", tweestap::eventstore::event_catalogue()});
  documents.push_back({"siem.md", tweestap::consumers::siem::mapping_document()});
  return documents;
}

bool write(const fs::path& path, const std::string& content) {
  std::ofstream file{path, std::ios::binary | std::ios::trunc};
  file << content;
  return file.flush().good();
}

int check(const std::vector<GeneratedDocument>& documents) {
  int stale = 0;
  for (const auto& document : documents) {
    if (content_of(kFolder / document.file_name) == document.content) continue;
    std::fprintf(stderr, "%s is stale: cmake --build build/dev --target references\n",
                 (kFolder / document.file_name).c_str());
    ++stale;
  }
  return stale == 0 ? 0 : 1;
}

int write_all(const std::vector<GeneratedDocument>& documents) {
  fs::create_directories(kFolder / "schemas");
  for (const auto& document : documents) {
    if (write(kFolder / document.file_name, document.content)) continue;
    std::fprintf(stderr, "%s cannot be written\n", (kFolder / document.file_name).c_str());
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view argument = argc > 1 ? argv[1] : "";
  if (argc > 2 || (!argument.empty() && argument != "--check")) {
    std::fprintf(stderr, "usage: tweestap-references [--check]\n");
    return 2;
  }
  const auto documents = all_documents();
  return argument == "--check" ? check(documents) : write_all(documents);
}
