// Whether memory is given back with a secret still in it.
#ifndef SECUR32_TEST_SANITIZE_SUPPORT_SECRET_WATCH_H_
#define SECUR32_TEST_SANITIZE_SUPPORT_SECRET_WATCH_H_

#include <cstddef>

namespace secur32::sanitize {

// While it lives, looks into every block that this thread frees. One at a time.
class SecretWatch {
 public:
  SecretWatch(const void* secret, size_t size);
  ~SecretWatch();
  SecretWatch(const SecretWatch&) = delete;
  SecretWatch& operator=(const SecretWatch&) = delete;

  // How many blocks had the secret in them.
  static int found();
};

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_SUPPORT_SECRET_WATCH_H_
