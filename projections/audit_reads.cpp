#include "projections/audit_reads.h"

#include "projections/all.h"
#include "projections/row.h"

namespace tweestap::projections {
namespace {

void add_actor(RowKey& key, const domain::Actor& actor) {
  key.add_u8(static_cast<std::uint8_t>(actor.index()));
  std::visit(
      [&key](const auto& one) {
        if constexpr (requires { one.bytes; }) key.add(one.bytes);
      },
      actor);
}

RowKey key_of(const domain::Actor& actor, const ReadSubject& whose) {
  RowKey key{'r'};
  add_actor(key, actor);
  key.add_u8(static_cast<std::uint8_t>(whose.index()));
  std::visit([&key](const auto& one) { key.add(one.bytes); }, whose);
  return key;
}

}  // namespace

AuditReadsView::AuditReadsView(Keeping keeping) : reads_(kAuditReadsView, "audit_reads", 'x', keeping) {}

ViewNumber AuditReadsView::number() const { return kAuditReadsView; }

std::expected<void, Failure> AuditReadsView::apply(const Stored& stored, Rows& rows) {
  reads_.sweep(rows, stored.position, stored.time);
  const auto* read = std::get_if<domain::AuditRead>(&stored.event);
  if (read == nullptr) return {};
  if (!read->account && !read->identifier_hash) return {};
  const RowKey key =
      key_of(stored.actor, read->account ? ReadSubject{*read->account} : ReadSubject{*read->identifier_hash});
  const auto before = reads_.get(rows, key);
  if (!before) return std::unexpected(before.error());
  reads_.put(rows, key, *before ? std::optional{(*before)->at} : std::nullopt, {stored.time});
  return {};
}

std::expected<void, Failure> AuditReadsView::finish(Rows& rows) {
  reads_.finish(rows);
  return {};
}

std::expected<std::optional<domain::Time>, Failure> read_audit_read(RowReader& rows, const domain::Actor& actor,
                                                                    const ReadSubject& whose) {
  const auto read = read_row<AuditReadRow>(rows, kAuditReadsView, key_of(actor, whose), "audit_reads");
  if (!read) return std::unexpected(read.error());
  if (!*read) return std::optional<domain::Time>{};
  return std::optional{(*read)->at};
}

}  // namespace tweestap::projections
