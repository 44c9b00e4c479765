#include "consumers/kafka/producer.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace tweestap::consumers::kafka {
namespace {

using platform::Failure;

// librdkafka carries a pointer of ours from the record to its report. No memory lies behind it: it is the position.
static_assert(sizeof(void*) == sizeof(std::uint64_t));
void* opaque_of(std::uint64_t position) { return reinterpret_cast<void*>(position); }
std::uint64_t position_of(const void* opaque) { return reinterpret_cast<std::uint64_t>(opaque); }

std::expected<Handle<rd_kafka_headers_t>, Failure> headers_of(const StreamRecord& record) {
  Handle<rd_kafka_headers_t> headers{rd_kafka_headers_new(record.headers().size())};
  for (const Header& header : record.headers()) {
    const auto error = rd_kafka_header_add(headers.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                                           header.value.data(), static_cast<ssize_t>(header.value.size()));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(failure_of(error, "making a record's headers"));
  }
  return headers;
}

rd_kafka_vu_t memory(rd_kafka_vtype_t what, std::string_view bytes) {
  rd_kafka_vu_t unit{};
  unit.vtype = what;
  // The copy that is made of it is never written to; the library has no const.
  unit.u.mem.ptr = const_cast<char*>(bytes.data());
  unit.u.mem.size = bytes.size();
  return unit;
}

}  // namespace

std::expected<std::unique_ptr<Producer>, Failure> Producer::create(const platform::Settings& settings) {
  auto client = make_client(settings, Role::Producer);
  if (!client) return std::unexpected(std::move(client.error()));
  Handle<rd_kafka_topic_t> topic{rd_kafka_topic_new(client->get(), settings.kafka_topic.c_str(), nullptr)};
  if (!topic) return std::unexpected(failure_of(rd_kafka_last_error(), "the topic " + settings.kafka_topic));
  return std::unique_ptr<Producer>{new Producer{std::move(*client), std::move(topic)}};
}

Producer::Producer(Handle<rd_kafka_t> client, Handle<rd_kafka_topic_t> topic)
    : client_(std::move(client)), topic_(std::move(topic)), reports_(rd_kafka_queue_get_main(client_.get())) {}

Producer::~Producer() {
  // Otherwise ending would wait for what is on its way.
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
}

std::expected<void, Failure> Producer::hand_over(const StreamRecord& record, std::uint64_t position,
                                                 std::int32_t partition) {
  auto headers = headers_of(record);
  if (!headers) return std::unexpected(std::move(headers.error()));
  std::array<rd_kafka_vu_t, 7> units{};
  units[0].vtype = RD_KAFKA_VTYPE_RKT;
  units[0].u.rkt = topic_.get();
  units[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  units[1].u.i32 = partition;
  units[2] = memory(RD_KAFKA_VTYPE_KEY, record.key());
  units[3] = memory(RD_KAFKA_VTYPE_VALUE, record.value());
  units[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  units[4].u.i = RD_KAFKA_MSG_F_COPY;
  units[5].vtype = RD_KAFKA_VTYPE_HEADERS;
  units[5].u.headers = headers->get();
  units[6].vtype = RD_KAFKA_VTYPE_OPAQUE;
  units[6].u.ptr = opaque_of(position);
  const Handle<rd_kafka_error_t> error{rd_kafka_produceva(client_.get(), units.data(), units.size())};
  if (!error) {
    static_cast<void>(headers->release());  // the record's now
    return {};
  }
  if (auto why = why_it_gave_up()) return std::unexpected(std::move(*why));
  return std::unexpected(failure_of(rd_kafka_error_code(error.get()), "event " + std::to_string(position)));
}

Producer::News Producer::listen(std::chrono::milliseconds patience) {
  News news;
  int wait = timeout_ms(patience);
  while (const Handle<rd_kafka_event_t> event{rd_kafka_queue_poll(reports_.get(), wait)}) {
    hear(event.get(), news);
    wait = 0;  // whatever else is there
  }
  return news;
}

void Producer::hear(rd_kafka_event_t* event, News& news) const {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_DR:
      hear_reports(event, news);
      break;
    case RD_KAFKA_EVENT_ERROR:
      if (rd_kafka_event_error_is_fatal(event) != 0) {  // its code may be its own and not __FATAL
        if (!news.gave_up) news.gave_up = why_it_gave_up();
      } else if (says_why(event)) {
        news.trouble = failure_of(rd_kafka_event_error(event), "the brokers", rd_kafka_event_error_string(event));
      }
      break;
    default:  // an int of librdkafka's; no other kind was asked for
      break;
  }
}

// The words name the first cause; what every later call fails with only says that there was one.
std::optional<Failure> Producer::why_it_gave_up() const {
  std::array<char, 512> words{};
  const auto error = rd_kafka_fatal_error(client_.get(), words.data(), words.size());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  return failure_of(error, "the producer gave up", words.data());
}

void Producer::hear_reports(rd_kafka_event_t* event, News& news) const {
  std::array<const rd_kafka_message_t*, 512> reports{};
  for (std::size_t count = 0; (count = rd_kafka_event_message_array(event, reports.data(), reports.size())) > 0;) {
    for (std::size_t i = 0; i < count; ++i) {
      const rd_kafka_message_t& report = *reports[i];
      const std::uint64_t position = position_of(report._private);
      if (report.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        news.delivered.push_back({position, report.partition, std::max<std::int64_t>(report.offset, -1)});
      } else if (!news.gave_up) {
        news.gave_up = failure_of(report.err, "event " + std::to_string(position) + " was not delivered");
      }
    }
  }
}

std::expected<std::int64_t, Failure> Producer::end_of(std::int32_t partition,
                                                      std::chrono::milliseconds patience) const {
  return end_of_partition(client_.get(), rd_kafka_topic_name(topic_.get()), partition, RD_KAFKA_OFFSET_END, patience);
}

std::expected<std::size_t, Failure> Producer::partition_count(std::chrono::milliseconds patience) const {
  return kafka::partition_count(client_.get(), topic_.get(), patience);
}

}  // namespace tweestap::consumers::kafka
