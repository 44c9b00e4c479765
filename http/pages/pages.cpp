#include "http/pages/pages.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/pages/gzip.h"
#include "http/pages/render.h"
#include "platform/crypto/hash.h"
#include "platform/text/encoding.h"

namespace tweestap::http {
namespace {

using platform::Failure;
using platform::invalid;
using AssetsByName = std::map<std::string, Served, std::less<>>;

std::optional<std::string_view> content_type_of(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
  };
  const auto* found = std::ranges::find_if(kTypes, [&](const auto& type) { return name.ends_with(type.first); });
  return found == std::end(kTypes) ? std::nullopt : std::optional{found->second};
}

std::expected<Served, Failure> served(std::string_view name, std::string_view content) {
  const auto type = content_type_of(name);
  if (!type) {
    return std::unexpected(invalid("nothing says what type the static file " + std::string{name} + " has"));
  }
  return Served{*type, std::string{content}, gzip(content)};
}

std::expected<AssetsByName, Failure> assets_by_name(std::span<const EmbeddedFile> files,
                                                    const Organisation& organisation) {
  const std::string css = organisation_css(organisation.accent);
  std::vector<EmbeddedFile> all(files.begin(), files.end());
  all.push_back({"organisation.css", css});
  if (!organisation.logo_name.empty()) all.push_back({organisation.logo_name, organisation.logo});
  AssetsByName assets;
  for (const EmbeddedFile& file : all) {
    auto made = served(file.name, file.content);
    if (!made) return std::unexpected(std::move(made.error()));
    // One of the same name makes way: the organisation's logo takes the place of ours.
    assets.insert_or_assign(std::string{file.name}, std::move(*made));
  }
  return assets;
}

// Sizes stand before contents, so that no two lists of files are the same bytes.
std::string hash_of(const AssetsByName& assets) {
  platform::Sha256 hash;
  for (const auto& [name, asset] : assets) {
    hash.update(name + "\n" + std::to_string(asset.content.size()) + "\n").update(asset.content);
  }
  return platform::to_hex(hash.finish()).substr(0, 16);
}

}  // namespace

std::expected<Pages, Failure> Pages::make(const PageFiles& files, const Organisation& organisation,
                                          const Texts& texts) {
  auto assets = assets_by_name(files.assets, organisation);
  if (!assets) return std::unexpected(std::move(assets.error()));
  Pages pages;
  pages.assets_folder_ = "/pages/" + hash_of(*assets);
  for (auto& [name, asset] : *assets) pages.assets_.emplace(pages.assets_folder_ + "/" + name, std::move(asset));

  const std::string logo =
      pages.assets_folder_ + "/" + (organisation.logo_name.empty() ? "logo.svg" : organisation.logo_name);
  for (std::size_t i = 0; i < texts.languages(); ++i) {
    const std::string_view language = texts.code(Language{static_cast<std::uint8_t>(i)});
    const auto help = organisation.help.find(language);
    if (help == organisation.help.end()) {
      return std::unexpected(invalid("there is no organisation.help_" + std::string{language} + " to show on pages"));
    }
    const PageValues values{{"assets", pages.assets_folder_},
                            {"language", language},
                            {"logo", logo},
                            {"organisation.name", organisation.name},
                            {"organisation.help", help->second},
                            {"organisation.support", organisation.support}};
    for (const EmbeddedFile& file : files.texts) {
      if (file.name.contains('/')) continue;
      auto rendered = render_page(file.name, files.texts, values);
      if (!rendered) return std::unexpected(std::move(rendered.error()));
      auto page = served(file.name, *rendered);
      if (!page) return std::unexpected(std::move(page.error()));
      pages.pages_[std::string{file.name}].push_back(std::move(*page));
    }
  }
  return pages;
}

const Served* Pages::page(std::string_view name, Language language) const {
  const auto found = pages_.find(name);
  return found == pages_.end() ? nullptr : &found->second.at(language.index);
}

const Served* Pages::asset(std::string_view path) const {
  const auto found = assets_.find(path);
  return found == assets_.end() ? nullptr : &found->second;
}

}  // namespace tweestap::http
