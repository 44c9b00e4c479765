#include "http/pages/render.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace tweestap::http {
namespace {

using platform::Failure;

constexpr std::string_view kInclude = "include ";

// Its depth is bounded by the number of files: none is open twice.
class PageRenderer {
 public:
  PageRenderer(std::span<const EmbeddedFile> files, const PageValues& values) : files_(files), values_(values) {}

  std::expected<void, Failure> add_file(std::string_view name) {
    const auto file = std::ranges::find(files_, name, &EmbeddedFile::name);
    if (file == files_.end()) return refused("includes " + std::string{name} + ", which is not there");
    if (std::ranges::find(open_, name) != open_.end())
      return refused("includes " + std::string{name} + ", which includes it");
    open_.push_back(name);
    if (auto added = add_text(file->content); !added) return added;
    open_.pop_back();
    return {};
  }

  std::string take() { return std::move(out_); }

 private:
  std::expected<void, Failure> add_text(std::string_view rest) {
    while (true) {
      const std::size_t begin = rest.find("{{");
      out_.append(rest.substr(0, begin));
      if (begin == std::string_view::npos) return {};
      rest.remove_prefix(begin + 2);
      const std::size_t end = rest.find("}}");
      if (end == std::string_view::npos) return refused("opens {{ and does not close it");
      if (auto added = add_place(rest.substr(0, end)); !added) return added;
      rest.remove_prefix(end + 2);
    }
  }

  std::expected<void, Failure> add_place(std::string_view place) {
    if (place.starts_with(kInclude)) return add_file(place.substr(kInclude.size()));
    const auto value = values_.find(place);
    if (value == values_.end()) return refused("asks for {{" + std::string{place} + "}}, which nothing fills in");
    append_html_escaped(out_, value->second);  // not looked at again: an organisation may be called {{logo}}
    return {};
  }

  std::unexpected<Failure> refused(std::string why) const {
    const std::string where = open_.empty() ? "the program" : "the page's file " + std::string{open_.back()};
    return std::unexpected(Failure{Failure::Kind::Invalid, where + " " + why});
  }

  std::span<const EmbeddedFile> files_;
  const PageValues& values_;
  std::vector<std::string_view> open_;
  std::string out_;
};

}  // namespace

std::expected<std::string, Failure> render_page(std::string_view name, std::span<const EmbeddedFile> files,
                                                const PageValues& values) {
  PageRenderer renderer{files, values};
  if (auto added = renderer.add_file(name); !added) return std::unexpected(std::move(added.error()));
  return renderer.take();
}

void append_html_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace tweestap::http
