// refused: use of deleted function|call to deleted constructor
// Each copy is one more place to wipe, so it is made on purpose.
#include "domain/secret_text.h"
#include "platform/crypto/secret.h"

void copy(const tweestap::platform::Secret& secret, const tweestap::domain::SecretText& text) {
#ifdef TWEESTAP_OFFENCE
  const tweestap::platform::Secret one = secret;
#else
  const tweestap::platform::Secret one = secret.clone();
#endif
  const tweestap::domain::SecretText other = text.clone();
  static_cast<void>(one);
  static_cast<void>(other);
}
