#include "eventstore/batch.h"

#include <algorithm>

#include "eventstore/keys.h"
#include "platform/bytes.h"

namespace tweestap::eventstore {
namespace {

constexpr char kBatchFormat = 1;

void append_text(std::string_view text, std::string& out) {
  append_u32(static_cast<std::uint32_t>(text.size()), out);
  out.append(text);
}

// Reads from hostile bytes: the first thing that does not fit makes it fail for good.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      good_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint32_t u32() {
    const auto bytes = take(4);
    return good_ ? read_u32(bytes) : 0;
  }
  std::uint64_t u64() {
    const auto bytes = take(8);
    return good_ ? read_u64(bytes) : 0;
  }
  std::string text() { return std::string{take(u32())}; }
  /// A count of things that take at least `bytes_each`, so that no count makes room for more than there is.
  std::uint32_t count(std::size_t bytes_each) {
    const std::uint32_t number = u32();
    if (number > rest_.size() / bytes_each) good_ = false;
    return good_ ? number : 0;
  }
  template <std::size_t N>
  void bytes(std::array<std::uint8_t, N>& out) {
    const auto taken = take(N);
    if (good_) std::ranges::copy(platform::bytes_of(taken), out.begin());
  }
  [[nodiscard]] bool finished() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

std::string encode_batch(const Batch& batch) {
  std::string out(1, kBatchFormat);
  out.append(platform::text_of(batch.log.bytes));
  append_u64(batch.first_position, out);
  append_u32(static_cast<std::uint32_t>(batch.entries.size()), out);
  out.append(platform::text_of(batch.previous_root));
  append_u64(static_cast<std::uint64_t>(batch.time.us), out);
  for (const Entry& entry : batch.entries) {
    append_text(entry.envelope, out);
    append_text(entry.sealed_personal, out);
    append_text(entry.sealed_secret, out);
  }
  append_u32(static_cast<std::uint32_t>(batch.new_wrapped_keys.size()), out);
  for (const std::string& keys : batch.new_wrapped_keys) append_text(keys, out);
  append_u32(static_cast<std::uint32_t>(batch.answers.size()), out);
  for (const StoredAnswer& answer : batch.answers) {
    append_text(answer.record_key, out);
    append_text(answer.value, out);
  }
  append_u32(batch.answers_max, out);
  return out;
}

std::expected<Batch, platform::Failure> decode_batch(std::string_view bytes) {
  Cursor cursor{bytes};
  Batch batch;
  if (cursor.take(1) != std::string_view{&kBatchFormat, 1}) {
    return std::unexpected(damaged("a batch has a format that this program does not read"));
  }
  cursor.bytes(batch.log.bytes);
  batch.first_position = cursor.u64();
  const std::uint32_t entries = cursor.count(12);
  cursor.bytes(batch.previous_root);
  batch.time.us = static_cast<std::int64_t>(cursor.u64());
  for (std::uint32_t i = 0; i < entries; ++i) {
    Entry& entry = batch.entries.emplace_back();
    entry.envelope = cursor.text();
    entry.sealed_personal = cursor.text();
    entry.sealed_secret = cursor.text();
  }
  const std::uint32_t keys = cursor.count(4);
  for (std::uint32_t i = 0; i < keys; ++i) batch.new_wrapped_keys.push_back(cursor.text());
  const std::uint32_t answers = cursor.count(8);
  for (std::uint32_t i = 0; i < answers; ++i) {
    StoredAnswer& answer = batch.answers.emplace_back();
    answer.record_key = cursor.text();
    answer.value = cursor.text();
  }
  batch.answers_max = cursor.u32();
  if (!cursor.finished()) return std::unexpected(damaged("a batch does not read back"));
  return batch;
}

}  // namespace tweestap::eventstore
