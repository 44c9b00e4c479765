#include "eventstore/envelope.h"

#include <algorithm>
#include <utility>

#include "eventstore/keys.h"
#include "platform/bug.h"

namespace tweestap::eventstore {
namespace {

constexpr std::string_view kSourcePrefix = "urn:tweestap:";
constexpr auto kCountMax = static_cast<std::uint64_t>(kJsonIntegerMax);

const EventType& type_of(const domain::Event& event) {
  const EventType* type = find_event_type(domain::info_of(event).name);
  if (type == nullptr) platform::bug("an event is not in the table of events");
  return *type;
}

bool allows(const SealedRule& rule, bool there) { return there ? rule.may : !rule.must; }

void append_quoted(std::string_view before, const auto& value, std::string& out) {
  out.append(before);
  value.append_text(out);
  out.push_back('"');
}

void append_digest(std::string_view before, const std::optional<platform::Digest>& digest, std::string& out) {
  if (!digest) return;
  out.append(before);
  append_lower_hex(digest->data(), digest->size(), out);
  out.push_back('"');
}

template <class Id>
Id read_id(JsonCursor& cursor) {
  if (const auto id = Id::parse(cursor.take_plain(Id::kTextSize))) return *id;
  cursor.fail();
  return Id{};
}

domain::Time read_time(JsonCursor& cursor) {
  if (const auto time = domain::parse_rfc3339_us(cursor.take_plain(domain::kRfc3339UsSize))) return *time;
  cursor.fail();
  return {};
}

// For what has one of several forms.
template <class T, class Parse>
T parsed(JsonCursor& cursor, Parse&& parse) {
  if (const auto value = parse(cursor.plain_string())) return *value;
  cursor.fail();
  return T{};
}

// Most subjects and actors are accounts.
domain::Subject read_subject(JsonCursor& cursor) {
  if (const auto account = domain::AccountId::parse(cursor.take_plain(domain::AccountId::kTextSize))) {
    const auto subject = domain::Subject::of(*account);
    if (subject.is_reserved()) cursor.fail();
    return subject;
  }
  return parsed<domain::Subject>(cursor, domain::Subject::parse);
}

// Most actors are accounts, and most events belong to a login: those are tried first, and judged once.
domain::Actor read_actor(JsonCursor& cursor) {
  if (cursor.next_is(R"("acc_)")) return read_id<domain::AccountId>(cursor);
  return parsed<domain::Actor>(cursor, domain::parse_actor);
}
domain::Correlation read_correlation(JsonCursor& cursor) {
  if (cursor.next_is(R"("lgn_)")) return read_id<domain::LoginId>(cursor);
  if (cursor.next_is(R"("cmd_)")) return read_id<domain::CommandId>(cursor);
  return parsed<domain::Correlation>(cursor, domain::parse_correlation);
}

void read_digest(JsonCursor& cursor, std::string_view before, std::optional<platform::Digest>& digest) {
  if (!cursor.take(before)) {
    digest.reset();
    return;
  }
  platform::Digest& bytes = digest.emplace();
  if (!parse_lower_hex(cursor.take_plain(2 * bytes.size()), bytes.data(), bytes.size())) cursor.fail();
}

// The members that every envelope begins with, in their order. The id's position is compared with the member of that
// name, and the source's log with the id's.
struct Beginning {
  std::string_view log;  // as text, judged by whoever needs it
  EnvelopeHead head;
};

Beginning read_beginning(JsonCursor& cursor) {
  Beginning out;
  cursor.expect(R"({"specversion":"1.0","id":")");
  const std::string_view id = cursor.rest();
  constexpr std::size_t kLogSize = domain::LogId::kTextSize;
  if (id.size() <= kLogSize || id[kLogSize] != '/') {
    cursor.fail();
    return out;
  }
  out.log = id.substr(0, kLogSize);
  cursor.skip(kLogSize + 1);
  out.head.position = cursor.count(kCountMax);
  cursor.expect(R"(","source":")");
  cursor.expect(kSourcePrefix);
  cursor.expect(out.log);
  cursor.expect(R"(","type":)");
  out.head.type = cursor.plain_string();
  cursor.expect(R"(,"schemaversion":)");
  out.head.schema_version = static_cast<std::uint32_t>(cursor.count(0xffff'ffff));
  cursor.expect(R"(,"subject":)");
  out.head.subject = read_subject(cursor);
  cursor.expect(R"(,"time":)");
  out.head.time = read_time(cursor);
  cursor.expect(R"(,"position":)");
  if (cursor.count(kCountMax) != out.head.position) cursor.fail();
  cursor.expect(R"(,"version":)");
  out.head.version = cursor.count(kCountMax);
  if (out.head.position == 0 || out.head.version == 0) cursor.fail();
  return out;
}

// A type name that can be shown: what our own look like. Anything else of a hostile envelope stays out of the reason.
bool is_type_name(std::string_view type) {
  return type.size() <= 64 && std::all_of(type.begin(), type.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
         });
}

std::unexpected<Failure> unknown(const EnvelopeHead& head) {
  if (!is_type_name(head.type)) return std::unexpected(damaged("an envelope names a type that is none"));
  return std::unexpected(damaged("this program does not know version " + std::to_string(head.schema_version) +
                                 " of the event type " + std::string{head.type} + " at position " +
                                 std::to_string(head.position) + ": the log was written by a newer one"));
}

void check(const Envelope& envelope, const EventType& type) {
  if (envelope.position == 0 || envelope.version == 0) platform::bug("positions and versions count from 1");
  if (!allows(type.personal, envelope.sealed_personal.has_value()) ||
      !allows(type.secret, envelope.sealed_secret.has_value())) {
    platform::bug("an event was to be stored without its sealed members, or with some that it has not");
  }
  if (envelope.subject.is_reserved() && envelope.subject != domain::kVisitor && envelope.subject != domain::kPolicy &&
      envelope.subject != domain::kService) {
    platform::bug("an event was to be stored in a reserved stream that has no name");
  }
  if (!type.belongs_to(envelope.subject)) platform::bug("an event was to be stored in a stream where it cannot stand");
}

}  // namespace

void encode(const Envelope& envelope, std::string& out) {
  const EventType& type = type_of(envelope.event);
  check(envelope, type);
  constexpr std::size_t kUsualBytes = 1024;  // so that the text grows once
  const std::size_t before = out.size();
  if (out.capacity() - before < kUsualBytes) out.reserve(std::max(before + kUsualBytes, 2 * out.capacity()));
  append_quoted(R"({"specversion":"1.0","id":")", envelope.log, out);
  out.back() = '/';  // in place of the closing quote: the id goes on
  append_json_count(envelope.position, out);
  out.append(R"(","source":")");
  append_quoted(kSourcePrefix, envelope.log, out);
  out.append(R"(,"type":")").append(type.info->name);
  out.append(R"(","schemaversion":)");
  append_json_count(type.info->schema_version, out);
  append_quoted(R"(,"subject":")", envelope.subject, out);
  out.append(R"(,"time":")");
  if (envelope.time < domain::Time{} || envelope.time > domain::kTimeMax) platform::bug("an event's time is none");
  domain::append_rfc3339_us(envelope.time, out);
  out.append(R"(","position":)");
  append_json_count(envelope.position, out);
  out.append(R"(,"version":)");
  append_json_count(envelope.version, out);
  append_quoted(R"(,"command":")", envelope.command, out);
  out.append(R"(,"correlation":")");
  domain::append_text(envelope.correlation, out);
  out.append(R"(","actor":")");
  domain::append_text(envelope.actor, out);
  out.push_back('"');
  if (envelope.on_behalf_of) append_quoted(R"(,"onbehalfof":")", *envelope.on_behalf_of, out);
  append_digest(R"(,"sealedpersonal":")", envelope.sealed_personal, out);
  append_digest(R"(,"sealedsecret":")", envelope.sealed_secret, out);
  out.append(R"(,"data":)");
  append_public_data(envelope.event, out);
  out.push_back('}');
  if (out.size() - before > kEnvelopeBytesMax) platform::bug("an envelope is beyond 16 KiB");
}

std::expected<void, Failure> decode(std::string_view bytes, Envelope& into) {
  if (bytes.size() > kEnvelopeBytesMax) return std::unexpected(damaged("an envelope is beyond 16 KiB"));
  JsonCursor cursor{bytes};
  const Beginning beginning = read_beginning(cursor);
  if (!cursor.good()) return std::unexpected(damaged("an envelope does not begin as one"));
  const EventType* type = find_event_type(beginning.head.type);
  if (type == nullptr || beginning.head.schema_version < 1 ||
      beginning.head.schema_version > type->info->schema_version) {
    return unknown(beginning.head);
  }
  const auto log = domain::LogId::parse(beginning.log);
  if (!log) return std::unexpected(damaged("an envelope names a log that is none"));

  into.log = *log;
  into.position = beginning.head.position;
  into.version = beginning.head.version;
  into.subject = beginning.head.subject;
  into.time = beginning.head.time;
  into.schema_version = beginning.head.schema_version;
  cursor.expect(R"(,"command":)");
  into.command = read_id<domain::CommandId>(cursor);
  cursor.expect(R"(,"correlation":)");
  into.correlation = read_correlation(cursor);
  cursor.expect(R"(,"actor":)");
  into.actor = read_actor(cursor);
  into.on_behalf_of.reset();
  if (cursor.take(R"(,"onbehalfof":)")) into.on_behalf_of = read_id<domain::AccountId>(cursor);
  read_digest(cursor, R"(,"sealedpersonal":)", into.sealed_personal);
  read_digest(cursor, R"(,"sealedsecret":)", into.sealed_secret);
  cursor.expect(R"(,"data":)");
  if (cursor.good()) type->read_public(cursor, into.schema_version, into.event);
  cursor.expect("}");
  if (!cursor.finished() || !allows(type->personal, into.sealed_personal.has_value()) ||
      !allows(type->secret, into.sealed_secret.has_value()) || !type->belongs_to(into.subject)) {
    return std::unexpected(
        damaged("the envelope at position " + std::to_string(into.position) + " is not as it was written"));
  }
  return {};
}

std::expected<Envelope, Failure> decode(std::string_view bytes) {
  std::expected<Envelope, Failure> out{std::in_place};
  if (auto decoded = decode(bytes, *out); !decoded) out = std::unexpected(std::move(decoded.error()));
  return out;
}

std::expected<EnvelopeHead, Failure> scan_head(std::string_view bytes) {
  JsonCursor cursor{bytes};
  const Beginning beginning = read_beginning(cursor);
  if (!cursor.good()) return std::unexpected(damaged("an envelope does not begin as one"));
  return beginning.head;
}

}  // namespace tweestap::eventstore
