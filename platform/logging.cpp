#include "platform/logging.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <mutex>
#include <utility>

#include "platform/text/shown.h"

namespace tweestap::platform {
namespace {

constexpr std::size_t kValueBytesMax = 4096;  // a line stays one that people and collectors can take

void append_cut(std::string& out, std::string_view text) {
  append_escaped(out, text.substr(0, kValueBytesMax));
  if (text.size() > kValueBytesMax) out += "... (cut)";
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_cut(out, text);
  out += '"';
}

void append_value(std::string& out, const LogField& field, bool plain_words) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    if (plain_words && is_plain_word(*text) && text->size() <= kValueBytesMax) {
      out.append(*text);
    } else {
      append_quoted(out, *text);
    }
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    out += std::to_string(*number);
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

std::string time_text(const char* format) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  ::gmtime_r(&now.tv_sec, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), format, &parts);
  return {text.data(), length};
}

std::string json_line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line = "{\"time\":\"" + time_text("%Y-%m-%dT%H:%M:%SZ") + "\",\"level\":\"";
  line.append(log_level_name(level)).append("\",\"event\":");
  append_quoted(line, event);
  for (const LogField& field : fields) {
    line += ',';
    append_quoted(line, field.key);
    line += ':';
    append_value(line, field, false);
  }
  return line += '}';
}

std::string human_line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line = time_text("%H:%M:%S ");
  line.append(log_level_name(level)).resize(17, ' ');  // 9 of the time and the longest level's 7
  append_cut(line, event);
  for (const LogField& field : fields) {
    line += "  ";
    append_cut(line, field.key);
    line += '=';
    append_value(line, field, true);
  }
  return line;
}

}  // namespace

std::string_view log_level_name(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::Debug:
      return "debug";
    case LogLevel::Info:
      return "info";
    case LogLevel::Warning:
      return "warning";
    case LogLevel::Error:
      return "error";
  }
  return "error";
}

class Log::Sink {
 public:
  explicit Sink(std::function<void(std::string_view)> receive) : receive_(std::move(receive)) {
    stderr_.set_pattern("%v");
  }

  void write(const std::string& line) {
    if (receive_) {
      const std::lock_guard lock(mutex_);
      receive_(line);
      return;
    }
    // Everything of a record is in its line already; spdlog's part is to write it whole, from many threads.
    stderr_.log(spdlog::details::log_msg(spdlog::string_view_t(), spdlog::level::info, line));
    stderr_.flush();
  }

 private:
  std::function<void(std::string_view)> receive_;
  std::mutex mutex_;
  spdlog::sinks::stderr_sink_mt stderr_;
};

Log::Log(Format format, LogLevel least) : Log(format, least, nullptr) {}

Log::Log(Format format, LogLevel least, std::function<void(std::string_view)> receive)
    : format_(format), least_(least), sink_(std::make_unique<Sink>(std::move(receive))) {
  if (format_ == Format::Automatic) format_ = ::isatty(STDERR_FILENO) == 1 ? Format::Human : Format::Json;
}

Log::~Log() = default;

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) noexcept {
  if (level < least_) return;
  sink_->write(format_ == Format::Json ? json_line(level, event, fields) : human_line(level, event, fields));
}

}  // namespace tweestap::platform
