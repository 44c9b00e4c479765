#include "projections/directory.h"

#include "projections/all.h"
#include "projections/row.h"

namespace tweestap::projections {
namespace {

struct Owner {
  domain::AccountId account;
  static constexpr auto fields() { return std::tuple{domain::stored(&Owner::account)}; }
};

RowKey key_of(const domain::LookupHash& hash) { return RowKey{'h'}.add(hash); }

}  // namespace

ViewNumber DirectoryView::number() const { return kDirectoryView; }

std::expected<void, Failure> DirectoryView::apply(const Stored& stored, Rows& rows) {
  const auto* registered = std::get_if<domain::AccountRegistered>(&stored.event);
  if (registered == nullptr) return {};
  write_row(rows, kDirectoryView, key_of(registered->identifier_hash), Owner{domain::AccountId{stored.subject.bytes}});
  return {};
}

std::expected<std::optional<domain::AccountId>, Failure> read_owner(RowReader& rows, const domain::LookupHash& hash) {
  const auto owner = read_row<Owner>(rows, kDirectoryView, key_of(hash), "directory");
  if (!owner) return std::unexpected(owner.error());
  if (!*owner) return std::optional<domain::AccountId>{};
  return std::optional{(*owner)->account};
}

}  // namespace tweestap::projections
