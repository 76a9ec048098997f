#ifndef SECUR32_TEST_SANITIZE_WINDOWS_MODULES_H_
#define SECUR32_TEST_SANITIZE_WINDOWS_MODULES_H_

namespace secur32::sanitize {

// As dlopen() gives it; nullptr before an addon has pinned itself.
void* PinnedModule();

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_WINDOWS_MODULES_H_
