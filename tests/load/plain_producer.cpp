#include "tests/load/plain_producer.h"

#include <array>

#include "tests/load/give_up.h"

namespace tweestap::load {
namespace {

using namespace consumers::kafka;

constexpr std::chrono::seconds kPatience{30};

rd_kafka_vu_t memory(rd_kafka_vtype_t what, std::string_view bytes) {
  rd_kafka_vu_t unit{};
  unit.vtype = what;
  unit.u.mem.ptr = const_cast<char*>(bytes.data());  // it is copied; the library has no const
  unit.u.mem.size = bytes.size();
  return unit;
}

Handle<rd_kafka_headers_t> headers_of(const PreparedRecord& record) {
  Handle<rd_kafka_headers_t> headers{rd_kafka_headers_new(record.headers.size())};
  for (const Header& header : record.headers) {
    rd_kafka_header_add(headers.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value.data(), static_cast<ssize_t>(header.value.size()));
  }
  return headers;
}

}  // namespace

PreparedRecord prepare(const StreamRecord& record, std::int32_t partition) {
  PreparedRecord out;
  out.partition = partition;
  std::size_t size = record.key().size() + record.value().size();
  for (const Header& header : record.headers()) size += header.value.size();
  out.bytes.reserve(size);
  const auto keep = [&out](std::string_view text) {
    const std::size_t at = out.bytes.size();
    out.bytes.append(text);
    return std::string_view{out.bytes}.substr(at);
  };
  out.key = keep(record.key());
  out.value = keep(record.value());
  out.headers.reserve(record.headers().size());
  for (const Header& header : record.headers()) out.headers.push_back({header.name, keep(header.value)});
  return out;
}

PlainProducer::PlainProducer(const platform::Settings& settings)
    : client_(or_give_up(make_client(settings, Role::Producer))),
      topic_(rd_kafka_topic_new(client_.get(), settings.kafka_topic.c_str(), nullptr)),
      reports_(rd_kafka_queue_get_main(client_.get())) {
  if (!topic_) give_up("librdkafka gives no topic");
  static_cast<void>(or_give_up(partition_count(client_.get(), topic_.get(), kPatience)));
}

// Where all is delivered there is nothing to forget; where not, the process has ended.
PlainProducer::~PlainProducer() = default;

void PlainProducer::send(const std::vector<PreparedRecord>& records) {
  std::size_t reported = 0;
  for (const PreparedRecord& record : records) {
    while (!hand_over(record)) reported += hear_reports();
  }
  while (reported < records.size()) reported += hear_reports();
}

// False where its queue is full.
bool PlainProducer::hand_over(const PreparedRecord& record) {
  auto headers = headers_of(record);
  std::array<rd_kafka_vu_t, 6> units{};
  units[0].vtype = RD_KAFKA_VTYPE_RKT;
  units[0].u.rkt = topic_.get();
  units[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  units[1].u.i32 = record.partition;
  units[2] = memory(RD_KAFKA_VTYPE_KEY, record.key);
  units[3] = memory(RD_KAFKA_VTYPE_VALUE, record.value);
  units[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  units[4].u.i = RD_KAFKA_MSG_F_COPY;
  units[5].vtype = RD_KAFKA_VTYPE_HEADERS;
  units[5].u.headers = headers.get();
  const Handle<rd_kafka_error_t> error{rd_kafka_produceva(client_.get(), units.data(), units.size())};
  if (!error) {
    static_cast<void>(headers.release());  // the record's now
    return true;
  }
  if (rd_kafka_error_code(error.get()) != RD_KAFKA_RESP_ERR__QUEUE_FULL) give_up(rd_kafka_error_string(error.get()));
  return false;
}

// As many as were delivered since the last time, at least one.
std::size_t PlainProducer::hear_reports() {
  std::size_t delivered = 0;
  while (delivered == 0) {
    const Handle<rd_kafka_event_t> event{rd_kafka_queue_poll(reports_.get(), timeout_ms(kPatience))};
    if (!event) give_up("the broker does not answer librdkafka");
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR && rd_kafka_event_error_is_fatal(event.get()) != 0) {
      give_up(rd_kafka_event_error_string(event.get()));
    }
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_DR) continue;
    while (const rd_kafka_message_t* const report = rd_kafka_event_message_next(event.get())) {
      if (report->err != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(rd_kafka_err2str(report->err));
      ++delivered;
    }
  }
  return delivered;
}

}  // namespace tweestap::load
