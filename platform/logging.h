#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace tweestap::platform {

enum class LogLevel { Debug, Info, Warning, Error };

[[nodiscard]] std::string_view log_level_name(LogLevel level) noexcept;

/// One named value of a record. A `Secret` is none, so it cannot be logged.
struct LogField {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, bool> value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) LogField(std::string_view k, T v) : key(k), value(static_cast<std::int64_t>(v)) {}
  template <std::same_as<bool> T>
  LogField(std::string_view k, T v) : key(k), value(v) {}
};

/// The operator's log. One line a record whatever is in it (LOG-2): controls, ANSI sequences, line separators and bytes
/// that are not UTF-8 are escaped. Events of operations only (start, stop, trouble); never a request body or a secret.
/// Thread rule: any thread.
class Log {
 public:
  enum class Format {
    Automatic,  ///< `Human` where stderr is a terminal, otherwise `Json`
    Json,       ///< {"time":"…","level":"info","event":"…",…}
    Human,      ///< 12:30:01 info  event  key=value …
  };

  /// Writes to stderr.
  explicit Log(Format format = Format::Automatic, LogLevel least = LogLevel::Info);
  /// Hands each line (without its line feed) to `receive`: for tests. `receive` is called by one thread at a time.
  Log(Format format, LogLevel least, std::function<void(std::string_view)> receive);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// `event` names what happened, in the way of `service.started`. A value beyond 4 KiB is cut, and says so.
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {}) noexcept;

 private:
  class Sink;
  Format format_;
  LogLevel least_;
  std::unique_ptr<Sink> sink_;
};

}  // namespace tweestap::platform
