#pragma once
// What people's routes answer, each shape written and described in one place.
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "domain/decision.h"
#include "http/authenticate.h"
#include "http/json_writer.h"
#include "http/request.h"
#include "http/response.h"
#include "http/route.h"
#include "http/services.h"
#include "http/tokens.h"

namespace tweestap::http {

/// malformed_request for one member of the body.
[[nodiscard]] Problem malformed(std::string_view member);

/// How one request gets its tokens: in the body, or as cookies where it asks for them. A copyable value that answers on
/// any thread may own.
class TokenDelivery {
 public:
  TokenDelivery(const Services& services, const Request& request);

  /// The member where tokens go into the body, otherwise nothing.
  void write(JsonWriter& json, std::string_view member, const platform::Secret& token) const;
  /// Set-Cookie where tokens go into cookies, otherwise nothing.
  void set(Response& response, TokenCookie cookie, const platform::Secret& token) const;
  /// Max-Age=0, likewise: what ends a token clears its cookie.
  void clear(Response& response, TokenCookie cookie) const;
  /// A device's token, for so long; on the public listener only.
  void set_device(Response& response, const platform::Secret& token, domain::Duration until_end) const;
  /// Likewise, where the request brought one.
  void clear_device(Response& response) const;

 private:
  const CookieRules* rules_;  // nullptr: in the body
  bool brought_device_;
};

/// A token on its way to whoever gets it: answers are made later and maybe on another thread, so they share it.
using SharedToken = std::shared_ptr<const DrawnToken>;
/// Unavailable without randomness.
[[nodiscard]] std::expected<SharedToken, Problem> draw_shared_token(const Services& services, TokenKind kind);

/// `"session":{…}` with its token, where it goes into the body.
void write_session(JsonWriter& json, const domain::SessionAnswer& session, const DrawnToken& token,
                   const TokenDelivery& delivery);
/// `{"session":{…}}` with a fresh token.
[[nodiscard]] Response fresh_session_response(const domain::SessionAnswer& session, const DrawnToken& token,
                                              const TokenDelivery& delivery);
/// A login is completed. `ends_login`: it was pending until now, so its cookie goes. `device`: handed out where the
/// decision says that the device is remembered.
[[nodiscard]] Response completed_response(Success success, const domain::LoginDone& done, const DrawnToken& token,
                                          const TokenDelivery& delivery, bool ends_login,
                                          const DrawnToken* device = nullptr);
/// A login waits. Without a token it is shown again. `phone_hint`: of method sms.
[[nodiscard]] Response pending_response(Success success, const domain::LoginPending& pending, const DrawnToken* token,
                                        const TokenDelivery& delivery, const std::optional<std::string>& phone_hint);
/// A code is on its way.
[[nodiscard]] Response sms_response(const domain::SmsAnswer& answer);

void write_names(JsonWriter& json, std::string_view member, domain::SetOf<domain::Amr> amr);

// Descriptions of the shapes above.
extern const AnswerShape kSessionShape;       ///< the object of a session with its token
extern const AnswerShape kFreshSessionShape;  ///< {"session":{…}}
extern const AnswerShape kLoginShape;         ///< a login, in whichever state
extern const AnswerShape kSmsShape;           ///< a code is on its way

}  // namespace tweestap::http
