#include "windows/handles.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "executor/lock.h"

namespace secur32::sanitize {
namespace {

struct Handles {
  Lock lock;
  std::map<uintptr_t, std::shared_ptr<Object>> open;
  uintptr_t last = 0;
};

// Never destroyed: calls may be running when the process ends.
Handles& TheHandles() {
  static Handles* const handles = new Handles;
  return *handles;
}

thread_local DWORD last_error = ERROR_SUCCESS;

}  // namespace

HANDLE OpenHandle(std::shared_ptr<Object> object) {
  Handles& handles = TheHandles();
  const Lock::Guard guard(&handles.lock);
  handles.last += 4;
  handles.open[handles.last] = std::move(object);
  return reinterpret_cast<HANDLE>(handles.last);
}

std::shared_ptr<Object> FindObject(HANDLE handle) {
  Handles& handles = TheHandles();
  const Lock::Guard guard(&handles.lock);
  const auto found = handles.open.find(reinterpret_cast<uintptr_t>(handle));
  return found == handles.open.end() ? nullptr : found->second;
}

BOOL Fail(DWORD error) {
  last_error = error;
  return FALSE;
}

}  // namespace secur32::sanitize

using namespace secur32;
using namespace secur32::sanitize;

DWORD GetLastError() { return last_error; }
void SetLastError(DWORD error) { last_error = error; }

BOOL CloseHandle(HANDLE handle) {
  std::shared_ptr<Object> closed;
  Handles& handles = TheHandles();
  const Lock::Guard guard(&handles.lock);
  const auto found = handles.open.find(reinterpret_cast<uintptr_t>(handle));
  if (found == handles.open.end()) {
    // As Windows with strict checks of handles.
    std::fprintf(stderr, "CloseHandle: %p is not open\n", handle);
    std::abort();
  }
  closed = std::move(found->second);
  handles.open.erase(found);
  return TRUE;
}

// Processes: this one alone. Its pseudo-handles never need closing.

namespace {

struct Process : Object {
  static constexpr ObjectKind kKind = ObjectKind::kProcess;
  Process() : Object(kKind) {}
};

const HANDLE kThisProcess = reinterpret_cast<HANDLE>(intptr_t{-1});

bool IsThisProcess(HANDLE process) {
  return process == kThisProcess || FindOf<Process>(process) != nullptr;
}

}  // namespace

HANDLE GetCurrentProcess() { return kThisProcess; }

HANDLE OpenProcess(DWORD, BOOL, DWORD process_id) {
  if (process_id == GetCurrentProcessId()) return OpenHandle(std::make_shared<Process>());
  Fail(ERROR_INVALID_PARAMETER);
  return nullptr;
}

BOOL DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process, HANDLE* target,
                     DWORD, BOOL, DWORD options) {
  const std::shared_ptr<Object> object = FindObject(source);
  if (object == nullptr || !IsThisProcess(source_process) || !IsThisProcess(target_process)) {
    return Fail(ERROR_INVALID_HANDLE);
  }
  if (options != DUPLICATE_SAME_ACCESS) return Fail(ERROR_INVALID_PARAMETER);
  *target = OpenHandle(object);
  return TRUE;
}
