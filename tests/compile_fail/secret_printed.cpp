// refused: no match for .operator<<.|invalid operands to binary expression
// Whoever wants a secret's bytes has to write reveal(), which a reviewer can search for.
#include <ostream>

#include "platform/crypto/secret.h"

void print(std::ostream& out, const tweestap::platform::Secret& secret) {
#ifdef TWEESTAP_OFFENCE
  out << secret;
#else
  out << secret.size();
#endif
}
