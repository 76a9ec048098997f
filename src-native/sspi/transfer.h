// ExportSecurityContext and ImportSecurityContextW: a context on its way to
// another process of the same machine.
#ifndef SECUR32_SSPI_TRANSFER_H_
#define SECUR32_SSPI_TRANSFER_H_

#include <cstdint>
#include <memory>

#include "sspi/context_buffer.h"
#include "sspi/handles.h"
#include "sspi/zeroed_buffer.h"

namespace secur32 {

struct ExportedContext {
  SECURITY_STATUS status = SEC_E_INTERNAL_ERROR;
  // Keys are in it: zeroed before its memory is freed.
  ContextBuffer owner;
  uint32_t size = 0;
  // For the caller to close; nullptr for none.
  HANDLE token = nullptr;

  ExportedContext() = default;
  ~ExportedContext();
  ExportedContext(const ExportedContext&) = delete;
  ExportedContext& operator=(const ExportedContext&) = delete;
};

// Whoever calls has entered the context. One that was given away
// (SECPKG_CONTEXT_EXPORT_DELETE_OLD) is not deleted any more.
void RunExport(Context* context, uint32_t flags, ExportedContext* exported);

struct ImportedContext {
  ZeroedText package;
  ZeroedBuffer packed;
  HANDLE token = nullptr;

  SECURITY_STATUS status = SEC_E_INTERNAL_ERROR;
  std::shared_ptr<Context> context;
  uint32_t max_token = 0;
};

void RunImport(ImportedContext* imported);

}  // namespace secur32

#endif  // SECUR32_SSPI_TRANSFER_H_
