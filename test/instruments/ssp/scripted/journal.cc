#include "scripted/journal.h"

#include <windows.h>

#include <atomic>
#include <utility>

#include "executor/lock.h"

namespace secur32::scripted {
namespace {

struct Journal {
  Lock lock;
  std::string entries;
  bool keep = true;
};

// Never destroyed: calls may be running when the process ends.
Journal& TheJournal() {
  static Journal* const journal = new Journal;
  return *journal;
}

std::atomic<uint32_t> next_moment{1};

}  // namespace

JournalEntry::JournalEntry(Call call) {
  json_.Add("{\"call\":\"").Add(NameOf(call)).Add("\"");
  Number("begin", next_moment++);
  Number("thread", GetCurrentThreadId());
}

void JournalEntry::Name(const char* name) { json_.Add(",\"").Add(name).Add("\":"); }

JournalEntry& JournalEntry::Number(const char* name, uint64_t number) {
  Name(name);
  json_.Number(number);
  return *this;
}

JournalEntry& JournalEntry::Flag(const char* name, bool value) {
  Name(name);
  json_.Add(value ? "true" : "false");
  return *this;
}

JournalEntry& JournalEntry::WideText(const char* name, const wchar_t* text) {
  Name(name);
  if (text == nullptr) {
    json_.Add("null");
  } else {
    json_.Add("\"").WideHex(text).Add("\"");
  }
  return *this;
}

template <typename AddDetail>
JournalEntry& JournalEntry::Buffers(const char* name, const SecBufferDesc* buffers,
                                    AddDetail add_detail) {
  Name(name);
  if (buffers == nullptr) {
    json_.Add("null");
    return *this;
  }
  json_.Add("[");
  for (uint32_t i = 0; i < buffers->cBuffers; ++i) {
    const SecBuffer& buffer = buffers->pBuffers[i];
    json_.Add(i == 0 ? "" : ",").Add("{\"type\":").Number(buffer.BufferType);
    json_.Add(",\"size\":").Number(buffer.cbBuffer);
    add_detail(buffer);
    json_.Add("}");
  }
  json_.Add("]");
  return *this;
}

JournalEntry& JournalEntry::Input(const SecBufferDesc* buffers) {
  return Buffers("input", buffers, [this](const SecBuffer& buffer) {
    if (buffer.pvBuffer == nullptr) {
      json_.Add(",\"data\":null");
    } else {
      json_.Add(",\"data\":\"").Hex(buffer.pvBuffer, buffer.cbBuffer).Add("\"");
    }
  });
}

JournalEntry& JournalEntry::Input(const SecBuffer& buffer) {
  SecBuffer copy = buffer;
  const SecBufferDesc buffers = {SECBUFFER_VERSION, 1, &copy};
  return Input(&buffers);
}

JournalEntry& JournalEntry::Record(const void* record, uint32_t size) {
  Name("record");
  if (record == nullptr) {
    json_.Add("null");
    return *this;
  }
  json_.Add("{\"size\":").Number(size).Add(",\"data\":\"").Hex(record, size).Add("\"}");
  return *this;
}

JournalEntry& JournalEntry::Output(const SecBufferDesc* buffers) {
  return Buffers("output", buffers,
                 [this](const SecBuffer& buffer) { Flag("memory", buffer.pvBuffer != nullptr); });
}

void JournalEntry::Write(SECURITY_STATUS status) {
  Number("status", static_cast<uint32_t>(status));
  Number("end", next_moment++);
  json_.Add("}");
  Journal& journal = TheJournal();
  const Lock::Guard guard(&journal.lock);
  if (!journal.keep) return;
  if (!journal.entries.empty()) journal.entries.append(",");
  journal.entries.append(json_.string());
}

std::string TakeJournal() {
  Journal& journal = TheJournal();
  const Lock::Guard guard(&journal.lock);
  return "[" + std::exchange(journal.entries, {}) + "]";
}

void KeepJournal(bool keep) {
  Journal& journal = TheJournal();
  const Lock::Guard guard(&journal.lock);
  journal.keep = keep;
}

}  // namespace secur32::scripted
