#include "projections/projection.h"

namespace tweestap::projections {

Failure damaged_row(std::string_view view) {
  const std::string name{view};
  return {Failure::Kind::Damaged, "a row of the view '" + name +
                                      "' does not read back; stop the service and run 'tweestap projections rebuild " +
                                      name + "'"};
}

RowKey& RowKey::add_u64(std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) text_.push_back(static_cast<char>(value >> shift & 0xff));
  return *this;
}

}  // namespace tweestap::projections
