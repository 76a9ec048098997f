# Cross compilation for Windows with zig's clang, lld and MinGW-w64 runtime.
# cmake-js passes NODE_ARCH: x64 or arm64.

set(CMAKE_SYSTEM_NAME Windows)

if(NODE_ARCH STREQUAL "x64")
  set(CMAKE_SYSTEM_PROCESSOR AMD64)
  set(triple x86_64-windows-gnu)
elseif(NODE_ARCH STREQUAL "arm64")
  set(CMAKE_SYSTEM_PROCESSOR ARM64)
  set(triple aarch64-windows-gnu)
else()
  message(FATAL_ERROR "NODE_ARCH must be x64 or arm64, not '${NODE_ARCH}'")
endif()

set(CMAKE_C_COMPILER_TARGET ${triple})
set(CMAKE_CXX_COMPILER_TARGET ${triple})

set(bin ${CMAKE_CURRENT_LIST_DIR}/bin)
set(CMAKE_C_COMPILER ${bin}/cc)
set(CMAKE_CXX_COMPILER ${bin}/c++)
set(CMAKE_RC_COMPILER ${bin}/rc)
set(CMAKE_AR ${bin}/ar CACHE FILEPATH "")
set(CMAKE_RANLIB ${bin}/ranlib CACHE FILEPATH "")

# CMake's own trials must not link: zig would compile its runtimes in full for that, see runtime.cmake.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES NODE_ARCH)

foreach(language IN ITEMS C CXX)
  # The import libraries are made on demand; CMake's default dozen would be work for nothing.
  set(CMAKE_${language}_STANDARD_LIBRARIES "" CACHE STRING "")
  set(CMAKE_${language}_FLAGS_RELEASE "-O2 -DNDEBUG" CACHE STRING "")
endforeach()
