// Feeds a fuzz target its seeds, and copies of them changed in a few places, without libFuzzer. It cannot search as a
// fuzzer does; it makes sure that every compiler, sanitizer and library version meets what was found before.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// Enough to meet each kind of change on each seed many times, few enough to take seconds under a sanitizer.
constexpr int kChangedCopiesPerSeed = 2000;
constexpr int kChangesMax = 4;

using Bytes = std::vector<std::uint8_t>;

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

std::size_t below(std::mt19937_64& random, std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
}

// One change: flip a bit, set a byte, drop a byte, double a range, or cut the tail.
void change(Bytes& bytes, std::mt19937_64& random) {
  if (bytes.empty()) {
    bytes.push_back(static_cast<std::uint8_t>(random()));
    return;
  }
  const auto at = static_cast<std::ptrdiff_t>(below(random, bytes.size()));
  std::uint8_t& byte = bytes[static_cast<std::size_t>(at)];
  switch (below(random, 5)) {
    case 0:
      byte = static_cast<std::uint8_t>(byte ^ (1U << below(random, 8)));
      return;
    case 1:
      byte = static_cast<std::uint8_t>(random());
      return;
    case 2:
      bytes.erase(bytes.begin() + at);
      return;
    case 3: {
      const Bytes tail(bytes.begin() + at, bytes.end());
      bytes.insert(bytes.begin() + at, tail.begin(), tail.end());
      return;
    }
    default:
      bytes.resize(static_cast<std::size_t>(at));
  }
}

void replay(const Bytes& seed) {
  LLVMFuzzerTestOneInput(seed.data(), seed.size());
  std::mt19937_64 random(seed.size());  // fixed: the same tree tries the same bytes on every machine
  for (int copy = 0; copy < kChangedCopiesPerSeed; ++copy) {
    Bytes bytes = seed;
    for (std::size_t changes = 1 + below(random, kChangesMax); changes > 0; --changes) {
      change(bytes, random);
    }
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t seeds = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) {
        replay(read_file(entry.path()));
        ++seeds;
      }
    }
  }
  if (seeds == 0) {
    std::cerr << "no seed found: give a folder that holds at least one file\n";
    return 1;
  }
  std::cout << seeds << " seeds, each with " << kChangedCopiesPerSeed << " changed copies\n";
  return 0;
}
