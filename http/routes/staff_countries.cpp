#include "http/routes/staff_countries.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tweestap::http {
namespace {

// ISO 3166-1:2020, officially assigned codes, in alphabetical order.
constexpr std::string_view kCodes =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ"
    "DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJM"
    "JOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONP"
    "NRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTO"
    "TRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";
constexpr std::size_t kCount = kCodes.size() / 2;
static_assert(kCodes.size() == std::size_t{2} * 249);

constexpr auto kSorted = [] {
  std::array<std::string_view, kCount> codes{};
  for (std::size_t i = 0; i < kCount; ++i) codes[i] = kCodes.substr(2 * i, 2);
  return codes;
}();
static_assert(std::ranges::adjacent_find(kSorted, std::ranges::greater_equal{}) == kSorted.end(), "sorted, each once");

}  // namespace

bool is_country(std::string_view code) { return std::ranges::binary_search(kSorted, code); }

}  // namespace tweestap::http
