// ExportSecurityContext and ImportSecurityContext with every status and every
// shape of what is packed: its memory is given back once and without the keys
// in it, a context that was given away is not deleted again, an imported one is.
#include "sspi/transfer.h"

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "scripted/journal.h"
#include "scripted/ledger.h"
#include "scripted/script.h"
#include "scripted/tokens.h"
#include "sspi/live_counts.h"
#include "statuses.h"
#include "support/answers.h"
#include "support/checks.h"
#include "support/legs.h"
#include "support/messages.h"
#include "support/secret_watch.h"
#include "support/sums.h"

namespace secur32::sanitize {
namespace {

using scripted::Answer;
using scripted::BufferAnswer;
using scripted::Call;
using scripted::HandleChange;
using scripted::Memory;
using scripted::TokenKind;

constexpr uint32_t kScript = 1;
constexpr char kPacked[] = "packed:1, and the keys";
constexpr uint32_t kPackedSize = sizeof(kPacked) - 1;
constexpr uint32_t kAllFlags[] = {
    0, SECPKG_CONTEXT_EXPORT_RESET_NEW, SECPKG_CONTEXT_EXPORT_DELETE_OLD,
    SECPKG_CONTEXT_EXPORT_RESET_NEW | SECPKG_CONTEXT_EXPORT_DELETE_OLD};
constexpr TokenKind kTokenKinds[] = {TokenKind::kDefault, TokenKind::kNull,
                                     TokenKind::kImpersonation};

struct Shape {
  const char* name;
  std::vector<BufferAnswer> packed;
  uint32_t expected;
};

std::vector<Shape> Shapes() {
  return {
      {"as usual", {}, sizeof("packed:1") - 1},
      {"packed", {Written(Bytes(kPacked))}, kPackedSize},
      {"nothing", {Written({})}, 0},
      {"NULL", {In(Memory::kNull, 0)}, 0},
      {"NULL that claims bytes", {In(Memory::kNull, UINT32_MAX)}, 0},
      {"untouched", {Untouched()}, 0},
  };
}

struct ExportCase {
  const wchar_t* package;
  Status status;
  const Shape* shape;
  uint32_t flags;
  TokenKind token;
};

void ScriptExport(const ExportCase& export_case) {
  Answer answer;
  answer.status = static_cast<SECURITY_STATUS>(export_case.status.value);
  answer.outputs = export_case.shape->packed;
  answer.token = export_case.token;
  // What it leaves behind when it fails belongs to nobody.
  answer.handle = HandleChange::kScribbled;
  AddAnswer(kScript, Call::kExport, std::move(answer));
}

void ExpectExported(const ExportCase& export_case, const ExportedContext& exported) {
  EXPECT(static_cast<uint32_t>(exported.status) == export_case.status.value);
  const bool succeeded = exported.status >= 0;
  EXPECT(exported.size == (succeeded ? export_case.shape->expected : 0));
  EXPECT((exported.owner.get() != nullptr) == (exported.size > 0));
  EXPECT((exported.token != nullptr) ==
         (succeeded && export_case.token == TokenKind::kImpersonation));
  Sum(exported.owner.get(), exported.size);
}

void RunExportCase(const ExportCase& export_case) {
  const auto credential = AcquireFor(export_case.package, kScript);
  auto context = MakeContext(LegSide::kAccept, credential);
  ScriptExport(export_case);
  auto exported = std::make_unique<ExportedContext>();
  RunExport(context.get(), export_case.flags, exported.get());
  ExpectExported(export_case, *exported);
  if (exported->token != nullptr) EXPECT(CloseHandle(exported->token));

  const bool gone =
      exported->status >= 0 && (export_case.flags & SECPKG_CONTEXT_EXPORT_DELETE_OLD) != 0;
  EXPECT(scripted::CountLiving().contexts == (gone ? 0 : 1));
  const SecretWatch watch(kPacked, kPackedSize);
  exported.reset();
  EXPECT(SecretWatch::found() == 0);
  EXPECT(live_counts.contexts == 1);
}

void RunExports() {
  const std::vector<Shape> shapes = Shapes();
  uint32_t turn = 0;
  for (const Status& status : kStatuses) {
    for (const Shape& shape : shapes) {
      for (const uint32_t flags : kAllFlags) {
        for (const TokenKind token : kTokenKinds) {
          BeginCase(std::string("export, ") + status.name + ", " + shape.name + ", flags " +
                    std::to_string(flags));
          RunExportCase({kPackageKinds[turn++ % 3], status, &shape, flags, token});
          ExpectNothingLeft();
        }
      }
    }
  }
}

bool FillImport(const wchar_t* package, const std::vector<uint8_t>& packed,
                ImportedContext* imported) {
  if (!AssignText(package, &imported->package) || !imported->packed.Allocate(packed.size())) {
    return false;
  }
  if (!packed.empty()) std::memcpy(imported->packed.data(), packed.data(), packed.size());
  return true;
}

// Messages go on as if nothing had happened.
void ExpectUsable(Context* context) {
  std::vector<Part> parts = {{SECBUFFER_TOKEN, std::vector<uint8_t>(16)},
                             {SECBUFFER_DATA, Bytes("data")}};
  Message message;
  message.call = MessageCall::kEncrypt;
  EXPECT(FillMessage(&parts, &message.buffers));
  RunMessage(&message, context);
  EXPECT(message.status == SEC_E_OK);
}

void RunImportCase(const wchar_t* package, const Status& status, HandleChange handle,
                   bool has_token) {
  Answer answer;
  answer.status = static_cast<SECURITY_STATUS>(status.value);
  answer.handle = handle;
  AddAnswer(kScript, Call::kImport, answer);
  auto imported = std::make_unique<ImportedContext>();
  EXPECT(FillImport(package, Bytes(kPacked), imported.get()));
  imported->token = has_token ? scripted::GiveToken(TokenKind::kDefault) : nullptr;
  RunImport(imported.get());
  EXPECT(static_cast<uint32_t>(imported->status) == status.value);
  EXPECT((imported->context != nullptr) == (answer.status >= 0));
  // It stays the caller's.
  if (has_token) EXPECT(CloseHandle(imported->token));
  if (imported->context != nullptr) {
    Context* const context = imported->context.get();
    EXPECT(context->side() == LegSide::kNone);
    EXPECT(context->credential() == nullptr);
    EXPECT(IsSameText(context->package(), package));
    EXPECT(imported->max_token == 3000);
    ExpectUsable(context);
  }
  const SecretWatch watch(kPacked, kPackedSize);
  imported.reset();
  EXPECT(SecretWatch::found() == 0);
}

void RunImports() {
  for (const wchar_t* const package : kPackageKinds) {
    for (const Status& status : kStatuses) {
      for (const HandleChange handle : {HandleChange::kStays, HandleChange::kScribbled}) {
        for (const bool has_token : {false, true}) {
          BeginCase(std::string("import, ") + status.name);
          RunImportCase(package, status, handle, has_token);
          ExpectNothingLeft();
        }
      }
    }
  }
}

void RunUnknownPackage() {
  BeginCase("an import into a package that nobody knows");
  {
    ImportedContext imported;
    EXPECT(FillImport(L"Unknown", Bytes(kPacked), &imported));
    RunImport(&imported);
    EXPECT(imported.status < 0);
    EXPECT(imported.context == nullptr);
  }
  ExpectNothingLeft();
}

void RunNothing() {
  BeginCase("an import of nothing");
  {
    ImportedContext imported;
    EXPECT(FillImport(L"Scripted", {}, &imported));
    RunImport(&imported);
    EXPECT(imported.context != nullptr);
  }
  ExpectNothingLeft();
}

// The same context, again and again.
void RunThereAndBack() {
  BeginCase("there and back");
  {
    auto context = MakeContext(LegSide::kAccept, AcquireFor(L"Scripted", kScript));
    for (int i = 0; i < 3; ++i) {
      ExportedContext exported;
      RunExport(context.get(), SECPKG_CONTEXT_EXPORT_DELETE_OLD, &exported);
      EXPECT(exported.status == SEC_E_OK);
      const auto* const bytes = static_cast<const uint8_t*>(exported.owner.get());
      ImportedContext imported;
      EXPECT(FillImport(L"Scripted", {bytes, bytes + exported.size}, &imported));
      RunImport(&imported);
      EXPECT(imported.context != nullptr);
      context = std::move(imported.context);
    }
    ExpectUsable(context.get());
  }
  ExpectNothingLeft();
}

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  scripted::KeepJournal(false);
  sanitize::WarmUp();
  sanitize::RunExports();
  sanitize::RunImports();
  sanitize::RunUnknownPackage();
  sanitize::RunNothing();
  sanitize::RunThereAndBack();
  return sanitize::EndProgram();
}
