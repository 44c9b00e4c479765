#pragma once
// Who may use a route. Authentication reads it, OpenAPI shows it, a test walks the whole matrix (SES-1).
#include <cstdint>
#include <initializer_list>

namespace tweestap::http {

/// A kind of caller, told by the token that came along. Roles of staff sessions and of API keys are apart, because some
/// things need a person.
enum class Principal : std::uint32_t {
  Anyone = 1U << 0,                  ///< no token is asked for
  LoginCodeRequired = 1U << 1,       ///< a login token in state code_required
  LoginEnrolmentRequired = 1U << 2,  ///< a login token in state enrolment_required
  Session = 1U << 3,                 ///< a session of the listener that was asked, whatever the roles
  StaffHelpdesk = 1U << 4,           ///< a staff session of an account with the role helpdesk (admin may do the same)
  StaffAdmin = 1U << 5,
  StaffAuditor = 1U << 6,
  KeyHelpdesk = 1U << 7,  ///< an API key with that role (an admin key may do the same)
  KeyAdmin = 1U << 8,
  KeyAuditor = 1U << 9,
  KeyFrontend = 1U << 10,
  KeyStream = 1U << 11,
};

/// The principals of one route, and whether a session must be fresh (second step within the last 5 minutes). Has no
/// default: a route says who may use it.
class Who {
 public:
  consteval Who(std::initializer_list<Principal> principals) {
    for (const Principal principal : principals) bits_ |= static_cast<std::uint32_t>(principal);
    if (bits_ == 0) throw "a route without a principal";  // consteval: does not compile
    if ((bits_ & 1U) != 0 && bits_ != 1U) throw "anyone includes everybody else";
  }
  /// The same with `fresh` asked of every session.
  [[nodiscard]] consteval Who fresh() const {
    Who other = *this;
    other.fresh_ = true;
    return other;
  }
  [[nodiscard]] constexpr bool contains(Principal principal) const {
    return (bits_ & static_cast<std::uint32_t>(principal)) != 0;
  }
  [[nodiscard]] constexpr bool needs_fresh() const { return fresh_; }

 private:
  std::uint32_t bits_ = 0;
  bool fresh_ = false;
};

}  // namespace tweestap::http
