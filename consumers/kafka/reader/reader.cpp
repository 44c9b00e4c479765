#include <tweestap/reader.h>

#include <utility>

#include "consumers/kafka/reader/reading.h"

namespace tweestap::reader {

std::expected<std::unique_ptr<Reader>, Failure> Reader::create(Options options) {
  auto reading = std::make_unique<Reading>(std::move(options));
  if (auto begun = reading->begin(); !begun) return std::unexpected(std::move(begun.error()));
  return std::unique_ptr<Reader>{new Reader{std::move(reading)}};
}

Reader::Reader(std::unique_ptr<Reading> reading) : reading_(std::move(reading)) {}

Reader::~Reader() = default;

std::expected<std::optional<Delivery>, Failure> Reader::next(std::chrono::milliseconds patience) {
  return reading_->next(patience);
}

std::expected<void, Failure> Reader::commit() { return reading_->commit(); }

std::vector<std::string> Reader::tokens() const { return reading_->tokens(); }

void Reader::stop() noexcept { reading_->stop(); }

Counts Reader::counts() const { return reading_->counts(); }

std::string Reader::last_trouble() const { return reading_->last_trouble(); }

}  // namespace tweestap::reader
