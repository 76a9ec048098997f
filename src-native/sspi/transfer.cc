#include "sspi/transfer.h"

#include <utility>

#include "sspi/packages.h"
#include "sspi/provider.h"
#include "sspi/secur32_api.h"

namespace secur32 {

ExportedContext::~ExportedContext() {
  if (owner.get() != nullptr) SecureZeroMemory(owner.get(), size);
}

void RunExport(Context* context, uint32_t flags, ExportedContext* exported) {
  SecBuffer packed{};
  exported->status =
      Api().ExportSecurityContext(context->handle(), flags, &packed, &exported->token);
  if (exported->status < 0) {
    exported->token = nullptr;
    return;
  }
  exported->owner = ContextBuffer(packed.pvBuffer);
  exported->size = packed.pvBuffer == nullptr ? 0 : packed.cbBuffer;
  if ((flags & SECPKG_CONTEXT_EXPORT_DELETE_OLD) != 0) context->MarkGivenAway();
}

void RunImport(ImportedContext* imported) {
  ZeroedText name;
  imported->status = DescribePackage(&imported->package, &name, &imported->max_token);
  if (imported->status != SEC_E_OK) return;
  SecBuffer packed{static_cast<ULONG>(imported->packed.size()), SECBUFFER_TOKEN,
                   imported->packed.data()};
  CtxtHandle handle{};
  imported->status =
      Api().ImportSecurityContextW(imported->package.get(), &packed, imported->token, &handle);
  if (imported->status < 0) return;
  imported->context =
      std::make_shared<Context>(handle, std::move(name), TraitsOfPackage(imported->package.get()));
}

}  // namespace secur32
