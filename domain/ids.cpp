#include "domain/ids.h"

#include <type_traits>

namespace tweestap::domain {

void append_text(const Actor& actor, std::string& out) {
  std::visit(
      [&out](const auto& who) {
        using Who = std::remove_cvref_t<decltype(who)>;
        if constexpr (std::is_same_v<Who, Anyone>) {
          out.append("visitor");
        } else if constexpr (std::is_same_v<Who, System>) {
          out.append("system");
        } else {
          who.append_text(out);
        }
      },
      actor);
}

void append_text(const Correlation& correlation, std::string& out) {
  std::visit([&out](const auto& id) { id.append_text(out); }, correlation);
}

std::optional<Actor> parse_actor(std::string_view text) {
  if (text == "visitor") return Anyone{};
  if (text == "system") return System{};
  if (const auto account = AccountId::parse(text)) return *account;
  if (const auto key = ApiKeyId::parse(text)) return *key;
  return std::nullopt;
}

std::optional<Correlation> parse_correlation(std::string_view text) {
  if (const auto command = CommandId::parse(text)) return *command;
  if (const auto login = LoginId::parse(text)) return *login;
  if (const auto enrolment = EnrolmentId::parse(text)) return *enrolment;
  if (const auto reset = ResetId::parse(text)) return *reset;
  return std::nullopt;
}

}  // namespace tweestap::domain
