// Messages of a package that cuts the tokens of GSS-API elsewhere than Windows:
// every header that a peer can send, every size that the package can say. What
// is put together from it lies in the memory of the message, and nothing of the
// plain text stays behind elsewhere.
#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "scripted/journal.h"
#include "scripted/script.h"
#include "sspi/gss_message.h"
#include "statuses.h"
#include "support/answers.h"
#include "support/checks.h"
#include "support/legs.h"
#include "support/messages.h"
#include "support/secret_watch.h"

namespace secur32::sanitize {
namespace {

using scripted::Answer;
using scripted::BufferAnswer;
using scripted::Call;
using scripted::Memory;

constexpr uint32_t kScript = 1;
constexpr uint32_t kSignature = 37;
constexpr uint8_t kSealed = 2;
constexpr uint32_t kHeader = 16;
constexpr char kText[] = "a text that nobody else may read";
constexpr uint32_t kTextSize = sizeof(kText) - 1;

std::shared_ptr<Context> MakeGssContext() {
  return MakeContext(LegSide::kInitialize, AcquireFor(L"Kerberos", kScript));
}

// By which the package is known.
void ScriptSizes() {
  const SecPkgContext_Sizes sizes{0, kSignature, 0, 16};
  std::vector<uint8_t> bytes(sizeof(sizes));
  std::memcpy(bytes.data(), &sizes, sizeof(sizes));
  Answer answer;
  answer.outputs = {Written(std::move(bytes))};
  AddAnswer(kScript, Call::kQueryAttributes, std::move(answer));
}

void ScriptMessage(Call call, const Status& status, std::vector<BufferAnswer> halves) {
  Answer answer;
  answer.status = static_cast<SECURITY_STATUS>(status.value);
  answer.outputs = std::move(halves);
  AddAnswer(kScript, call, std::move(answer));
}

std::vector<uint8_t> WrapToken(uint8_t flags, uint32_t extra, uint32_t rotation, size_t size) {
  std::vector<uint8_t> token = {5,
                                4,
                                flags,
                                0xff,
                                static_cast<uint8_t>(extra >> 8),
                                static_cast<uint8_t>(extra & 0xff),
                                static_cast<uint8_t>(rotation >> 8),
                                static_cast<uint8_t>(rotation & 0xff)};
  token.resize(size, 't');
  return token;
}

void Run(MessageCall call, std::vector<Part>* parts, Message* message, Context* context) {
  message->call = call;
  EXPECT(FillMessage(parts, &message->buffers));
  ScriptSizes();
  RunMessage(message, context);
  ReadMessage(*parts, message->buffers);
}

// The package's token: its beginning where the text was, the rest behind it.
void RunEncryption(const Status& status, uint32_t text, uint32_t added, uint32_t room,
                   uint8_t flags) {
  const auto context = MakeGssContext();
  std::vector<uint8_t> bytes(text, 'p');
  std::vector<Part> parts = {{SECBUFFER_TOKEN, std::vector<uint8_t>(room)},
                             {SECBUFFER_DATA, bytes},
                             {SECBUFFER_PADDING, std::vector<uint8_t>(8)}};
  const std::vector<uint8_t> token = WrapToken(flags, 0, 0, size_t{text} + added);
  const auto half = token.begin() + text;
  ScriptMessage(Call::kEncrypt, status,
                {Written({token.begin(), half}), Claimed(Written({half, token.end()}), added)});
  Message message;
  Run(MessageCall::kEncrypt, &parts, &message, context.get());
  const auto scripted_status = static_cast<SECURITY_STATUS>(status.value);
  const bool fits = added <= room && added <= kGssHeadBytes;
  EXPECT(message.status ==
         (scripted_status < 0 || fits ? scripted_status : SEC_E_BUFFER_TOO_SMALL));
  // Until all of it is there the caller's memory stays as it was.
  if (message.status < 0) {
    EXPECT(parts[1].bytes == bytes);
    return;
  }
  EXPECT(message.buffers.size(0) == added);
  EXPECT(message.buffers.size(1) == text);
  EXPECT(message.buffers.size(2) == 0);
}

void RunEncryptions() {
  constexpr Status kOk{"SEC_E_OK", 0};
  for (const uint8_t flags : {uint8_t{0}, kSealed, uint8_t{0xff}}) {
    for (const uint32_t text : {0u, 1u, 15u, 16u, 100u}) {
      for (uint32_t added = 0; added <= kGssHeadBytes + 2; ++added) {
        for (const uint32_t room : {0u, 60u, kGssHeadBytes, 100u}) {
          BeginCase("encryption of " + std::to_string(text) + " bytes, which adds " +
                    std::to_string(added) + " where there is room for " + std::to_string(room));
          RunEncryption(kOk, text, added, room, flags);
          ExpectNothingLeft();
        }
      }
    }
  }
  for (const Status& status : kStatuses) {
    BeginCase(std::string("encryption, ") + status.name);
    RunEncryption(status, 100, 60, kGssHeadBytes, kSealed);
    ExpectNothingLeft();
  }
}

// A token of the peer's, in one piece or in two.
void RunDecryption(const Status& status, const std::vector<uint8_t>& token, bool stream,
                   uint32_t first) {
  const auto context = MakeGssContext();
  std::vector<Part> parts;
  if (stream) {
    parts = {{SECBUFFER_STREAM, token}, {SECBUFFER_DATA, {}, false}};
  } else {
    const auto cut = token.begin() + first;
    parts = {{SECBUFFER_TOKEN, {token.begin(), cut}}, {SECBUFFER_DATA, {cut, token.end()}}};
  }
  // Where it is not asked, the answer is left over.
  ScriptMessage(Call::kDecrypt, status, {Untouched()});
  Message message;
  Run(MessageCall::kDecrypt, &parts, &message, context.get());
  scripted::ForgetScripts();
  const auto scripted_status = static_cast<SECURITY_STATUS>(status.value);
  EXPECT(message.status == scripted_status || message.status == SEC_E_INVALID_TOKEN);
  if (message.status < 0) return;
  EXPECT(message.buffers.source(1) == (stream ? 0 : 1) || message.buffers.size(1) == 0);
  EXPECT(message.buffers.size(1) < token.size());
}

void RunDecryptions() {
  constexpr Status kOk{"SEC_E_OK", 0};
  for (const uint8_t flags : {uint8_t{0}, kSealed, uint8_t{0xff}}) {
    for (const uint32_t extra : {0u, 1u, 12u, 28u, 255u, 0xffffu}) {
      for (uint32_t size = 0; size < 100; ++size) {
        std::vector<uint8_t> token = WrapToken(flags, extra, 28, size);
        for (const uint32_t first : {0u, std::min(size, 1u), size / 2, size}) {
          BeginCase("decryption of " + std::to_string(size) + " bytes, cut at " +
                    std::to_string(first) + ", extra " + std::to_string(extra));
          RunDecryption(kOk, token, false, first);
          ExpectNothingLeft();
        }
        BeginCase("decryption of a stream of " + std::to_string(size) + " bytes, extra " +
                  std::to_string(extra));
        RunDecryption(kOk, token, true, 0);
        ExpectNothingLeft();
      }
    }
  }
  for (const Status& status : kStatuses) {
    for (const bool stream : {false, true}) {
      BeginCase(std::string("decryption, ") + status.name);
      RunDecryption(status, WrapToken(kSealed, 0, 28, 100), stream, 60);
      ExpectNothingLeft();
    }
  }
}

void RunIncomplete() {
  const std::vector<std::vector<Part>> layouts = {
      {{SECBUFFER_TOKEN, WrapToken(kSealed, 0, 28, 80)}},
      {{SECBUFFER_DATA, WrapToken(kSealed, 0, 28, 80)}},
      {{SECBUFFER_STREAM, WrapToken(kSealed, 0, 28, 80)}},
      {{SECBUFFER_TOKEN, {}, false}, {SECBUFFER_DATA, {}, false}},
      {{SECBUFFER_STREAM, {}, false}, {SECBUFFER_DATA, {}, false}},
      {{SECBUFFER_EMPTY, {}, false}},
  };
  for (const std::vector<Part>& layout : layouts) {
    for (const MessageCall call : {MessageCall::kEncrypt, MessageCall::kDecrypt}) {
      BeginCase("buffers that are missing");
      {
        const auto context = MakeGssContext();
        std::vector<Part> parts = layout;
        Message message;
        // Of nothing the package makes a token that there is no room for.
        if (call == MessageCall::kEncrypt) {
          ScriptMessage(Call::kEncrypt, {"SEC_E_OK", 0}, {Written({}), In(Memory::kGiven, 60)});
        }
        Run(call, &parts, &message, context.get());
        EXPECT(message.status < 0);
        scripted::ForgetScripts();
      }
      ExpectNothingLeft();
    }
  }
}

// Neither the text that is to be sent nor the one that came.
void RunSecrets() {
  BeginCase("the text is zeroed where it was put together");
  {
    const auto context = MakeGssContext();
    std::vector<Part> parts = {{SECBUFFER_TOKEN, std::vector<uint8_t>(kGssHeadBytes)},
                               {SECBUFFER_DATA, Bytes(kText)}};
    ScriptMessage(Call::kEncrypt, {"SEC_E_INTERNAL_ERROR", 0x80090304}, {});
    Message message;
    message.call = MessageCall::kEncrypt;
    EXPECT(FillMessage(&parts, &message.buffers));
    ScriptSizes();
    const SecretWatch watch(kText, kTextSize);
    RunMessage(&message, context.get());
    EXPECT(SecretWatch::found() == 0);
  }
  {
    const auto context = MakeGssContext();
    std::vector<uint8_t> token = WrapToken(0, 0, 0, kHeader);
    const std::vector<uint8_t> text = Bytes(kText);
    token.insert(token.end(), text.begin(), text.end());
    std::vector<Part> parts = {{SECBUFFER_STREAM, token}, {SECBUFFER_DATA, {}, false}};
    ScriptMessage(Call::kDecrypt, {"SEC_E_OK", 0}, {Untouched()});
    Message message;
    message.call = MessageCall::kDecrypt;
    EXPECT(FillMessage(&parts, &message.buffers));
    ScriptSizes();
    const SecretWatch watch(kText, kTextSize);
    RunMessage(&message, context.get());
    EXPECT(SecretWatch::found() == 0);
  }
  ExpectNothingLeft();
}

}  // namespace
}  // namespace secur32::sanitize

int main() {
  using namespace secur32;
  scripted::KeepJournal(false);
  sanitize::WarmUp();
  sanitize::RunEncryptions();
  sanitize::RunDecryptions();
  sanitize::RunIncomplete();
  sanitize::RunSecrets();
  return sanitize::EndProgram();
}
