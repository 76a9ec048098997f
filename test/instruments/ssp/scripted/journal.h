// What arrived: an entry for each call, written when it ends.
#ifndef SECUR32_TEST_SSP_SCRIPTED_JOURNAL_H_
#define SECUR32_TEST_SSP_SCRIPTED_JOURNAL_H_

#include <cstdint>
#include <string>

#include "scripted/answer.h"
#include "scripted/text.h"

namespace secur32::scripted {

// The fields of a call as JSON. Its constructor is the beginning of the call,
// Write() its end.
class JournalEntry {
 public:
  explicit JournalEntry(Call call);

  JournalEntry& Number(const char* name, uint64_t number);
  JournalEntry& Flag(const char* name, bool value);
  // Hexadecimal UTF-16; null for NULL.
  JournalEntry& WideText(const char* name, const wchar_t* text);
  // Types, sizes and bytes before the call touches them; null for NULL.
  JournalEntry& Input(const SecBufferDesc* buffers);
  // One buffer by itself, as a list of one.
  JournalEntry& Input(const SecBuffer& buffer);
  // Its size and bytes; null for NULL.
  JournalEntry& Record(const void* record, uint32_t size);
  // Types, capacities, and whether there is memory.
  JournalEntry& Output(const SecBufferDesc* buffers);

  void Write(SECURITY_STATUS status);

 private:
  void Name(const char* name);
  template <typename AddDetail>
  JournalEntry& Buffers(const char* name, const SecBufferDesc* buffers, AddDetail add_detail);

  Text json_;
};

// All entries since the last time, a JSON array.
std::string TakeJournal();

// Off, calls are only counted: for runs of many thousands.
void KeepJournal(bool keep);

}  // namespace secur32::scripted

#endif  // SECUR32_TEST_SSP_SCRIPTED_JOURNAL_H_
