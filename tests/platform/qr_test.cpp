#include "platform/qr.h"

#include <gtest/gtest.h>

#include <string>

#include "platform/crypto/totp.h"
#include "tests/platform/temporary_folder.h"

namespace tweestap::platform {
namespace {

// What a phone would read from the picture, through two programs that know nothing of ours.
std::string scanned(const std::string& svg) {
  const TemporaryFolder folder;
  const auto picture = folder.file("code.svg", svg);
  const auto pixels = folder / "code.png";
  output_of("rsvg-convert --width 800 --output " + pixels.string() + " " + picture.string());
  std::string text = output_of("zbarimg --quiet --raw " + pixels.string() + " 2>/dev/null");
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

TEST(QrSvg, IsReadBack) {
  const Secret uri = otpauth_uri("Zorggroep Voorbeeld", "alex@example.org", Secret::from_text("12345678901234567890"));
  const auto svg = qr_svg(uri.reveal_text());
  ASSERT_TRUE(svg);
  EXPECT_EQ(scanned(*svg), uri.reveal_text());
  EXPECT_LT(svg->size(), 16U * 1024) << "it goes into a JSON body";
}

TEST(QrSvg, TakesTheLongestText) {
  const std::string text = "https://example.org/" + std::string(1004, 'x');
  EXPECT_EQ(scanned(qr_svg(text).value()), text);
  EXPECT_FALSE(qr_svg(text + "x"));
  EXPECT_FALSE(qr_svg(""));
}

TEST(QrSvg, IsOneElementWithoutScriptOrReference) {
  const std::string svg = qr_svg("<script>&\"'").value();
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\""));
  EXPECT_TRUE(svg.ends_with("</svg>"));
  EXPECT_EQ(svg.find("script"), std::string::npos);
  EXPECT_EQ(svg.find("href"), std::string::npos);
}

}  // namespace
}  // namespace tweestap::platform
