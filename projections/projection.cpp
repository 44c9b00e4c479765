#include "projections/projection.h"

#include "platform/bug.h"

namespace tweestap::projections {

Failure damaged_row(std::string_view view) {
  const std::string name{view};
  return {Failure::Kind::Damaged, "a row of the view '" + name +
                                      "' does not read back; stop the service and run 'tweestap projections rebuild " +
                                      name + "'"};
}

void RowKey::too_long() { platform::bug("a row's key is beyond its maximum"); }

}  // namespace tweestap::projections
