// Access tokens: that of this process, copies of it, and which thread acts
// with which.
#include "windows/tokens.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <map>
#include <utility>

#include "executor/lock.h"
#include "windows/accounts.h"
#include "windows/handles.h"

namespace secur32::sanitize {
namespace {

constexpr DWORD kUsual = SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED;

TokenData DataOfProcess() {
  TokenData data;
  data.user = SidOfText(kProcessUser);
  data.groups = {
      {SidOfText("S-1-5-21-1-2-3-513"), kUsual},
      {SidOfText("S-1-1-0"), kUsual},
      {SidOfText(kAdministrators), kUsual | SE_GROUP_OWNER},
      {SidOfText("S-1-5-32-545"), kUsual},
      {SidOfText("S-1-5-11"), kUsual},
      {SidOfText("S-1-5-5-0-4711"), kUsual | SE_GROUP_LOGON_ID},
  };
  data.label = SidOfText("S-1-16-12288");
  return data;
}

struct Token : Object {
  static constexpr ObjectKind kKind = ObjectKind::kToken;
  explicit Token(TokenData its_data) : Object(kKind), data(std::move(its_data)), id(++last_id) {}

  const TokenData data;
  const uint32_t id;

  static std::atomic<uint32_t> last_id;
};
std::atomic<uint32_t> Token::last_id{0};

struct Thread : Object {
  static constexpr ObjectKind kKind = ObjectKind::kThread;
  explicit Thread(DWORD its_id) : Object(kKind), id(its_id) {}
  const DWORD id;
};

const HANDLE kThisThread = reinterpret_cast<HANDLE>(intptr_t{-2});

struct Threads {
  Lock lock;
  std::map<DWORD, std::shared_ptr<Token>> tokens;
};

// Never destroyed: threads may end after that.
Threads& TheThreads() {
  static Threads* const threads = new Threads;
  return *threads;
}

void SetToken(std::shared_ptr<Token> token) {
  // The system gives the numbers of ended threads to others.
  struct AtEnd {
    ~AtEnd() {
      Threads& threads = TheThreads();
      const Lock::Guard guard(&threads.lock);
      threads.tokens.erase(GetCurrentThreadId());
    }
  };
  thread_local const AtEnd at_end;
  static_cast<void>(at_end);
  Threads& threads = TheThreads();
  const Lock::Guard guard(&threads.lock);
  if (token == nullptr) {
    threads.tokens.erase(GetCurrentThreadId());
  } else {
    threads.tokens[GetCurrentThreadId()] = std::move(token);
  }
}

std::shared_ptr<Token> TokenOf(DWORD thread) {
  Threads& threads = TheThreads();
  const Lock::Guard guard(&threads.lock);
  const auto found = threads.tokens.find(thread);
  return found == threads.tokens.end() ? nullptr : found->second;
}

// A record in which pointers to SIDs stand for what follows it.
class Record {
 public:
  explicit Record(size_t fixed) : bytes_(fixed) {}

  template <typename Value>
  void Put(size_t offset, const Value& value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof(value));
  }
  void PutSid(size_t offset, const Sid& sid, DWORD attributes) {
    sids_.emplace_back(offset, bytes_.size());
    bytes_.insert(bytes_.end(), sid.begin(), sid.end());
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
    Put(offset + offsetof(SID_AND_ATTRIBUTES, Attributes), attributes);
  }
  BOOL CopyTo(void* target, DWORD size, DWORD* needed) {
    *needed = static_cast<DWORD>(bytes_.size());
    if (target == nullptr || size < bytes_.size()) return Fail(ERROR_INSUFFICIENT_BUFFER);
    for (const auto& [offset, place] : sids_) {
      Put(offset, static_cast<void*>(static_cast<char*>(target) + place));
    }
    std::memcpy(target, bytes_.data(), bytes_.size());
    return TRUE;
  }

 private:
  std::vector<uint8_t> bytes_;
  std::vector<std::pair<size_t, size_t>> sids_;
};

TOKEN_STATISTICS StatisticsOf(const Token& token) {
  TOKEN_STATISTICS statistics{};
  statistics.TokenId = {token.id, 0};
  statistics.AuthenticationId = {4711, 0};
  statistics.ExpirationTime.QuadPart = INT64_MAX;
  statistics.TokenType = token.data.type;
  statistics.ImpersonationLevel = token.data.level;
  statistics.GroupCount = static_cast<DWORD>(token.data.groups.size());
  statistics.ModifiedId = {token.id, 0};
  return statistics;
}

Record UserRecord(const TokenData& data) {
  Record record(sizeof(TOKEN_USER));
  record.PutSid(offsetof(TOKEN_USER, User), data.user, 0);
  return record;
}

Record GroupsRecord(const TokenData& data) {
  constexpr size_t kGroups = offsetof(TOKEN_GROUPS, Groups);
  Record record(kGroups + data.groups.size() * sizeof(SID_AND_ATTRIBUTES));
  record.Put(offsetof(TOKEN_GROUPS, GroupCount), static_cast<DWORD>(data.groups.size()));
  size_t offset = kGroups;
  for (const TokenData::Group& group : data.groups) {
    record.PutSid(offset, group.sid, group.attributes);
    offset += sizeof(SID_AND_ATTRIBUTES);
  }
  return record;
}

template <typename Value>
Record FixedRecord(const Value& value) {
  Record record(sizeof(value));
  record.Put(0, value);
  return record;
}

Record LabelRecord(const TokenData& data) {
  Record record(sizeof(TOKEN_MANDATORY_LABEL));
  record.PutSid(0, data.label, SE_GROUP_INTEGRITY | SE_GROUP_INTEGRITY_ENABLED);
  return record;
}

}  // namespace

TokenData ProcessTokenData() { return DataOfProcess(); }

HANDLE NewToken(TokenData data) { return OpenHandle(std::make_shared<Token>(std::move(data))); }

}  // namespace secur32::sanitize

using namespace secur32::sanitize;

HANDLE GetCurrentThread() { return kThisThread; }

DWORD GetCurrentProcessId() { return static_cast<DWORD>(getpid()); }

HANDLE OpenThread(DWORD, BOOL, DWORD thread_id) {
  return OpenHandle(std::make_shared<Thread>(thread_id));
}

BOOL OpenThreadToken(HANDLE thread, DWORD, BOOL, HANDLE* token) {
  DWORD id = GetCurrentThreadId();
  if (thread != kThisThread) {
    const std::shared_ptr<Thread> found = FindOf<Thread>(thread);
    if (found == nullptr) return FALSE;
    id = found->id;
  }
  std::shared_ptr<Token> found = TokenOf(id);
  if (found == nullptr) return Fail(ERROR_NO_TOKEN);
  if (found->data.level == SecurityAnonymous) return Fail(ERROR_CANT_OPEN_ANONYMOUS);
  *token = OpenHandle(std::move(found));
  return TRUE;
}

// Of the calling thread alone.
BOOL SetThreadToken(HANDLE* thread, HANDLE token) {
  if (thread != nullptr) return Fail(ERROR_INVALID_PARAMETER);
  std::shared_ptr<Token> found = FindOf<Token>(token);
  if (found == nullptr) return FALSE;
  SetToken(std::move(found));
  return TRUE;
}

BOOL RevertToSelf() {
  SetToken(nullptr);
  return TRUE;
}

BOOL GetTokenInformation(HANDLE handle, TOKEN_INFORMATION_CLASS what, void* record, DWORD size,
                         DWORD* needed) {
  const std::shared_ptr<Token> token = FindOf<Token>(handle);
  if (token == nullptr) return FALSE;
  const TokenData& data = token->data;
  switch (what) {
    case TokenUser:
      return UserRecord(data).CopyTo(record, size, needed);
    case TokenGroups:
      return GroupsRecord(data).CopyTo(record, size, needed);
    case TokenImpersonationLevel:
      return FixedRecord(data.level).CopyTo(record, size, needed);
    case TokenStatistics:
      return FixedRecord(StatisticsOf(*token)).CopyTo(record, size, needed);
    case TokenElevationType:
      return FixedRecord(TokenElevationTypeFull).CopyTo(record, size, needed);
    case TokenElevation:
      return FixedRecord(TOKEN_ELEVATION{data.elevated ? 1u : 0u}).CopyTo(record, size, needed);
    case TokenIntegrityLevel:
      return LabelRecord(data).CopyTo(record, size, needed);
  }
  return Fail(ERROR_INVALID_PARAMETER);
}

BOOL IsTokenRestricted(HANDLE) { return FALSE; }

BOOL DuplicateTokenEx(HANDLE handle, DWORD, void*, SECURITY_IMPERSONATION_LEVEL level,
                      TOKEN_TYPE type, HANDLE* copy) {
  const std::shared_ptr<Token> token = FindOf<Token>(handle);
  if (token == nullptr) return FALSE;
  TokenData data = token->data;
  // Of less, nobody makes more.
  if (data.type == TokenImpersonation && level > data.level) {
    return Fail(ERROR_BAD_IMPERSONATION_LEVEL);
  }
  data.type = type;
  data.level = level;
  *copy = NewToken(std::move(data));
  return TRUE;
}
