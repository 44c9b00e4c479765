#include "http/pages/pages.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/pages/render.h"
#include "platform/crypto/hash.h"
#include "platform/text/encoding.h"

namespace tweestap::http {
namespace {

using platform::Failure;
using AssetsByName = std::map<std::string, Asset, std::less<>>;

constexpr std::string_view kGzip = ".gz";

std::unexpected<Failure> bad_page(std::string sentence) {
  return std::unexpected(Failure{Failure::Kind::Invalid, std::move(sentence)});
}

std::optional<std::string_view> content_type_of(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
  };
  const auto* found = std::ranges::find_if(kTypes, [&](const auto& type) { return name.ends_with(type.first); });
  return found == std::end(kTypes) ? std::nullopt : std::optional{found->second};
}

std::expected<void, Failure> add_asset(AssetsByName& assets, std::string_view name, std::string_view content) {
  const auto type = content_type_of(name);
  if (!type) return bad_page("nothing says what type the static file " + std::string{name} + " has");
  // One of the same name makes way: the organisation's logo takes the place of ours.
  assets.insert_or_assign(std::string{name}, Asset{*type, std::string{content}, {}});
  return {};
}

std::expected<AssetsByName, Failure> assets_by_name(std::span<const EmbeddedFile> files,
                                                    const Organisation& organisation) {
  AssetsByName assets;
  std::expected<void, Failure> added;
  for (const EmbeddedFile& file : files) {
    if (file.name.ends_with(kGzip)) continue;
    if (added = add_asset(assets, file.name, file.content); !added) return std::unexpected(std::move(added.error()));
  }
  for (const EmbeddedFile& file : files) {
    if (!file.name.ends_with(kGzip)) continue;
    const auto plain = assets.find(file.name.substr(0, file.name.size() - kGzip.size()));
    if (plain == assets.end()) return bad_page("the static file " + std::string{file.name} + " is the gzip of none");
    plain->second.gzip = file.content;
  }
  added = add_asset(assets, "organisation.css", organisation_css(organisation.accent));
  if (added && !organisation.logo_name.empty()) added = add_asset(assets, organisation.logo_name, organisation.logo);
  if (!added) return std::unexpected(std::move(added.error()));
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
      return bad_page("there is no organisation.help_" + std::string{language} + " to show on pages");
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
      pages.pages_[std::string{file.name}].push_back(std::move(*rendered));
    }
  }
  return pages;
}

const std::string* Pages::page(std::string_view name, Language language) const {
  const auto found = pages_.find(name);
  return found == pages_.end() ? nullptr : &found->second.at(language.index);
}

const Asset* Pages::asset(std::string_view path) const {
  const auto found = assets_.find(path);
  return found == assets_.end() ? nullptr : &found->second;
}

}  // namespace tweestap::http
