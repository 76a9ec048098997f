#include "bridge/client_tokens.h"

#include <windows.h>
// After windows.h.
#include <sddl.h>

#include <string>
#include <vector>

#include "bridge/connection.h"
#include "scripted/created_token.h"
#include "scripted/text.h"

namespace secur32::bridge {
namespace {

// SIDs as long as they are needed.
class Sids {
 public:
  Sids() = default;
  ~Sids() {
    for (const PSID sid : sids_) LocalFree(sid);
  }
  Sids(const Sids&) = delete;
  Sids& operator=(const Sids&) = delete;

  // nullptr if the text is none.
  PSID Make(const std::u16string& text) {
    PSID sid = nullptr;
    if (ConvertStringSidToSidW(reinterpret_cast<const wchar_t*>(text.c_str()), &sid) == FALSE) {
      return nullptr;
    }
    sids_.push_back(sid);
    return sid;
  }

 private:
  std::vector<PSID> sids_;
};

// The SID of a logon, S-1-5-5-0-<number>, which every token of Windows has. Wine
// does not keep the number that NtCreateToken is given beside it.
constexpr DWORD kLogonAttributes =
    SE_GROUP_MANDATORY | SE_GROUP_ENABLED | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_LOGON_ID;
constexpr DWORD kLogonParts = 3;

std::u16string LogonSid(uint32_t number) {
  const std::string digits = scripted::Text().Number(number).string();
  return u"S-1-5-5-0-" + std::u16string(digits.begin(), digits.end());
}

}  // namespace

SECURITY_STATUS MakeClientToken(uint32_t remote_context, HANDLE* token) {
  Request request(Operation::kIdentity);
  request.Number(remote_context);
  Answer answer = Call(request);
  if (answer.status() < 0) return answer.status();
  Sids sids;
  scripted::TokenContents contents{};
  contents.logon = {remote_context, 0};
  contents.level = static_cast<SECURITY_IMPERSONATION_LEVEL>(answer.Number());
  contents.user = sids.Make(answer.Text());
  const uint32_t groups = answer.Number();
  for (uint32_t i = 0; i < groups; ++i) {
    const PSID sid = sids.Make(answer.Text());
    const DWORD attributes = answer.Number();
    if (sid != nullptr) contents.groups.push_back({sid, attributes});
  }
  contents.groups.push_back({sids.Make(LogonSid(remote_context)), kLogonAttributes});
  *token = contents.user == nullptr ? nullptr : scripted::CreateTokenWith(contents);
  return *token == nullptr ? SEC_E_INTERNAL_ERROR : SEC_E_OK;
}

uint32_t ClientOfToken(HANDLE token) {
  DWORD size = 0;
  GetTokenInformation(token, TokenGroups, nullptr, 0, &size);
  std::vector<uint64_t> record(size / sizeof(uint64_t) + 1);
  if (GetTokenInformation(token, TokenGroups, record.data(), size, &size) == FALSE) return 0;
  const auto* const groups = reinterpret_cast<const TOKEN_GROUPS*>(record.data());
  for (DWORD i = 0; i < groups->GroupCount; ++i) {
    const SID_AND_ATTRIBUTES& group = groups->Groups[i];
    const bool logon = (group.Attributes & SE_GROUP_LOGON_ID) == SE_GROUP_LOGON_ID;
    if (logon && *GetSidSubAuthorityCount(group.Sid) == kLogonParts) {
      return *GetSidSubAuthority(group.Sid, kLogonParts - 1);
    }
  }
  return 0;
}

}  // namespace secur32::bridge
