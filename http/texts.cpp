#include "http/texts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/request.h"
#include "http/weighted_list.h"
#include "platform/bug.h"

namespace tweestap::http {
namespace {

std::unexpected<platform::Failure> refuse(std::string why) {
  return std::unexpected(platform::Failure{platform::Failure::Kind::Invalid, std::move(why)});
}

void fill_in(std::string& text, std::string_view placeholder, std::size_t number) {
  const std::size_t at = text.find(placeholder);
  if (at != std::string::npos) text.replace(at, placeholder.size(), std::to_string(number));
}

}  // namespace

std::expected<Texts, platform::Failure> Texts::load(std::string_view fallback, const platform::PasswordLength& length) {
  Texts texts;
  for (const EmbeddedFile& file : embedded_texts()) {
    const auto document = nlohmann::json::parse(file.content, nullptr, false);
    if (!document.is_object()) return refuse("the texts " + std::string{file.name} + " are no JSON object");
    Catalogue catalogue{.code = std::string{file.name.substr(0, file.name.rfind('.'))}, .texts = {}};
    for (const auto& [key, value] : document.items()) {
      if (!value.is_string()) return refuse("the text " + key + " of " + std::string{file.name} + " is no string");
      auto text = value.get<std::string>();
      fill_in(text, "{password_min}", length.points_min);
      fill_in(text, "{password_max}", length.points_max);
      if (text.find('{') != std::string::npos) return refuse("nothing fills in what the text " + key + " leaves open");
      catalogue.texts.emplace(key, std::move(text));
    }
    texts.catalogues_.push_back(std::move(catalogue));
  }
  if (texts.catalogues_.empty()) return refuse("there are no texts in this program");
  const Catalogue& first = texts.catalogues_.front();
  for (const Catalogue& other : texts.catalogues_) {
    for (const auto& [key, text] : first.texts) {
      if (!other.texts.contains(key)) return refuse("the text " + key + " is missing in " + other.code);
    }
    for (const auto& [key, text] : other.texts) {
      if (!first.texts.contains(key)) return refuse("the text " + key + " is missing in " + first.code);
    }
  }
  const auto language = texts.named(fallback);
  if (!language) return refuse("there are no texts in the language \"" + std::string{fallback} + "\"");
  texts.fallback_ = *language;
  return texts;
}

std::string_view Texts::at(Language language, std::string_view key) const {
  if (const auto text = find(language, key)) return *text;
  platform::bug("there is no text " + std::string{key});
}

std::optional<std::string_view> Texts::find(Language language, std::string_view key) const {
  const Catalogue& catalogue = catalogues_.at(language.index);
  const auto found = catalogue.texts.find(key);
  if (found == catalogue.texts.end()) return std::nullopt;
  return found->second;
}

Language Texts::choose(std::string_view accept_language) const {
  Language best = fallback_;
  int best_quality = 0;
  for (const auto& [range, q] : weighted_list(accept_language)) {
    const auto language = range == "*" ? std::optional{fallback_} : named(range.substr(0, range.find('-')));
    if (language && q > best_quality) {
      best = *language;
      best_quality = q;
    }
  }
  return best;
}

std::optional<Language> Texts::named(std::string_view code) const {
  for (std::size_t i = 0; i < catalogues_.size(); ++i) {
    if (equal_ignoring_case(catalogues_[i].code, code)) return Language{static_cast<std::uint8_t>(i)};
  }
  return std::nullopt;
}

std::string_view Texts::code(Language language) const { return catalogues_.at(language.index).code; }

std::vector<std::string_view> Texts::keys(Language language) const {
  std::vector<std::string_view> keys;
  for (const auto& [key, text] : catalogues_.at(language.index).texts) keys.push_back(key);
  return keys;
}

}  // namespace tweestap::http
