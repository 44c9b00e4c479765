// The strict reader of request bodies (INP-1): whatever it accepts is JSON for a reader by other people as well.
#include "http/json_body.h"

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <vector>

namespace {

using tweestap::http::Member;
using tweestap::http::MemberType;
using tweestap::http::Presence;

constexpr Member kMembers[] = {
    {"identifier", MemberType::String, Presence::Required, 320, "who"},
    {"password", MemberType::Secret, Presence::Optional, 512, "a secret"},
    {"remember", MemberType::Boolean, Presence::Optional, 0, "yes or no"},
    {"count", MemberType::Integer, Presence::Optional, 1000, "a number"},
    {"roles", MemberType::Strings, Presence::Optional, 8, "a list"},
    {"until", MemberType::Time, Presence::OptionalOrNull, 0, "a time, or null"},
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<char> text(data, data + size);  // the reader unescapes in place
  const auto body = tweestap::http::read_json_object(text, kMembers);
  if (!body) return 0;
  const auto document = nlohmann::json::parse(data, data + size, nullptr, false);
  if (!document.is_object()) std::abort();
  if (!document.contains("identifier") || document["identifier"] != body->string("identifier")) std::abort();
  if (const auto count = body->integer("count"); count && document["count"] != *count) std::abort();
  if (const auto secret = body->optional_string("password"); secret && document["password"] != *secret) std::abort();
  return 0;
}
