#pragma once
// Certificates that a test makes up, as brokers and clients read them.
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace tweestap::tests {

/// PEM files in a folder of their own. Thread rule: one thread.
class Certificates {
 public:
  /// A key on P-256 and a certificate of this name, which is an authority's. A failure fails the test.
  void make_authority(const std::string& name) const;
  /// The same for somebody whom this authority vouches for; `more`: arguments of `openssl req`, among them what
  /// becomes of the key.
  void make(const std::string& name, const std::string& authority, const std::vector<std::string>& more) const;

  [[nodiscard]] std::string certificate(const std::string& name) const { return file(name + ".pem"); }
  [[nodiscard]] std::string key(const std::string& name) const { return file(name + ".key"); }
  /// Both in one file, as Kafka wants them.
  [[nodiscard]] std::string keystore(const std::string& name) const;

 private:
  [[nodiscard]] std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

  TemporaryFolder folder_;
};

}  // namespace tweestap::tests
