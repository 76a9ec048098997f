// What is thrown away on a thread of its own: it holds SSPI handles, and
// DeleteSecurityContext and FreeCredentialsHandle may call the local security
// authority.
#ifndef SECUR32_EXECUTOR_DISCARD_H_
#define SECUR32_EXECUTOR_DISCARD_H_

#include <memory>

namespace secur32 {

class Discard {
 public:
  Discard() = default;
  virtual ~Discard() = default;
  Discard(const Discard&) = delete;
  Discard& operator=(const Discard&) = delete;

 private:
  friend class DiscardQueue;

  Discard* next_discard_ = nullptr;
};

// Deletes it on another thread, after what was thrown away before. What is of
// one security package waits behind the others of that package alone. It needs
// no environment: much is thrown away when one ends.
void DiscardLater(const wchar_t* package, std::unique_ptr<Discard> discard);

}  // namespace secur32

#endif  // SECUR32_EXECUTOR_DISCARD_H_
