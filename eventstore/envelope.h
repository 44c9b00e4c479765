#pragma once
// The envelope (CloudEvents 1.0, structured mode): encoded once; the same bytes are stored, hashed, exported, streamed.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "domain/all_events.h"
#include "domain/ids.h"
#include "domain/time.h"
#include "eventstore/event_codec.h"
#include "platform/crypto/hash.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// Everything that an envelope says. `event` has its public members only, after decode().
struct Envelope {
  domain::LogId log;
  std::uint64_t position = 0;  // from 1, contiguous in the log
  std::uint64_t version = 0;   // from 1, contiguous in the subject's stream
  domain::Subject subject;
  domain::Time time;
  domain::CommandId command;
  domain::Correlation correlation;
  domain::Actor actor;
  std::optional<domain::AccountId> on_behalf_of;
  std::optional<platform::Digest> sealed_personal;  // SHA-256 of the value in `sealed`
  std::optional<platform::Digest> sealed_secret;
  std::uint32_t schema_version = 0;  // of its type as it was written; read by decode(), encode() writes today's
  domain::Event event;
};

/// What filters and indexes need, without the rest being judged. `type` points into the bytes that were scanned.
struct EnvelopeHead {
  std::uint64_t position = 0;
  std::uint64_t version = 0;
  std::string_view type;
  std::uint32_t schema_version = 0;
  domain::Subject subject;
  domain::Time time;
};

/// Appends the envelope's bytes. Position or version 0 or beyond 2^53-1, a digest where the event has nothing of that
/// class to seal (or none where it has), an event in a stream where it cannot stand: bugs. Any thread.
void encode(const Envelope& envelope, std::string& out);

/// The envelope of exactly these bytes, that is: encode() of the result gives them again. Damaged otherwise, also where
/// the type or its version is unknown (the reason says which, since then the program is older than the log). The bytes
/// are hostile (INP-2). Any thread.
[[nodiscard]] std::expected<Envelope, Failure> decode(std::string_view bytes);

/// The same into an envelope that is there, for whoever reads many; after a failure it holds anything.
[[nodiscard]] std::expected<void, Failure> decode(std::string_view bytes, Envelope& into);

/// Reads the members up to `version` and stops: what follows is neither read nor judged. An unknown type is no failure.
[[nodiscard]] std::expected<EnvelopeHead, Failure> scan_head(std::string_view bytes);

}  // namespace tweestap::eventstore
