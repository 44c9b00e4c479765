#pragma once
// The pages and what they load, ready to be sent.
#include <expected>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/pages/organisation.h"
#include "http/texts.h"
#include "platform/failure.h"

namespace tweestap::http {

/// The files to make pages of: embedded.h, or a test's own. Read while making them only.
struct PageFiles {
  std::span<const EmbeddedFile> texts;  ///< `NAME.html` is a page, `parts/NAME.html` is for including
  std::span<const EmbeddedFile> assets;
};

/// A page or a static file, as it is sent.
struct Served {
  std::string_view content_type;
  std::string content;
  std::string gzip;  ///< the same packed; empty where that is no smaller
};

/// Every page in every language, and every static file. Made once, at the start; immutable, so any thread may read it.
class Pages {
 public:
  /// Invalid, with a sentence, where render_page() fails, an asset is of no known type, or the organisation has no help
  /// in a language of `texts`.
  [[nodiscard]] static std::expected<Pages, platform::Failure> make(const PageFiles& files,
                                                                    const Organisation& organisation,
                                                                    const Texts& texts);

  /// `login.html`; nullptr where there is no such page.
  [[nodiscard]] const Served* page(std::string_view name, Language language) const;
  /// By the whole path of a request, not decoded, so that each has one spelling. nullptr where there is none.
  [[nodiscard]] const Served* asset(std::string_view path) const;

  /// `/pages/<16 hexadecimal digits>`: the folder of all assets, named after what is in them, so that whoever keeps one
  /// for ever never has it beside a newer one.
  [[nodiscard]] std::string_view assets_folder() const { return assets_folder_; }

 private:
  std::string assets_folder_;
  std::map<std::string, Served, std::less<>> assets_;              // by path
  std::map<std::string, std::vector<Served>, std::less<>> pages_;  // by name and Language::index
};

}  // namespace tweestap::http
