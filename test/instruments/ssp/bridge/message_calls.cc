#include <cstring>

#include "bridge/connection.h"
#include "bridge/functions.h"
#include "bridge/message_buffers.h"
#include "bridge/remote_contexts.h"
#include "scripted/ledger.h"

namespace secur32::bridge {
namespace {

using scripted::Call;
using scripted::InsideCall;

// The message after its token, where Windows leaves it: at the end of the stream.
SECURITY_STATUS GiveFromStream(const std::vector<uint8_t>& plain, SecBuffer* stream,
                               SecBuffer* data) {
  if (plain.size() > stream->cbBuffer) return SEC_E_INTERNAL_ERROR;
  auto* const place = static_cast<uint8_t*>(stream->pvBuffer) + (stream->cbBuffer - plain.size());
  if (!plain.empty()) std::memcpy(place, plain.data(), plain.size());
  data->pvBuffer = place;
  data->cbBuffer = static_cast<ULONG>(plain.size());
  return SEC_E_OK;
}

}  // namespace

SECURITY_STATUS SEC_ENTRY Encrypt(CtxtHandle* context, ULONG protection, SecBufferDesc* message,
                                  ULONG) {
  InsideCall inside(Call::kEncrypt);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  SecBuffer* const token = FindBuffer(message, SECBUFFER_TOKEN);
  SecBuffer* const data = FindBuffer(message, SECBUFFER_DATA);
  SecBuffer* const padding = FindBuffer(message, SECBUFFER_PADDING);
  if (token == nullptr || data == nullptr) return SEC_E_INVALID_TOKEN;
  Request request(Operation::kWrap);
  request.Number(RemoteOf(inside.context())).Number(protection);
  request.Bytes(data);
  Answer answer = bridge::Call(request);
  if (answer.status() < 0) return answer.status();
  if (!Fill(token, answer.Bytes()) || !Fill(data, answer.Bytes())) return SEC_E_BUFFER_TOO_SMALL;
  const std::vector<uint8_t> rest = answer.Bytes();
  if (padding == nullptr) return rest.empty() ? SEC_E_OK : SEC_E_INVALID_TOKEN;
  return Fill(padding, rest) ? SEC_E_OK : SEC_E_BUFFER_TOO_SMALL;
}

SECURITY_STATUS SEC_ENTRY Decrypt(CtxtHandle* context, SecBufferDesc* message, ULONG,
                                  ULONG* protection) {
  InsideCall inside(Call::kDecrypt);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  SecBuffer* const stream = FindBuffer(message, SECBUFFER_STREAM);
  SecBuffer* const data = FindBuffer(message, SECBUFFER_DATA);
  if (data == nullptr) return SEC_E_INVALID_TOKEN;
  std::vector<uint8_t> whole;
  for (const ULONG type : {SECBUFFER_STREAM, SECBUFFER_TOKEN, SECBUFFER_DATA, SECBUFFER_PADDING}) {
    if (stream != nullptr && type != SECBUFFER_STREAM) break;
    const std::vector<uint8_t> part = BytesOf(message, type);
    whole.insert(whole.end(), part.begin(), part.end());
  }
  Request request(Operation::kUnwrap);
  request.Number(RemoteOf(inside.context())).Bytes(whole.data(), whole.size());
  Answer answer = bridge::Call(request);
  if (answer.status() < 0) return answer.status();
  const std::vector<uint8_t> plain = answer.Bytes();
  if (protection != nullptr) *protection = answer.Number();
  if (stream != nullptr) return GiveFromStream(plain, stream, data);
  return Fill(data, plain) ? SEC_E_OK : SEC_E_BUFFER_TOO_SMALL;
}

SECURITY_STATUS SEC_ENTRY Sign(CtxtHandle* context, ULONG, SecBufferDesc* message, ULONG) {
  InsideCall inside(Call::kMakeSignature);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  SecBuffer* const token = FindBuffer(message, SECBUFFER_TOKEN);
  if (token == nullptr) return SEC_E_INVALID_TOKEN;
  const std::vector<uint8_t> data = BytesOf(message, SECBUFFER_DATA);
  Request request(Operation::kSign);
  request.Number(RemoteOf(inside.context())).Bytes(data.data(), data.size());
  Answer answer = bridge::Call(request);
  if (answer.status() < 0) return answer.status();
  return Fill(token, answer.Bytes()) ? SEC_E_OK : SEC_E_BUFFER_TOO_SMALL;
}

SECURITY_STATUS SEC_ENTRY Verify(CtxtHandle* context, SecBufferDesc* message, ULONG,
                                 ULONG* protection) {
  InsideCall inside(Call::kVerifySignature);
  if (!inside.EnterContext(context)) return SEC_E_INVALID_HANDLE;
  const std::vector<uint8_t> data = BytesOf(message, SECBUFFER_DATA);
  const std::vector<uint8_t> token = BytesOf(message, SECBUFFER_TOKEN);
  Request request(Operation::kVerify);
  request.Number(RemoteOf(inside.context())).Bytes(data.data(), data.size());
  request.Bytes(token.data(), token.size());
  if (protection != nullptr) *protection = 0;
  return bridge::Call(request).status();
}

}  // namespace secur32::bridge
