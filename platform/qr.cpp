#include "platform/qr.h"

#include <qrencode.h>

#include <cerrno>
#include <memory>
#include <span>

#include "platform/crypto/secret.h"

namespace tweestap::platform {
namespace {

constexpr std::size_t kTextBytesMax = 1024;  // an otpauth URI has about 150; denser codes do not scan from a screen
constexpr int kQuietZone = 4;                // modules: ISO/IEC 18004, 6.3.8

struct FreeCode {
  // The modules are the text, and the text may hold a secret.
  void operator()(QRcode* code) const noexcept {
    wipe_memory({code->data, static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width)});
    QRcode_free(code);
  }
};

// One path of horizontal runs: a tenth of the size of a rectangle a module.
std::string path_of(std::span<const unsigned char> modules, int width) {
  const auto dark = [&](int x, int y) { return (modules[static_cast<std::size_t>(y * width + x)] & 1U) != 0; };
  std::string path;
  path.reserve(modules.size() * 6);
  for (int y = 0; y < width; ++y) {
    for (int x = 0; x < width; ++x) {
      if (!dark(x, y)) continue;
      const int from = x;
      while (x < width && dark(x, y)) ++x;
      const std::string run = std::to_string(x - from);
      path += "M" + std::to_string(from + kQuietZone) + " " + std::to_string(y + kQuietZone);
      path += "h" + run + "v1h-" + run + "z";
    }
  }
  return path;
}

}  // namespace

std::expected<std::string, Failure> qr_svg(std::string_view text) {
  if (text.empty() || text.size() > kTextBytesMax) {
    return std::unexpected(Failure{Failure::Kind::Invalid, "a QR code is made of 1 to 1024 bytes"});
  }
  const std::unique_ptr<QRcode, FreeCode> code(QRcode_encodeData(
      static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
  if (code == nullptr) {
    if (errno == ENOMEM) return std::unexpected(Failure{Failure::Kind::Unavailable, "no memory for a QR code"});
    return std::unexpected(Failure{Failure::Kind::Internal, "libqrencode could not encode a text"});
  }
  const std::size_t modules = static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width);
  const std::string side = std::to_string(code->width + 2 * kQuietZone);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + side + " " + side +
         "\" shape-rendering=\"crispEdges\" role=\"img\"><path fill=\"#fff\" d=\"M0 0h" + side + "v" + side +
         "H0z\"/><path fill=\"#000\" d=\"" + path_of({code->data, modules}, code->width) + "\"/></svg>";
}

}  // namespace tweestap::platform
