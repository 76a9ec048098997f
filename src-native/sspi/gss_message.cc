#include "sspi/gss_message.h"

#include <algorithm>

#include "sspi/secur32_api.h"

namespace secur32 {
namespace {

constexpr uint32_t kHeaderBytes = 16;
constexpr uint8_t kSealed = 0x02;
// Of the AES keys that domains have: a confounder, the header again, a checksum.
constexpr uint32_t kAroundSealedData = kHeaderBytes + 16 + kHeaderBytes + 12;

struct Part {
  uint8_t* data;
  uint32_t size;
};

// The header may reach from the one part into the other.
bool ReadHeader(const Part& data, const Part& token, uint8_t* header) {
  if (data.size < kHeaderBytes && token.size < kHeaderBytes - data.size) return false;
  const uint32_t first = std::min(data.size, kHeaderBytes);
  std::copy_n(data.data, first, header);
  std::copy_n(token.data, kHeaderBytes - first, header + first);
  return true;
}

// How many bytes of a token its data is shorter than the whole: RFC 4121,
// 4.2.6.2. 0 if it is none.
uint32_t BytesAroundData(const uint8_t* header) {
  const bool is_wrap_token = header[0] == 0x05 && header[1] == 0x04 && header[3] == 0xff;
  if (!is_wrap_token) return 0;
  const uint32_t extra_count = uint32_t{header[4]} << 8 | header[5];
  const bool sealed = (header[2] & kSealed) != 0;
  return (sealed ? kAroundSealedData : kHeaderBytes) + extra_count;
}

SECURITY_STATUS Decrypt(Context* context, const Part& data, const Part& token, uint32_t sequence,
                        ULONG* qop) {
  SecBuffer parts[] = {{token.size, SECBUFFER_TOKEN, token.data},
                       {data.size, SECBUFFER_DATA, data.data}};
  SecBufferDesc descriptor = {SECBUFFER_VERSION, ARRAYSIZE(parts), parts};
  return Api().DecryptMessage(context->handle(), &descriptor, sequence, qop);
}

}  // namespace

SECURITY_STATUS DecryptGssMessage(Context* context, MessageBuffers* buffers, uint32_t sequence,
                                  ULONG* qop) {
  const uint32_t stream = buffers->Find(SECBUFFER_STREAM);
  const uint32_t data = buffers->Find(SECBUFFER_DATA);
  const uint32_t token = buffers->Find(SECBUFFER_TOKEN);
  if (data == kNowhere || (stream == kNowhere) == (token == kNowhere)) return SEC_E_INVALID_TOKEN;

  uint8_t header[kHeaderBytes];
  if (stream == kNowhere) {
    const Part data_part = {buffers->memory(data), buffers->size(data)};
    const Part token_part = {buffers->memory(token), buffers->size(token)};
    const bool known = ReadHeader(data_part, token_part, header);
    if (!known || BytesAroundData(header) != token_part.size) return SEC_E_INVALID_TOKEN;
    return Decrypt(context, data_part, token_part, sequence, qop);
  }
  const Part whole = {buffers->memory(stream), buffers->size(stream)};
  if (!ReadHeader(whole, {}, header)) return SEC_E_INVALID_TOKEN;
  const uint32_t around = BytesAroundData(header);
  if (around == 0 || around > whole.size) return SEC_E_INVALID_TOKEN;
  const uint32_t length = whole.size - around;
  const SECURITY_STATUS status =
      Decrypt(context, {whole.data, length}, {whole.data + length, around}, sequence, qop);
  if (status >= 0) buffers->Place(data, whole.data, length);
  return status;
}

}  // namespace secur32
