#include "consumers/kafka/reader/stored_places.h"

#include <algorithm>
#include <utility>

#include "consumers/kafka/reader/client.h"

namespace tweestap::reader {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPatienceMax{3200};
constexpr milliseconds kBetweenQuestions{500};

// Of the answer, or the first that any of the Kafka partitions met: taken for nothing stored, it would begin anew.
rd_kafka_resp_err_t error_of_asking(rd_kafka_resp_err_t answer, const rd_kafka_topic_partition_list_t& list) {
  for (int i = 0; answer == RD_KAFKA_RESP_ERR_NO_ERROR && i < list.cnt; ++i) answer = list.elems[i].err;
  return answer;
}

Place place_of(const rd_kafka_topic_partition_t& stored, const Place& otherwise) {
  Place place = otherwise;
  if (stored.offset >= 0) {
    const auto token = parse_token({static_cast<const char*>(stored.metadata), stored.metadata_size});
    // An offset that another program stored says nothing about what was read: begin where it says, and take what comes.
    place = token.value_or(Place{.offset = stored.offset, .last = {}});
  }
  place.partition = stored.partition;
  return place;
}

}  // namespace

StoredPlaces::StoredPlaces(rd_kafka_t* client, const rd_kafka_topic_partition_list_t* given, Place otherwise)
    : client_(client), given_(rd_kafka_topic_partition_list_copy(given)), otherwise_(std::move(otherwise)) {}

bool StoredPlaces::is_due() const { return steady_clock::now() >= due_; }

std::expected<std::vector<Place>, Failure> StoredPlaces::ask() {
  // Kafka's requests for administrators would answer to a queue, but look for the group's coordinator once and for all.
  const auto answer = rd_kafka_committed(client_, given_.get(), static_cast<int>(patience_.count()));
  if (answer == RD_KAFKA_RESP_ERR__TIMED_OUT) {
    patience_ = std::min(2 * patience_, kPatienceMax);
  } else {
    due_ = steady_clock::now() + kBetweenQuestions;
  }
  const auto error = error_of_asking(answer, *given_);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(failure_of(error, "asking where the group goes on"));
  std::vector<Place> places;
  for (int i = 0; i < given_->cnt; ++i) places.push_back(place_of(given_->elems[i], otherwise_));
  return places;
}

}  // namespace tweestap::reader
