#include "http/pages/gzip.h"

#include <zlib.h>

#include "platform/bug.h"

namespace tweestap::http {

std::string gzip(std::string_view content) {
  constexpr int kGzipWindow = 15 + 16;  // the largest there is, and a head of gzip's instead of zlib's
  constexpr int kMemory = 9;            // all it may take, some 256 KiB
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    platform::bug("zlib does not begin");
  }
  std::string packed(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  // zlib reads there only; its type is older than const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int ended = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) platform::bug("zlib did not pack into the room that it asked for");
  return packed.size() < content.size() ? packed : std::string{};
}

}  // namespace tweestap::http
