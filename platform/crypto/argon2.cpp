#include "platform/crypto/argon2.h"

#include <argon2.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "platform/bug.h"
#include "platform/crypto/phc.h"
#include "platform/text/encoding.h"

namespace tweestap::platform {
namespace {

// The block of memory that Argon2 fills. A thread keeps the last one: asking the kernel for 19 MiB of zeroed pages at
// each hash costs a tenth of the hash. libargon2 wipes it before it gives it back.
class Blocks {
 public:
  Blocks() = default;
  Blocks(const Blocks&) = delete;
  Blocks& operator=(const Blocks&) = delete;
  ~Blocks() { release(); }

  std::uint8_t* take(std::size_t bytes) {
    if (bytes > bytes_) {
      release();
      void* const mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (mapped == MAP_FAILED) return nullptr;
      // Hints only: huge pages spare most of the address look-ups, and a dump has no business with half-made hashes.
      static_cast<void>(::madvise(mapped, bytes, MADV_HUGEPAGE));
      static_cast<void>(::madvise(mapped, bytes, MADV_DONTDUMP));
      memory_ = static_cast<std::uint8_t*>(mapped);
      bytes_ = bytes;
    }
    return memory_;
  }

  // What a stored verifier asked for beyond the usual is not kept: a thread holds at most this much.
  void give_back() {
    constexpr std::size_t kKeptMax = std::size_t{64} << 20;
    if (bytes_ > kKeptMax) release();
  }

 private:
  void release() {
    if (memory_ != nullptr) ::munmap(memory_, bytes_);
    memory_ = nullptr;
    bytes_ = 0;
  }

  std::uint8_t* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

// libargon2's callbacks have no argument of ours; with one thread a hash they run on the thread that called.
thread_local Blocks thread_blocks;

int take_blocks(std::uint8_t** memory, std::size_t bytes) {
  *memory = thread_blocks.take(bytes);
  return *memory == nullptr ? ARGON2_MEMORY_ALLOCATION_ERROR : ARGON2_OK;
}

void give_blocks_back(std::uint8_t*, std::size_t) { thread_blocks.give_back(); }

std::optional<Failure> out_of_bounds(const Argon2Params& params, Bytes salt) {
  if (params.parallelism < 1 || params.parallelism > kArgon2Max.parallelism ||  //
      params.iterations < 1 || params.iterations > kArgon2Max.iterations ||
      params.memory_kib < 8 * params.parallelism || params.memory_kib > kArgon2Max.memory_kib) {
    return invalid("Argon2 parameters are out of bounds");
  }
  if (salt.size() < kSaltBytesMin || salt.size() > kSaltBytesMax) return invalid("a salt has 8 to 64 bytes");
  return std::nullopt;
}

// argon2_context has pointers to what it never writes to, unless ARGON2_FLAG_CLEAR_PASSWORD is set.
std::uint8_t* unwritten(Bytes bytes) { return const_cast<std::uint8_t*>(bytes.data()); }

argon2_type library_type(Argon2Type type) {
  switch (type) {
    case Argon2Type::D:
      return Argon2_d;
    case Argon2Type::I:
      return Argon2_i;
    case Argon2Type::Id:
      return Argon2_id;
  }
  bug("there are three types of Argon2");
}

constexpr std::size_t kPhcBytesMax = 256;  // our own strings have about 110 bytes

}  // namespace

std::expected<Secret, Failure> plain_argon2(const Secret& text, Bytes salt, const Argon2Params& params,
                                            const Argon2Output& wanted) {
  Secret output(wanted.size);
  argon2_context context{};
  context.out = output.writable().data();
  context.outlen = static_cast<std::uint32_t>(output.size());
  context.pwd = unwritten(text.reveal());
  context.pwdlen = static_cast<std::uint32_t>(text.size());
  context.salt = unwritten(salt);
  context.saltlen = static_cast<std::uint32_t>(salt.size());
  context.t_cost = params.iterations;
  context.m_cost = params.memory_kib;
  context.lanes = params.parallelism;
  context.threads = 1;  // admission counts hashes a core (PWD-2), so a hash takes one core; the value is the same
  context.version = wanted.version;
  context.allocate_cbk = take_blocks;
  context.free_cbk = give_blocks_back;
  context.flags = ARGON2_DEFAULT_FLAGS;
  const int result = argon2_ctx(&context, library_type(wanted.type));
  if (result == ARGON2_MEMORY_ALLOCATION_ERROR) {
    return std::unexpected(Failure{Failure::Kind::Unavailable, "no memory for a password hash"});
  }
  if (result != ARGON2_OK) {
    return std::unexpected(Failure{Failure::Kind::Internal, std::string("Argon2: ") + argon2_error_message(result)});
  }
  return output;
}

std::expected<Digest, Failure> keyed_slow_hash(const Secret& text, Bytes salt, const Argon2Params& params,
                                               const Secret& pepper) {
  if (auto failure = out_of_bounds(params, salt)) return std::unexpected(std::move(*failure));
  const auto slow = plain_argon2(text, salt, params, {});
  if (!slow) return std::unexpected(slow.error());
  return hmac_sha256(pepper, slow->reveal());
}

std::expected<PasswordVerifier, Failure> make_verifier(const Secret& password, Bytes salt, const Argon2Params& params,
                                                       const Secret& pepper, std::uint32_t pepper_version) {
  const auto hash = keyed_slow_hash(password, salt, params, pepper);
  if (!hash) return std::unexpected(hash.error());
  return PasswordVerifier{params, pepper_version, {salt.begin(), salt.end()}, *hash};
}

std::expected<bool, Failure> check_password(const Secret& password, const PasswordVerifier& verifier,
                                            const Secret& pepper) {
  auto hash = keyed_slow_hash(password, verifier.salt, verifier.params, pepper);
  if (!hash) return std::unexpected(std::move(hash.error()));
  const bool right = constant_time_equal(*hash, verifier.hash);
  wipe_memory(*hash);
  return right;
}

bool needs_rehash(const PasswordVerifier& verifier, const Argon2Params& params, std::uint32_t pepper_version) noexcept {
  return verifier.params != params || verifier.pepper_version != pepper_version;
}

std::expected<PasswordVerifier, Failure> PasswordVerifier::parse(std::string_view phc) {
  PasswordVerifier verifier;
  std::vector<std::uint8_t> version;
  std::vector<std::uint8_t> hash;
  PhcReader reader(phc);
  const bool read = phc.size() <= kPhcBytesMax && reader.take_text("$argon2id$v=19$m=") &&
                    reader.take_number(verifier.params.memory_kib) && reader.take_text(",t=") &&
                    reader.take_number(verifier.params.iterations) && reader.take_text(",p=") &&
                    reader.take_number(verifier.params.parallelism) && reader.take_text(",keyid=") &&
                    reader.take_base64(version) && reader.take_text("$") && reader.take_base64(verifier.salt) &&
                    reader.take_text("$") && reader.take_base64(hash) && reader.at_end();
  // The reason says nothing of the text: it may be a verifier with one wrong character.
  if (!read || version.size() != 4 || hash.size() != verifier.hash.size()) {
    return std::unexpected(invalid("a password verifier is not an argon2id string of ours"));
  }
  if (auto failure = out_of_bounds(verifier.params, verifier.salt)) return std::unexpected(std::move(*failure));
  for (const std::uint8_t byte : version) verifier.pepper_version = verifier.pepper_version << 8 | byte;
  std::ranges::copy(hash, verifier.hash.begin());
  return verifier;
}

std::string PasswordVerifier::format() const {
  const std::array<std::uint8_t, 4> version{
      static_cast<std::uint8_t>(pepper_version >> 24), static_cast<std::uint8_t>(pepper_version >> 16),
      static_cast<std::uint8_t>(pepper_version >> 8), static_cast<std::uint8_t>(pepper_version)};
  return "$argon2id$v=19$m=" + std::to_string(params.memory_kib) + ",t=" + std::to_string(params.iterations) +
         ",p=" + std::to_string(params.parallelism) + ",keyid=" + to_base64(version) + "$" + to_base64(salt) + "$" +
         to_base64(hash);
}

}  // namespace tweestap::platform
