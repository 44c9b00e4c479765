#include "http/response.h"

#include <utility>

#include "platform/crypto/secret.h"

namespace tweestap::http {
namespace {

void wipe_text(std::string& text) {
  platform::wipe_memory({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  text.clear();
}

}  // namespace

Response Response::empty(Success success) {
  Response response;
  response.status = static_cast<std::uint16_t>(success);
  return response;
}

Response Response::json(Success success, std::string body) {
  Response response;
  response.status = static_cast<std::uint16_t>(success);
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

Response Response::text(std::string body, std::string_view content_type) {
  Response response;
  response.status = static_cast<std::uint16_t>(Success::Ok);
  response.content_type = content_type;
  response.body = std::move(body);
  return response;
}

void wipe(Response& response) {
  wipe_text(response.body);
  for (ResponseHeader& header : response.headers) wipe_text(header.value);
}

}  // namespace tweestap::http
