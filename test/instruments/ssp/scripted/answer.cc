#include "scripted/answer.h"

namespace secur32::scripted {

const char* NameOf(Call call) {
  switch (call) {
    case Call::kAcquire:
      return "acquire";
    case Call::kFreeCredentials:
      return "freeCredentials";
    case Call::kInitialize:
      return "initialize";
    case Call::kAccept:
      return "accept";
    case Call::kComplete:
      return "complete";
    case Call::kDelete:
      return "delete";
    case Call::kQueryAttributes:
      return "queryAttributes";
    case Call::kQueryCredentialsAttributes:
      return "queryCredentialsAttributes";
    case Call::kSetAttributes:
      return "setAttributes";
    case Call::kApplyControl:
      return "applyControl";
    case Call::kEncrypt:
      return "encrypt";
    case Call::kDecrypt:
      return "decrypt";
    case Call::kMakeSignature:
      return "makeSignature";
    case Call::kVerifySignature:
      return "verifySignature";
    case Call::kQueryToken:
      return "queryToken";
    case Call::kImpersonate:
      return "impersonate";
    case Call::kRevert:
      return "revert";
    case Call::kExport:
      return "export";
    case Call::kImport:
      return "import";
  }
  return "";
}

}  // namespace secur32::scripted
