// What the reader library and the service have to agree on, which share no code for it.
#include <gtest/gtest.h>

#include "consumers/kafka/reader/feed.h"
#include "http/routes/events.h"

namespace tweestap::app {
namespace {

// More would be refused, and less asked for more often than needed.
TEST(ReaderFeed, AsksForAsMuchAsTheServiceGives) { EXPECT_EQ(reader::kPageEventsMax, http::kFeedLimitMax); }

}  // namespace
}  // namespace tweestap::app
