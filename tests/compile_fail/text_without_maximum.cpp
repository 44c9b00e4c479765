// refused: a_text_or_list_member_must_state_its_maximum
// An event without a bound could become too large for a Kafka record, after it was acknowledged.
#include "domain/describe.h"

namespace tweestap::domain {

struct NoteTaken {
  std::string note;
};
#ifdef TWEESTAP_OFFENCE
constexpr auto kField = field("note", &NoteTaken::note, Exposure::Public, "the note");
#else
constexpr auto kField = field("note", &NoteTaken::note, Exposure::Public, "the note", Max{64});
#endif
static_assert(kField.exposure == Exposure::Public);

}  // namespace tweestap::domain
