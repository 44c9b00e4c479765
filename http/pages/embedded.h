#pragma once
// The files of http/pages, as cmake/embed.cmake puts them into the program.
#include <span>

#include "http/texts.h"

namespace tweestap::http {

/// The pages, and below parts/ what they include.
[[nodiscard]] std::span<const EmbeddedFile> embedded_page_texts();

/// http/pages/assets: scripts, style sheets, images, catalogues.
[[nodiscard]] std::span<const EmbeddedFile> embedded_assets();

}  // namespace tweestap::http
