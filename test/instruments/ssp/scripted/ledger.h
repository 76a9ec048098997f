// Who has what of the package: credentials, contexts and buffers, each given
// out once and to be given back once. Everything that breaks a rule of SSPI is
// written down as a violation.
#ifndef SECUR32_TEST_SSP_SCRIPTED_LEDGER_H_
#define SECUR32_TEST_SSP_SCRIPTED_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "scripted/answer.h"
#include "scripted/text.h"

namespace secur32::scripted {

// Values of handles are never used twice, so that one that is used too late
// can be told from all others.
struct CredentialRecord {
  uint32_t id = 0;
  uint32_t script = 0;
  // Which of the names of this package it was acquired for.
  uint32_t package = 0;
};

struct ContextRecord {
  uint32_t id = 0;
  uint32_t script = 0;
  uint32_t credential = 0;
};

// A call that is inside the package; it reports what it must not be.
class InsideCall {
 public:
  explicit InsideCall(Call call) : call_(call) {}
  ~InsideCall();
  InsideCall(const InsideCall&) = delete;
  InsideCall& operator=(const InsideCall&) = delete;

  // An acquisition, which has no handle yet.
  void Enter();
  // False, with a violation, if the handle is not one of a living credential.
  bool EnterCredential(const CredHandle* handle);
  // The same for a context, which nobody else may be inside of.
  bool EnterContext(const CtxtHandle* handle);

  const CredentialRecord& credential() const { return credential_; }
  const ContextRecord& context() const { return context_; }

 private:
  const Call call_;
  bool entered_ = false;
  CredentialRecord credential_;
  ContextRecord context_;
};

// Fills the lower half of the handle; the upper one belongs to Secur32.dll.
CredentialRecord OpenCredential(uint32_t script, uint32_t package, CredHandle* handle);
ContextRecord OpenContext(const CredentialRecord& credential, CtxtHandle* handle);
// One that was imported: it has no credential.
ContextRecord OpenImportedContext(uint32_t script, CtxtHandle* handle);
// The context gets another value of its handle, the present one dies.
void ChangeHandle(const ContextRecord& context, CtxtHandle* handle);
// The leg took another credential: that one has to outlive the context now.
void RebindContext(const ContextRecord& context, const CredentialRecord& credential);

// Of handles that were entered. A credential begins to end when the call that
// frees it comes: from then on nobody may use it.
void BeginToClose(const CredentialRecord& credential);
void CloseCredential(const CredentialRecord& credential);
void CloseContext(const ContextRecord& context);

void ReportViolation(const Text& text);

struct LedgerCounts {
  uint32_t credentials = 0;
  uint32_t contexts = 0;
  uint32_t buffers = 0;
  uint32_t inside = 0;
};
LedgerCounts CountLiving();

// All violations since the last time.
std::vector<std::string> TakeViolations();

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_LEDGER_H_
