// What stands behind a handle of this package. Handles are numbers that are
// never used again, so one that was closed or never was is an error and no
// access to freed memory.
#ifndef SECUR32_TEST_SSP_NAMED_NTLM_HANDLES_H_
#define SECUR32_TEST_SSP_NAMED_NTLM_HANDLES_H_

#include <cstdint>
#include <map>
#include <memory>

#include "executor/lock.h"
#include "sspi/windows_sspi.h"
#include "sspi/zeroed_buffer.h"

namespace secur32::named_ntlm {

// Given back with its last context.
struct Credential {
  explicit Credential(const CredHandle& handle) : real(handle) {}
  ~Credential();
  Credential(const Credential&) = delete;
  Credential& operator=(const Credential&) = delete;

  CredHandle real;
};

enum class Side : uint8_t { kClient, kServer };

enum class State : uint8_t { kHandshaking, kEstablished, kFailed };

// Given back when its last call is done.
struct Context {
  Context(Side its_side, std::shared_ptr<Credential> its_credential)
      : side(its_side), credential(std::move(its_credential)) {}
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const Side side;
  // Held during each call; for all that follows.
  Lock lock;
  std::shared_ptr<Credential> credential;
  State state = State::kHandshaking;
  // Another one after each leg; none before the first has succeeded.
  CtxtHandle real{};
  bool has_real = false;
  // Whether names in messages are UTF-16.
  bool unicode = false;
  // Once it is established: what was granted, in the bits of its side, and of
  // a server the client's name, absent if it cannot be told.
  ULONG attributes = 0;
  ZeroedText client_name;
};

template <typename Record>
class HandleTable {
 public:
  ULONG_PTR Add(std::shared_ptr<Record> record) {
    const Lock::Guard guard(&lock_);
    const ULONG_PTR number = ++last_number_;
    records_[number] = std::move(record);
    return number;
  }

  // Nothing for what is no handle of this table.
  std::shared_ptr<Record> Find(const SecHandle* handle) {
    if (handle == nullptr) return nullptr;
    const Lock::Guard guard(&lock_);
    const auto found = records_.find(handle->dwLower);
    return found == records_.end() ? nullptr : found->second;
  }

  std::shared_ptr<Record> Remove(const SecHandle* handle) {
    if (handle == nullptr) return nullptr;
    const Lock::Guard guard(&lock_);
    const auto found = records_.find(handle->dwLower);
    if (found == records_.end()) return nullptr;
    std::shared_ptr<Record> record = std::move(found->second);
    records_.erase(found);
    return record;
  }

 private:
  Lock lock_;
  ULONG_PTR last_number_ = 0;
  std::map<ULONG_PTR, std::shared_ptr<Record>> records_;
};

HandleTable<Credential>& Credentials();
HandleTable<Context>& Contexts();

}  // namespace secur32::named_ntlm

#endif  // SECUR32_TEST_SSP_NAMED_NTLM_HANDLES_H_
