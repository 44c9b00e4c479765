#pragma once
// Writes an answer to a socket: one system call where the socket takes it, and nothing left in memory behind it.
#include <chrono>
#include <ctime>
#include <string>
#include <string_view>

#include "http/request.h"
#include "http/response.h"

namespace tweestap::http {

/// Belongs to one connection and its thread.
class AnswerWriter {
 public:
  AnswerWriter(int socket, std::chrono::milliseconds timeout) : socket_(socket), timeout_(timeout) {}

  /// Sends head and body (no body for HEAD) and wipes both. False where the peer is gone or takes nothing for
  /// `timeout`.
  [[nodiscard]] bool write(Response& response, std::string_view request_id, bool head_only, bool close);

  /// The head of an answer whose length nobody knows yet, behind which the connection closes.
  [[nodiscard]] std::string stream_head(std::string_view request_id, std::string_view content_type, bool chunked);

 private:
  void write_head(const Response& response, std::string_view request_id, bool close);
  void append_date();

  int socket_;
  std::chrono::milliseconds timeout_;
  std::string head_;
  std::string date_;
  std::time_t date_second_ = -1;
};

/// A header value that can be written as it stands.
[[nodiscard]] bool is_header_value(std::string_view value);

/// The reason phrase of a status (RFC 9110, 15).
[[nodiscard]] std::string_view reason_phrase(std::uint16_t status);

}  // namespace tweestap::http
