// refused: a_secret_member_must_have_exposure_secret
// A secret in the public part of an envelope would be in the log, on the feed and in every export.
#include "domain/describe.h"

namespace tweestap::domain {

struct KeyMade {
  SecretText key;
};
#ifdef TWEESTAP_OFFENCE
constexpr Exposure kExposure = Exposure::Public;
#else
constexpr Exposure kExposure = Exposure::Secret;
#endif
constexpr auto kField = field("key", &KeyMade::key, kExposure, "the key", Max{64});
static_assert(kField.max == 64);

}  // namespace tweestap::domain
