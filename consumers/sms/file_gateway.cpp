#include "consumers/sms/file_gateway.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "domain/time.h"
#include "eventstore/json_text.h"
#include "platform/files.h"

namespace tweestap::consumers::sms {
namespace {

using platform::Failure;
using platform::FileHandle;
using platform::Secret;

// The folder's own entry for a new file is synced too, or a power cut takes the file away.
FileHandle open_or_create(const std::filesystem::path& path) {
  // Not blocking: a pipe that nobody reads would hold the sender for ever. A file does not care.
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK;
  FileHandle file(::open(path.c_str(), kFlags));
  if (file.valid() || errno != ENOENT) return file;
  file = FileHandle(::open(path.c_str(), kFlags | O_CREAT, S_IRUSR | S_IWUSR));
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  if (file.valid() && !platform::sync_folder(folder)) return {};
  return file;
}

Secret line_of(const Message& message, std::string_view at) {
  const std::string_view code = message.code ? message.code->reveal_text() : std::string_view();
  std::string line;
  // \u0001 for one byte is the longest escape, so it never grows, and there is one copy to wipe.
  line.reserve(128 + 6 * (at.size() + message.to.size() + message.text.size() + code.size()));
  const auto member = [&line](std::string_view name, std::string_view value) {
    line += line.empty() ? '{' : ',';
    eventstore::append_json_string(name, line);
    line += ':';
    eventstore::append_json_string(value, line);
  };
  member("at", at);
  member("to", message.to);
  member("text", message.text.reveal_text());
  if (message.code) member("code", code);
  line += "}\n";
  auto result = Secret::from_text(line);
  platform::wipe_memory({reinterpret_cast<std::uint8_t*>(line.data()), line.size()});
  return result;
}

}  // namespace

std::expected<std::unique_ptr<FileGateway>, Failure> FileGateway::create(std::filesystem::path path,
                                                                         const platform::Clock& clock,
                                                                         const std::filesystem::path& to_be_made) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::error_code unreadable;  // then it is no folder for us either
  const bool there = std::filesystem::is_directory(folder, unreadable) ||
                     (!std::filesystem::exists(folder, unreadable) && platform::is_same_place(folder, to_be_made));
  if (!path.has_filename() || !there) {
    return std::unexpected(Failure{Failure::Kind::Invalid, "file has to be in a folder that is there"});
  }
  return std::unique_ptr<FileGateway>(new FileGateway(std::move(path), clock));
}

Outcome FileGateway::try_to_send(const Message& message, const std::stop_token&) {
  const std::string at = domain::rfc3339_us({clock_.wall_us()});
  return {.trouble = append(line_of(message, at)) ? Trouble::None : Trouble::NotWritten};
}

bool FileGateway::append(const Secret& line) {
  const FileHandle file = open_or_create(path_);
  if (!file.valid()) return false;
  if (torn_.exchange(false) && ::write(file.get(), "\n", 1) != 1) {
    torn_ = true;
    return false;
  }
  // One write, so that lines of several threads, and of a service that is just stopping, do not mix (O_APPEND).
  const ssize_t written = ::write(file.get(), line.reveal().data(), line.size());
  if (written != static_cast<ssize_t>(line.size())) {
    torn_ = written > 0;
    return false;
  }
  // EINVAL: a pipe or terminal, which has nothing to sync.
  return ::fdatasync(file.get()) == 0 || errno == EINVAL;
}

}  // namespace tweestap::consumers::sms
