#include "bridge/connection.h"

#include <winsock2.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

namespace secur32::bridge {
namespace {

constexpr uint32_t kLargestFrame = 1u << 24;

// The threads that wait for answers read in turn: the one that reads hands on
// what is not its own.
struct Connection {
  SRWLOCK lock = SRWLOCK_INIT;
  CONDITION_VARIABLE arrived = CONDITION_VARIABLE_INIT;
  SOCKET socket = INVALID_SOCKET;
  bool lost = false;
  bool someone_reads = false;
  uint32_t next_number = 1;
  std::map<uint32_t, std::optional<std::vector<uint8_t>>> waiting;
};

// Never destroyed: calls may be running when the process ends.
Connection& TheConnection() {
  static Connection* const connection = new Connection;
  return *connection;
}

// 0 if no session has told it.
u_short Port() {
  char text[8] = {};
  GetEnvironmentVariableA("SECUR32_TEST_BRIDGE_PORT", text, sizeof(text));
  return static_cast<u_short>(std::atoi(text));
}

SOCKET Connect() {
  WSADATA data;
  WSAStartup(MAKEWORD(2, 2), &data);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(Port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const SOCKET made = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  if (made == INVALID_SOCKET || connect(made, generic, sizeof(address)) == 0) return made;
  closesocket(made);
  return INVALID_SOCKET;
}

bool SendAll(SOCKET socket, const std::vector<uint8_t>& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const int more = send(socket, reinterpret_cast<const char*>(bytes.data() + sent),
                          static_cast<int>(bytes.size() - sent), 0);
    if (more <= 0) return false;
    sent += static_cast<size_t>(more);
  }
  return true;
}

bool ReceiveAll(SOCKET socket, void* target, size_t size) {
  auto* at = static_cast<char*>(target);
  while (size > 0) {
    const int more = recv(socket, at, static_cast<int>(size), 0);
    if (more <= 0) return false;
    at += more;
    size -= static_cast<size_t>(more);
  }
  return true;
}

struct Frame {
  uint32_t number = 0;
  std::vector<uint8_t> body;
};

bool ReceiveFrame(SOCKET socket, Frame* frame) {
  uint32_t size = 0;
  if (!ReceiveAll(socket, &size, sizeof(size))) return false;
  if (size < sizeof(frame->number) || size > kLargestFrame) return false;
  if (!ReceiveAll(socket, &frame->number, sizeof(frame->number))) return false;
  frame->body.resize(size - sizeof(frame->number));
  return frame->body.empty() || ReceiveAll(socket, frame->body.data(), frame->body.size());
}

bool SendRequest(SOCKET socket, uint32_t number, const Request& request) {
  std::vector<uint8_t> frame(2 * sizeof(uint32_t) + request.body().size());
  const auto size = static_cast<uint32_t>(frame.size() - sizeof(uint32_t));
  std::memcpy(frame.data(), &size, sizeof(size));
  std::memcpy(frame.data() + sizeof(size), &number, sizeof(number));
  std::memcpy(frame.data() + 2 * sizeof(uint32_t), request.body().data(), request.body().size());
  const bool sent = SendAll(socket, frame);
  SecureZeroMemory(frame.data(), frame.size());
  return sent;
}

void Lose(Connection* connection) {
  if (!connection->lost) std::fputs("the testbed's bridge to MIT Kerberos has ended\n", stderr);
  connection->lost = true;
  WakeAllConditionVariable(&connection->arrived);
}

// With the lock held, but not while it reads.
void ReadOne(Connection* connection) {
  connection->someone_reads = true;
  Frame frame;
  ReleaseSRWLockExclusive(&connection->lock);
  const bool received = ReceiveFrame(connection->socket, &frame);
  AcquireSRWLockExclusive(&connection->lock);
  connection->someone_reads = false;
  const auto found = connection->waiting.find(frame.number);
  if (!received || found == connection->waiting.end()) {
    Lose(connection);
    return;
  }
  found->second = std::move(frame.body);
  WakeAllConditionVariable(&connection->arrived);
}

// With the lock held.
Answer CallLocked(Connection* connection, const Request& request) {
  if (connection->socket == INVALID_SOCKET && !connection->lost) connection->socket = Connect();
  const uint32_t number = connection->next_number++;
  connection->waiting[number];
  if (connection->socket == INVALID_SOCKET || !SendRequest(connection->socket, number, request)) {
    Lose(connection);
  }
  while (!connection->lost && !connection->waiting[number].has_value()) {
    if (connection->someone_reads) {
      SleepConditionVariableSRW(&connection->arrived, &connection->lock, INFINITE, 0);
    } else {
      ReadOne(connection);
    }
  }
  std::optional<std::vector<uint8_t>> body = std::move(connection->waiting[number]);
  connection->waiting.erase(number);
  return body.has_value() ? Answer(std::move(*body)) : Answer(SEC_E_INTERNAL_ERROR);
}

}  // namespace

Answer Call(const Request& request) {
  Connection& connection = TheConnection();
  AcquireSRWLockExclusive(&connection.lock);
  Answer answer = CallLocked(&connection, request);
  ReleaseSRWLockExclusive(&connection.lock);
  return answer;
}

}  // namespace secur32::bridge
