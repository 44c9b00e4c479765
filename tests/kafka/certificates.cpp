#include "tests/kafka/certificates.h"

#include <gtest/gtest.h>

#include <fstream>
#include <utility>

#include "tests/support/service_process.h"

namespace tweestap::tests {
namespace {

// A day more than a test that meets midnight needs.
constexpr const char* kDays = "2";

// Without the distribution's file, whose extensions are for other certificates.
std::vector<std::string> request(const Certificates& certificates, const std::string& name) {
  return {"openssl",
          "req",
          "-x509",
          "-config",
          "/dev/null",
          "-newkey",
          "ec",
          "-pkeyopt",
          "ec_paramgen_curve:P-256",
          "-days",
          kDays,
          "-subj",
          "/CN=" + name,
          "-keyout",
          certificates.key(name),
          "-out",
          certificates.certificate(name)};
}

void run(std::vector<std::string> command, const std::vector<std::string>& more) {
  command.insert(command.end(), more.begin(), more.end());
  const ProcessResult made = run_process(command);
  ASSERT_EQ(made.status, 0) << made.err;
}

}  // namespace

void Certificates::make_authority(const std::string& name) const {
  run(request(*this, name), {"-noenc", "-addext", "basicConstraints=critical,CA:TRUE"});
}

void Certificates::make(const std::string& name, const std::string& authority,
                        const std::vector<std::string>& more) const {
  auto command = request(*this, name);
  command.insert(command.end(), {"-CA", certificate(authority), "-CAkey", key(authority), "-addext",
                                 "basicConstraints=critical,CA:FALSE"});
  run(std::move(command), more);
}

std::string Certificates::keystore(const std::string& name) const {
  std::string both = file(name + "-keystore.pem");
  std::ofstream out{both, std::ios::binary};
  for (const std::string& part : {key(name), certificate(name)}) out << std::ifstream{part, std::ios::binary}.rdbuf();
  EXPECT_TRUE(out.flush().good()) << both;
  return both;
}

}  // namespace tweestap::tests
