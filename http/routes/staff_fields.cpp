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

std::expected<std::string, Problem> checked(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  if (text.empty() || code_points(text) > kReasonPointsMax || has_controls(text)) {
    return std::unexpected(malformed("reason"));
  }
  return std::string{text};
}

}  // namespace

std::expected<std::string, Problem> reason_of(const Body& body) { return checked(body.string("reason")); }

std::expected<std::optional<std::string>, Problem> optional_reason_of(const Body& body) {
  const auto text = body.optional_string("reason");
  if (!text) return std::nullopt;
  auto reason = checked(*text);
  if (!reason) return std::unexpected(std::move(reason.error()));
  return std::move(*reason);
}

std::optional<domain::AccountId> account_in_path(const Request& request) {
  const auto subject = domain::Subject::parse(request.path_parameter("account"));
  return subject ? subject->account() : std::nullopt;
}

bool is_admin_session(const Caller& caller) {
  return caller.session() != nullptr && caller.account->profile.roles.has(domain::Role::Admin);
}

std::optional<domain::AccountId> account_of(const Caller& caller) {
  const SessionCaller* session = caller.session();
  return session == nullptr ? std::nullopt : std::optional{session->account};
}

}  // namespace tweestap::http
