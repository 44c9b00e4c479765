#pragma once
// One answer, before it is written to a socket.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tweestap::http {

/// How a request succeeded. What did not succeed is a problem (problem.h), whose status comes from its code alone.
enum class Success : std::uint16_t { Ok = 200, Created = 201, Accepted = 202, NoContent = 204 };

struct ResponseHeader {
  std::string_view name;  ///< a literal
  std::string value;      ///< a control character in it is a bug and ends the process
};

/// An answer. `Request-Id`, `Content-Length`, `Cache-Control` and `Connection` are written by the listener.
struct Response {
  std::uint16_t status = 204;
  std::string_view content_type;  ///< a literal; empty where there is no body
  std::string body;
  std::vector<ResponseHeader> headers;
  std::string_view cache_control = "no-store";  ///< a literal; only static files and tiles say something else
  bool streamed = false;                        ///< it went through the request's BodyStream; the rest says what it was
  bool close = false;                           ///< end the connection behind this answer

  [[nodiscard]] static Response empty(Success success = Success::NoContent);
  [[nodiscard]] static Response json(Success success, std::string body);
  [[nodiscard]] static Response text(std::string body, std::string_view content_type = "text/plain; charset=utf-8");
};

/// Overwrites its body and the values of its headers, which may be tokens and codes, and empties them.
void wipe(Response& response);

}  // namespace tweestap::http
