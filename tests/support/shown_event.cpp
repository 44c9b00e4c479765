#include "tests/support/given.h"

namespace tweestap::tests {

namespace {

template <class T>
std::string text_of(const T& value) {
  using namespace domain;
  if constexpr (kIsOptional<T>) {
    return value ? text_of(*value) : "-";
  } else if constexpr (kIsList<T>) {
    std::string out = "[";
    for (const auto& one : value) out += text_of(one) + " ";
    return out + "]";
  } else if constexpr (kIsSet<T>) {
    std::string out = "{";
    for (const auto one : value.values()) out += std::string{name_of(one)} + " ";
    return out + "}";
  } else if constexpr (Named<T>) {
    return std::string{name_of(value)};
  } else if constexpr (std::is_same_v<T, SecretText>) {
    return std::string{value.reveal()};
  } else if constexpr (std::is_same_v<T, Time>) {
    return rfc3339(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return value;
  } else if constexpr (std::is_arithmetic_v<T>) {
    return std::to_string(value);
  } else {
    return value.text();
  }
}

}  // namespace

std::string shown(const domain::Event& event) {
  return std::visit(
      [](const auto& one) {
        using E = std::remove_cvref_t<decltype(one)>;
        std::string out{E::kInfo.name};
        domain::for_each_field<E>(
            [&](const auto& f) { out += " " + std::string{f.name} + "=" + text_of(one.*f.member); });
        return out;
      },
      event);
}

}  // namespace tweestap::tests
