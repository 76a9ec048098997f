// A credential and a security context, each owning one SSPI handle.
//
// Both are shared: whoever uses one holds a reference, so that it cannot be
// freed under a running call, and a context holds its credential. The SSPI
// handle is given back when the last reference goes.
#ifndef SECUR32_SSPI_HANDLES_H_
#define SECUR32_SSPI_HANDLES_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "sspi/windows_sspi.h"
#include "sspi/zeroed_buffer.h"

namespace secur32 {

// InitializeSecurityContext makes clients, AcceptSecurityContext servers.
// Imported contexts take no legs.
enum class LegSide : uint32_t { kInitialize, kAccept, kNone };

class Credential {
 public:
  // `package` is the system's own name of it.
  Credential(const CredHandle& handle, ZeroedText package, uint32_t traits, uint32_t max_token);
  ~Credential();
  Credential(const Credential&) = delete;
  Credential& operator=(const Credential&) = delete;

  // SSPI takes it by a pointer to non-const, but does not change it.
  PCredHandle handle() { return &handle_; }
  const wchar_t* package() const { return package_->get(); }
  bool IsOfSamePackage(const Credential& other) const;
  uint32_t traits() const { return traits_; }
  uint32_t max_token() const { return max_token_; }

 private:
  friend class Context;

  CredHandle handle_;
  const std::shared_ptr<const ZeroedText> package_;
  const uint32_t traits_;
  const uint32_t max_token_;
};

class Context {
 public:
  Context(const CtxtHandle& handle, LegSide side, std::shared_ptr<Credential> credential);
  // One that another process made. `package` is the system's own name of it.
  Context(const CtxtHandle& handle, ZeroedText package, uint32_t traits);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // One call at a time: SSPI forbids two legs at once on one context. Enter()
  // is false while somebody else is inside.
  bool Enter() { return !busy_.exchange(true, std::memory_order_acquire); }
  void Leave() { busy_.store(false, std::memory_order_release); }

  // Its handle was closed: whoever is inside may be the last user.
  bool closed() const { return closed_.load(std::memory_order_acquire); }
  void MarkClosed() { closed_.store(true, std::memory_order_release); }

  // All its credentials are of this one.
  const wchar_t* package() const { return package_->get(); }
  uint32_t traits() const { return traits_; }

  // Everything below only between Enter() and Leave().
  PCtxtHandle handle() { return &handle_; }
  LegSide side() const { return side_; }
  void Replace(const CtxtHandle& handle) { handle_ = handle; }
  // None for an imported context.
  const std::shared_ptr<Credential>& credential() const { return credential_; }
  // After the first later leg the credential of the newest leg is the one to
  // keep. Gives the one before.
  std::shared_ptr<Credential> Pin(std::shared_ptr<Credential> credential) {
    return std::exchange(credential_, std::move(credential));
  }
  // The last leg was the end of the handshake.
  bool established() const { return established_; }
  void SetEstablished(bool established) { established_ = established; }
  bool failed() const { return failed_; }
  void MarkFailed() { failed_ = true; }
  // Its package has deleted it already.
  void MarkGivenAway() { given_away_ = true; }

 private:
  CtxtHandle handle_;
  const LegSide side_;
  const std::shared_ptr<const ZeroedText> package_;
  const uint32_t traits_;
  std::shared_ptr<Credential> credential_;
  std::atomic<bool> busy_{false};
  std::atomic<bool> closed_{false};
  bool established_ = false;
  bool failed_ = false;
  bool given_away_ = false;
};

}  // namespace secur32

#endif  // SECUR32_SSPI_HANDLES_H_
