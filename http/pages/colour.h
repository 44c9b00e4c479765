#pragma once
// Colours and whether people can read them.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tweestap::http {

/// Of sRGB.
struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;

  /// `#0b6b6b`, in either case.
  [[nodiscard]] static std::optional<Colour> parse(std::string_view text);
  /// The same in lower case.
  [[nodiscard]] std::string text() const;

  friend constexpr bool operator==(const Colour&, const Colour&) = default;
};

inline constexpr Colour kWhite{255, 255, 255};
inline constexpr Colour kBlack{0, 0, 0};
/// What the pages' style sheet has behind actions: a card's, in the light and in the dark. What lies around a card in
/// the light is darker than white by so little that a text's 4.5 becomes 4 there, which is more than a line's 3.
inline constexpr Colour kLightCard = kWhite;
inline constexpr Colour kDarkCard{0x20, 0x24, 0x28};
/// What text needs at least (WCAG 2.2, success criterion 1.4.3).
inline constexpr double kTextContrast = 4.5;

/// From 1 to 21 (WCAG 2.2, "contrast ratio").
[[nodiscard]] double contrast(const Colour& one, const Colour& other);

/// White where that can be read on it, or else black: on every colour one of the two can.
[[nodiscard]] Colour text_colour_on(const Colour& background);

/// The colour, with as little black as it takes to be read on kLightCard.
[[nodiscard]] Colour readable_on_light(const Colour& colour);
/// The colour, with as little white as it takes to be read on kDarkCard.
[[nodiscard]] Colour readable_on_dark(const Colour& colour);

}  // namespace tweestap::http
