#include "eventstore/batch.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "eventstore/keys.h"

namespace tweestap::eventstore {
namespace {

Batch sample() {
  Batch batch;
  batch.log.bytes[0] = 7;
  batch.first_position = 41;
  batch.previous_root[31] = 9;
  batch.time = domain::Time{1'700'000'000'000'000};
  batch.entries = {{"{}", "personal", ""}, {"{\"a\":1}", "", std::string("\0secret", 7)}};
  batch.new_wrapped_keys = {"wrapped"};
  batch.answers = {{"key", "value"}};
  batch.answers_max = 1000;
  return batch;
}

TEST(Batch, ReadsBackAsItWas) {
  const Batch batch = sample();
  const auto read = decode_batch(encode_batch(batch));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, batch);
  EXPECT_EQ(*decode_batch(encode_batch(Batch{})), Batch{});
}

TEST(INP_2, ABatchThatIsCutOrLongerIsRefused) {
  const std::string bytes = encode_batch(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_batch(bytes.substr(0, size))) << size;
  EXPECT_FALSE(decode_batch(bytes + "x"));
}

TEST(INP_2, ABatchOfAnotherFormatIsRefused) {
  std::string bytes = encode_batch(sample());
  bytes[0] = 2;
  EXPECT_FALSE(decode_batch(bytes));
}

TEST(INP_2, ACountMakesNoRoomForMoreThanThereIs) {
  Batch empty;
  std::string bytes = encode_batch(empty);
  for (const std::size_t at : {1U + 16U + 8U}) bytes.replace(at, 4, "\xff\xff\xff\xff", 4);
  EXPECT_FALSE(decode_batch(bytes));
}

RC_GTEST_PROP(INP_2, AnyBytesAreReadOrRefused, (const std::string& bytes)) {
  const auto read = decode_batch(std::string(1, '\1') + bytes);
  if (read) RC_ASSERT(encode_batch(*read) == std::string(1, '\1') + bytes);
}

RC_GTEST_PROP(INP_2, AFlippedBatchIsReadAsWhatItSaysOrRefused, ()) {
  std::string bytes = encode_batch(sample());
  const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ *rc::gen::inRange(1, 256));
  const auto read = decode_batch(bytes);
  if (read) RC_ASSERT(encode_batch(*read) == bytes);
}

}  // namespace
}  // namespace tweestap::eventstore
