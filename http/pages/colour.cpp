#include "http/pages/colour.h"

#include <cmath>

#include "platform/bytes.h"
#include "platform/text/encoding.h"

namespace tweestap::http {
namespace {

// sRGB's curve (IEC 61966-2-1). WCAG prints 0.03928 for 0.04045; no value of eight bits lies between the two.
double linear(std::uint8_t channel) {
  const double value = channel / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

// WCAG 2.2, "relative luminance".
double luminance(const Colour& colour) {
  return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

std::uint8_t mixed(std::uint8_t channel, std::uint8_t other, int percent) {
  return static_cast<std::uint8_t>(channel + (other - channel) * percent / 100);
}

Colour readable_on(const Colour& background, const Colour& colour, const Colour& towards) {
  for (int percent = 0; percent < 100; ++percent) {
    const Colour nearer{mixed(colour.red, towards.red, percent), mixed(colour.green, towards.green, percent),
                        mixed(colour.blue, towards.blue, percent)};
    if (contrast(nearer, background) >= kTextContrast) return nearer;
  }
  return towards;
}

}  // namespace

std::optional<Colour> Colour::parse(std::string_view text) {
  if (text.size() != 7 || !text.starts_with('#')) return std::nullopt;
  const auto channels = platform::from_hex(text.substr(1));
  if (!channels) return std::nullopt;
  return Colour{(*channels)[0], (*channels)[1], (*channels)[2]};
}

std::string Colour::text() const {
  const std::uint8_t channels[] = {red, green, blue};
  return "#" + platform::to_hex(channels);
}

double contrast(const Colour& one, const Colour& other) {
  const double a = luminance(one) + 0.05;
  const double b = luminance(other) + 0.05;
  return a > b ? a / b : b / a;
}

Colour text_colour_on(const Colour& background) {
  return contrast(kWhite, background) >= kTextContrast ? kWhite : kBlack;
}

Colour readable_on_light(const Colour& colour) { return readable_on(kLightCard, colour, kBlack); }

Colour readable_on_dark(const Colour& colour) { return readable_on(kDarkCard, colour, kWhite); }

}  // namespace tweestap::http
