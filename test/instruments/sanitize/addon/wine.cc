// The addon finds itself in Wine, as in the testbed.
#include "windows/old_system.h"

namespace {

const bool kIsOld = [] {
  secur32::sanitize::MakeSystemOld();
  return true;
}();

}  // namespace
