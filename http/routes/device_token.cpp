#include "http/routes/device_token.h"

#include <array>
#include <utility>

#include "eventstore/partition.h"
#include "http/cookies.h"
#include "http/tokens.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

struct Word {
  std::string_view in;    // the User-Agent has this
  std::string_view name;  // then it is this
};

// The first that fits: most browsers also name those that they descend from, so the descendants come first.
constexpr std::array kBrowsers{
    Word{"Edg", "Edge"},         Word{"OPR/", "Opera"},       Word{"SamsungBrowser/", "Samsung Internet"},
    Word{"Vivaldi/", "Vivaldi"}, Word{"Firefox/", "Firefox"}, Word{"FxiOS/", "Firefox"},
    Word{"CriOS/", "Chrome"},    Word{"Chrome/", "Chrome"},   Word{"Safari/", "Safari"},
};
constexpr std::array kSystems{
    Word{"Android", "Android"}, Word{"iPhone", "iPhone"}, Word{"iPad", "iPad"},   Word{"Windows", "Windows"},
    Word{"CrOS", "ChromeOS"},   Word{"Mac OS X", "Mac"},  Word{"Linux", "Linux"},
};

template <std::size_t N>
std::string_view first_in(const std::array<Word, N>& words, std::string_view user_agent) {
  for (const Word& word : words) {
    if (user_agent.contains(word.in)) return word.name;
  }
  return {};
}

std::optional<std::string_view> text_of(const Services& services, const Request& request, const Body& body) {
  if (request.listener != ListenerKind::Public) return std::nullopt;
  if (const auto sent = body.optional_string("device_token")) return sent;
  return services.rules.cookies(request.listener).token(request, TokenCookie::Device);
}

}  // namespace

std::expected<std::optional<DeviceToken>, platform::Failure> device_token_of(
    const Services& services, const Request& request, const Body& body,
    const std::optional<domain::AccountId>& account) {
  const auto text = text_of(services, request, body);
  if (!text || token_kind(*text) != TokenKind::Device) return std::nullopt;
  const domain::TokenId id = token_id(*text);
  const auto row = projections::Moment::latest(services.partition.reader()).token(id);
  if (!row) return std::unexpected(row.error());
  auto next = draw_token(services.random, TokenKind::Device);
  if (!next) return std::unexpected(std::move(next.error()));
  if (!*row || (*row)->kind != projections::TokenKind::Device || (*row)->account != account) return std::nullopt;
  const domain::PresentedDevice presented{(*row)->device(), id, (*row)->generation, next->id};
  return DeviceToken{presented, std::make_shared<const DrawnToken>(std::move(*next))};
}

std::optional<std::string> device_name(std::string_view user_agent) {
  const std::string_view browser = first_in(kBrowsers, user_agent);
  const std::string_view system = first_in(kSystems, user_agent);
  if (browser.empty() && system.empty()) return std::nullopt;
  if (browser.empty()) return std::string{system};
  if (system.empty()) return std::string{browser};
  return std::string{browser}.append(" on ").append(system);
}

}  // namespace tweestap::http
