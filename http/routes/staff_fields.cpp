#include "http/routes/staff_fields.h"

#include "http/routes/answers.h"

namespace tweestap::http {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

// C0 and C1 controls and DEL, in UTF-8 that was checked before: they could make a page or a terminal show something
// else than what was written.
bool has_controls(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

std::size_t code_points(std::string_view text) {
  std::size_t points = 0;
  for (const char c : text) points += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return points;
}

}  // namespace

std::expected<std::string, Problem> reason_of(const Body& body) {
  std::string_view text = body.string("reason");
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  if (text.empty() || code_points(text) > kReasonPointsMax || has_controls(text)) {
    return std::unexpected(malformed("reason"));
  }
  return std::string{text};
}

std::optional<domain::AccountId> account_in_path(const Request& request) {
  const auto subject = domain::Subject::parse(request.path_parameter("account"));
  return subject ? subject->account() : std::nullopt;
}

std::optional<domain::AccountId> account_of(const Caller& caller) {
  const SessionCaller* session = caller.session();
  return session == nullptr ? std::nullopt : std::optional{session->account};
}

}  // namespace tweestap::http
