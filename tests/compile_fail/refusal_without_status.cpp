// refused: enumeration value .AnotherRefusal. not handled in switch
// The real switch of the front door, over the real refusals and one more that has no answer.
#ifdef TWEESTAP_OFFENCE
#define NothingChanges NothingChanges, AnotherRefusal
#endif
#include "domain/refusal.h"
#undef NothingChanges
#include "http/refusals.cpp"  // NOLINT(bugprone-suspicious-include): the switch itself is what is tried
