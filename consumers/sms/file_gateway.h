#pragma once
// The gateway of development and of the demo: a file instead of a telephone network.
#include <atomic>
#include <expected>
#include <filesystem>
#include <memory>

#include "consumers/sms/gateway.h"
#include "platform/clock.h"
#include "platform/failure.h"

namespace tweestap::consumers::sms {

/// Appends each message as a line of JSON, `{"at":…,"to":…,"text":…,"code":…}`, with one write, and syncs it. `at` is
/// the wall clock in RFC 3339; `code` is absent where the message has none. The file is made with mode 0600, opened
/// anew for each message, so that it may be removed at any time, and is the one place where a code is written down:
/// nobody runs this in production. Thread rule: any threads.
class FileGateway final : public Gateway {
 public:
  /// Invalid where the folder of the file is not there, unless it is `to_be_made`, which is there before the first
  /// message. A relative path counts from the process's folder. The clock has to outlive the gateway.
  [[nodiscard]] static std::expected<std::unique_ptr<FileGateway>, platform::Failure> create(
      std::filesystem::path path, const platform::Clock& clock, const std::filesystem::path& to_be_made = {});

 private:
  FileGateway(std::filesystem::path path, const platform::Clock& clock) : path_(std::move(path)), clock_(clock) {}
  Outcome try_to_send(const Message& message, const std::stop_token& stop) override;
  bool append(const platform::Secret& line);

  std::filesystem::path path_;
  const platform::Clock& clock_;
  std::atomic<bool> torn_{false};  // the last write was cut short (disk full): the next line begins a line of its own
};

}  // namespace tweestap::consumers::sms
