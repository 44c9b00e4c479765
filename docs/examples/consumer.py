#!/usr/bin/python3
"""consumer.py BROKERS TOPIC STATE: prints every event of the stream once, a line each; stops where one is missing.

STATE is a file that it keeps: of each Kafka partition, where to read on, and source and position of the last record. Needs the
package python3-confluent-kafka, which the distribution's own Python has. The rules are those of docs/consumers.md.
"""
import json
import pathlib
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition

brokers, topic, file = sys.argv[1:]
kept = pathlib.Path(file)
state = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
# The group's offsets are not used: they would be stored apart from what was done. One that is gone begins at the first.
consumer = Consumer({"bootstrap.servers": brokers, "group.id": "unused", "enable.auto.commit": False, "auto.offset.reset": "earliest"})
found = consumer.list_topics(topic, timeout=30).topics[topic]
if found.error:
    raise KafkaException(found.error)
for number in found.partitions:
    state.setdefault(str(number), {"offset": OFFSET_BEGINNING, "source": "", "last": 0})
consumer.assign([TopicPartition(topic, int(number), of["offset"]) for number, of in state.items()])
while True:
    if (record := consumer.poll(1)) is None:
        continue
    if record.error():
        raise KafkaException(record.error())
    headers, of = dict(record.headers()), state[str(record.partition())]
    source, position, previous = headers["ce_source"].decode(), int(headers["position"]), int(headers["prevposition"])
    last = of["last"] if source == of["source"] else 0  # rule 1: another source begins anew
    if position > last:  # rule 2: otherwise it is a repeat
        if previous != last:  # rule 3
            sys.exit(f"events are missing between {last} and {position}: GET /v1/events?after={last} has them")
        print(record.value().decode(), flush=True)  # here goes what you do with it; rule 4 is for who looks inside
        of["source"], of["last"] = source, position
    of["offset"] = record.offset() + 1
    new = kept.with_name(kept.name + ".new")
    new.write_text(json.dumps(state), encoding="utf-8")
    new.replace(kept)
