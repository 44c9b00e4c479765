#pragma once
// Rows from the log again: at start where they are behind or of another format, and to show that they are the same.
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eventstore/inline_view.h"
#include "eventstore/opening.h"
#include "eventstore/reader.h"

namespace tweestap::eventstore {

/// Called now and then with (events done, events in all), from the thread that rebuilds.
using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

/// What the store knows of one view's rows.
struct ViewState {
  ViewNumber number = 0;
  std::string name;
  std::uint32_t format_wanted = 0;
  std::optional<std::uint32_t> format_stored;  ///< empty: never built, or a rebuild did not finish
  [[nodiscard]] bool current() const { return format_stored == format_wanted; }
};
[[nodiscard]] std::expected<std::vector<ViewState>, platform::Failure> view_states(const Reader& reader,
                                                                                   std::span<InlineView* const> views);

/// Rebuilds the given views' rows from the first event on and replaces theirs. A kill in the middle leaves the view
/// marked as not built, so the next start rebuilds it again. Rows of views that are not given stay as they are.
[[nodiscard]] std::expected<void, platform::Failure> rebuild(OpenedStore& store, std::span<InlineView* const> views,
                                                             const Progress& progress = {});

/// What `projections rebuild --compare` found in one view.
struct Difference {
  ViewNumber number = 0;
  std::string name;
  std::uint64_t rows = 0;       ///< of the rebuild
  std::uint64_t different = 0;  ///< rows that are missing, too many, or have another value
  std::string first_key;        ///< of the first such row, in hexadecimal
};
/// Rebuilds into memory and compares byte by byte with the live rows. Also on a Secondary: both are as of one head.
[[nodiscard]] std::expected<std::vector<Difference>, platform::Failure> compare(const Reader& reader,
                                                                                std::span<InlineView* const> views,
                                                                                const Progress& progress = {});

}  // namespace tweestap::eventstore
