// EncryptMessage, DecryptMessage, MakeSignature and VerifySignature, in place:
// on memory of the caller's that stays where it is while the call runs.
#ifndef SECUR32_SSPI_MESSAGE_H_
#define SECUR32_SSPI_MESSAGE_H_

#include <cstddef>
#include <cstdint>

#include "sspi/handles.h"
#include "sspi/sec_buffers.h"
#include "sspi/windows_sspi.h"

namespace secur32 {

enum class MessageCall { kEncrypt, kDecrypt, kMakeSignature, kVerifySignature };

// In nobody's memory that we know.
constexpr uint32_t kNowhere = UINT32_MAX;

// The buffers of a message: not copied, and not owned.
class MessageBuffers {
 public:
  MessageBuffers() = default;
  MessageBuffers(const MessageBuffers&) = delete;
  MessageBuffers& operator=(const MessageBuffers&) = delete;

  // False if there is no room, or too much for SSPI to count.
  [[nodiscard]] bool Add(uint32_t type, uint8_t* data, size_t size);

  uint32_t count() const { return count_; }
  uint32_t type(uint32_t index) const { return buffers_[index].BufferType; }
  // The caller's memory, whatever a package made of the buffer.
  uint8_t* memory(uint32_t index) { return memory_[index]; }
  uint32_t capacity(uint32_t index) const { return capacity_[index]; }
  // After the call: how large the package says that it is.
  uint32_t size(uint32_t index) const { return buffers_[index].cbBuffer; }
  // After the call: in which buffer's memory it lies, and where in it. A
  // package may point into another buffer than its own: the plain text of a
  // stream lies inside the stream.
  uint32_t source(uint32_t index) const;
  uint32_t offset(uint32_t index) const;

  // The first buffer of that type; kNowhere if there is none.
  uint32_t Find(uint32_t plain_type) const;
  // The smallest capacity of all buffers of that type: which of them a package
  // takes for its own, attribute bits decide. 0 if there is none.
  uint32_t SmallestOf(uint32_t plain_type) const;

  // For messages that we put together in place of the package.
  void Retype(uint32_t index, uint32_t type) { buffers_[index].BufferType = type; }
  void Resize(uint32_t index, uint32_t size) { buffers_[index].cbBuffer = size; }
  void Place(uint32_t index, uint8_t* place, uint32_t size) {
    buffers_[index].pvBuffer = place;
    buffers_[index].cbBuffer = size;
  }

  SecBufferDesc* descriptor();

 private:
  bool LiesIn(uint32_t index, uint32_t source) const;

  SecBufferDesc descriptor_{};
  SecBuffer buffers_[kMaxSecBuffers]{};
  uint8_t* memory_[kMaxSecBuffers]{};
  uint32_t capacity_[kMaxSecBuffers]{};
  uint32_t count_ = 0;
};

struct Message {
  MessageCall call;
  // What is asked for, afterwards what was found.
  uint32_t qop = 0;
  uint32_t sequence = 0;
  MessageBuffers buffers;
  SECURITY_STATUS status = SEC_E_INTERNAL_ERROR;
};

// What the package of this system would do with a message.
enum class MessageCheck {
  kFine,
  kWritesPastToken,
  // It would leave data unprotected, or unverified, without a word.
  kIgnoresData,
};

MessageCheck CheckMessage(const Message& message, Context* context);

// SECPKG_ATTR_SIZES as the message functions here need it.
void CorrectSizes(Context* context, SecPkgContext_Sizes* sizes);

// Whoever calls has entered the context.
void RunMessage(Message* message, Context* context);

}  // namespace secur32

#endif  // SECUR32_SSPI_MESSAGE_H_
