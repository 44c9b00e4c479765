#pragma once
// Where this checkout and its program are.
#include <filesystem>

namespace tweestap::tests {

/// The root of the tree.
[[nodiscard]] std::filesystem::path source_dir();
/// The program that was built beside the tests.
[[nodiscard]] std::filesystem::path program();

}  // namespace tweestap::tests
