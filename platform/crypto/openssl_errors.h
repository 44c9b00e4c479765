#pragma once

#include <openssl/err.h>

namespace tweestap::platform {

/// What OpenSSL says about somebody's wrong key or signature must not stay in this thread's list of errors: TLS looks
/// there for its own. At the end of its life it forgets whatever was added since its beginning. One thread, as a local
/// variable.
class OpensslErrorsForgotten {
 public:
  OpensslErrorsForgotten() { ERR_set_mark(); }
  ~OpensslErrorsForgotten() { ERR_pop_to_mark(); }
  OpensslErrorsForgotten(const OpensslErrorsForgotten&) = delete;
  OpensslErrorsForgotten& operator=(const OpensslErrorsForgotten&) = delete;
};

}  // namespace tweestap::platform
