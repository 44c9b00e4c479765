#include "tests/eventstore/samples.h"

namespace tweestap::eventstore::samples {
namespace {

constexpr std::array<std::string_view, 16> kOddPieces{"a",    "Z",    " ",    "\"", "\\",     "/",  "\n", "\t",
                                                      "\x01", "\x1f", "\x7f", "é",  "\u2028", "漢", "😀",  {"\0", 1}};

}  // namespace

std::string draw_text(Draw& draw, Taste taste, std::size_t bytes_max) {
  std::string out;
  if (taste == Taste::Plain) {
    for (std::size_t n = std::min<std::size_t>(bytes_max, 2 + draw.below(14)); n > 0; --n) {
      out.push_back(static_cast<char>('a' + draw.below(26)));
    }
    return out;
  }
  const std::size_t wanted = draw.below(4) == 0 ? bytes_max : draw.below(bytes_max + 1);
  while (out.size() < wanted) {
    const std::string_view piece = kOddPieces[draw.below(kOddPieces.size())];
    if (out.size() + piece.size() > bytes_max) break;
    out.append(piece);
  }
  return out;
}

domain::Actor draw_actor(Draw& draw) {
  switch (draw.below(4)) {
    case 0:
      return domain::Anyone{};
    case 1:
      return domain::System{};
    case 2:
      return domain::ApiKeyId{draw_bytes<domain::IdBytes>(draw)};
    default:
      return domain::AccountId{draw_bytes<domain::IdBytes>(draw)};
  }
}

domain::Correlation draw_correlation(Draw& draw) {
  switch (draw.below(4)) {
    case 0:
      return domain::CommandId{draw_bytes<domain::IdBytes>(draw)};
    case 1:
      return domain::EnrolmentId{draw_bytes<domain::IdBytes>(draw)};
    case 2:
      return domain::ResetId{draw_bytes<domain::IdBytes>(draw)};
    default:
      return domain::LoginId{draw_bytes<domain::IdBytes>(draw)};
  }
}

Envelope draw_any(Draw& draw, Taste taste) {
  std::optional<Envelope> out;
  std::size_t which = draw.below(std::variant_size_v<domain::EventVariant>);
  domain::for_each_event([&]<class E>() {
    if (which-- == 0) out = draw_envelope<E>(draw, taste);
  });
  return *std::move(out);
}

std::string all_members(const domain::Event& event) {
  std::string out;
  append_public_data(event, out);
  for (const SealedClass sealed : {SealedClass::Personal, SealedClass::Secret}) {
    if (const auto members = members_to_seal(event, sealed)) out.append(members->reveal_text());
  }
  return out;
}

}  // namespace tweestap::eventstore::samples
