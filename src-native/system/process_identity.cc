#include "system/process_identity.h"

#include <cstddef>
#include <cstring>

#include "sspi/text.h"

namespace secur32 {
namespace {

constexpr size_t kMaxCharacters = 32767;
// The record is held for the time of a comparison.
constexpr DWORD kPatienceMs = 5000;

struct Text {
  LONG present;
  wchar_t characters[kMaxCharacters + 1];

  bool Fits(const ZeroedText& text) const {
    return !text.present() || text.length() <= kMaxCharacters;
  }
  void Set(const ZeroedText& text) {
    present = text.present() ? 1 : 0;
    if (text.present()) {
      std::memcpy(characters, text.get(), (text.length() + 1) * sizeof(wchar_t));
    }
  }
  bool IsSame(const ZeroedText& text) const {
    if ((present != 0) != text.present()) return false;
    // Whoever wrote it: it ends in this memory.
    return !text.present() ||
           (characters[kMaxCharacters] == 0 && IsSameText(characters, text.get()));
  }
};

// In memory that begins as zeros.
struct Record {
  LONG set;
  Text user;
  Text domain;
};

// "Local\\secur32-<kind>-<process>". Copies of the addon are modules of their
// own, which share only what the system has a name for.
class ProcessName {
 public:
  explicit ProcessName(const wchar_t* kind) {
    Append(L"Local\\secur32-");
    Append(kind);
    Append(L"-");
    wchar_t digit[] = L"0";
    for (int shift = 28; shift >= 0; shift -= 4) {
      *digit = L"0123456789abcdef"[(GetCurrentProcessId() >> shift) & 0xf];
      Append(digit);
    }
  }
  const wchar_t* get() const { return text_; }

 private:
  void Append(const wchar_t* text) {
    while (*text != 0 && length_ + 1 < sizeof(text_) / sizeof(*text_)) text_[length_++] = *text++;
  }

  wchar_t text_[64] = {};
  size_t length_ = 0;
};

// The record of this process; nullptr if there is none to be had. It stays
// until the process ends: a copy may ask at any time.
Record* SharedRecord() {
  static Record* record = nullptr;
  if (record != nullptr) return record;
  const ProcessName name(L"identity");
  const HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0,
                                            sizeof(Record), name.get());
  if (section == nullptr) return nullptr;
  record = static_cast<Record*>(MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, sizeof(Record)));
  // What is mapped keeps the memory, but not its name.
  if (record == nullptr) CloseHandle(section);
  return record;
}

bool Admit(const ZeroedText& user, const ZeroedText& domain) {
  Record* const record = SharedRecord();
  if (record == nullptr || !record->user.Fits(user) || !record->domain.Fits(domain)) return false;
  if (record->set == 0) {
    record->user.Set(user);
    record->domain.Set(domain);
    record->set = 1;
  }
  return record->user.IsSame(user) && record->domain.IsSame(domain);
}

}  // namespace

bool AdmitIdentity(const ZeroedText& user, const ZeroedText& domain) {
  const ProcessName name(L"identity-lock");
  const HANDLE mutex = CreateMutexW(nullptr, FALSE, name.get());
  if (mutex == nullptr) return false;
  const DWORD waited = WaitForSingleObject(mutex, kPatienceMs);
  const bool locked = waited == WAIT_OBJECT_0 || waited == WAIT_ABANDONED;
  const bool admitted = locked && Admit(user, domain);
  if (locked) ReleaseMutex(mutex);
  CloseHandle(mutex);
  return admitted;
}

}  // namespace secur32
