#include "app/demo.h"

#include <string>

#include "http/address.h"
#include "platform/files.h"

namespace tweestap::app {

using platform::Failure;

namespace {

bool is_loopback(std::string_view host_and_port) {
  std::string_view host = host_and_port.substr(0, host_and_port.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") return true;
  const auto address = http::IpAddress::parse(host);
  return address && address->is_loopback();
}

}  // namespace

std::expected<void, Failure> check_demo(const platform::Settings& settings) {
  for (const std::string& address : {settings.http_public, settings.http_staff}) {
    if (is_loopback(address)) continue;
    return std::unexpected(Failure{
        Failure::Kind::Invalid,
        "the demo listens on loopback addresses only, for everybody knows its passwords: " + address + " is none"});
  }
  return {};
}

std::expected<void, Failure> claim_demo_folder(const DataFolder& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder.demo_marker(), error)) return {};
  const bool there = std::filesystem::exists(folder.path(), error);
  if (error || (there && !std::filesystem::is_empty(folder.path(), error)) || error) {
    return std::unexpected(Failure{
        Failure::Kind::Invalid, folder.path().string() + " was not made by the demo: name another folder with --data"});
  }
  if (auto made = platform::create_private_folder(folder.path()); !made) return made;
  return platform::write_file_atomically(
      folder.demo_marker(), platform::bytes_of("made by tweestap serve --demo; its passwords are public\n"));
}

}  // namespace tweestap::app
