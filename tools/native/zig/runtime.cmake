# The C and C++ runtimes, as far as the addon uses them.
#
# At its first link for a target zig compiles MinGW-w64's and libc++'s runtimes in full, some 500
# files, for minutes. These thirty are what is used of them, compiled from the same sources in seconds.
# When the linker misses a function, add the file that has it: zig's lib/libc/mingw or lib/libcxx*.

enable_language(C)

execute_process(
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/bin/zig env
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
  OUTPUT_VARIABLE zig_env
  COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCH "\\.lib_dir = \"([^\"]+)\"" _ "${zig_env}")
set(zig_lib ${CMAKE_MATCH_1})
# zig shortens what is below its working directory.
cmake_path(ABSOLUTE_PATH zig_lib BASE_DIRECTORY ${CMAKE_BINARY_DIR} NORMALIZE)

# Start and end of a DLL, thread-local storage, and printf for the messages of last resort.
add_library(mingw_runtime OBJECT)
foreach(file IN ITEMS
    crt/cinitexe
    crt/crtdll
    crt/gccmain
    crt/mingw_helpers
    crt/natstart
    crt/pesect
    crt/pseudo-reloc
    crt/pseudo-reloc-list
    crt/tlsmcrt
    crt/tlssup
    crt/tlsthrd
    misc/dllmain
    misc/ucrt_amsg_exit
    stdio/ucrt___local_stdio_printf_options
    stdio/ucrt_fprintf
    stdio/ucrt_vfprintf)
  target_sources(mingw_runtime PRIVATE ${zig_lib}/libc/mingw/${file}.c)
endforeach()
target_include_directories(mingw_runtime PRIVATE ${zig_lib}/libc/mingw/include)
set_target_properties(mingw_runtime PROPERTIES C_STANDARD 11)
# As zig compiles them.
target_compile_definitions(mingw_runtime PRIVATE
  CRTDLL=1
  HAVE_CONFIG_H
  _CRTBLD
  _SYSCRT=1
  __MSVCRT_VERSION__=0x700
  __USE_MINGW_ANSI_STDIO=0)
target_compile_options(mingw_runtime PRIVATE -fno-stack-protector)

# operator new, shared_ptr, the guards of static variables, and what these need.
add_library(libcxx_runtime OBJECT ${CMAKE_CURRENT_LIST_DIR}/basic_string.cc)
foreach(file IN ITEMS
    libcxx/src/chrono
    libcxx/src/functional
    libcxx/src/memory
    libcxx/src/new_helpers
    libcxx/src/support/win32/thread_win32
    libcxx/src/verbose_abort
    libcxxabi/src/abort_message
    libcxxabi/src/cxa_default_handlers
    libcxxabi/src/cxa_guard
    libcxxabi/src/cxa_handlers
    libcxxabi/src/cxa_virtual
    libcxxabi/src/stdlib_exception
    libcxxabi/src/stdlib_new_delete)
  target_sources(libcxx_runtime PRIVATE ${zig_lib}/${file}.cpp)
endforeach()
target_include_directories(libcxx_runtime PRIVATE ${zig_lib}/libcxx/src ${zig_lib}/libcxxabi/src)
set_target_properties(libcxx_runtime PROPERTIES CXX_STANDARD 23)
target_compile_definitions(libcxx_runtime PRIVATE
  LIBCXX_BUILDING_LIBCXXABI
  _LIBCPP_BUILDING_LIBRARY
  _LIBCXXABI_BUILDING_LIBRARY)
target_compile_options(libcxx_runtime PRIVATE -fno-exceptions -fno-rtti)

foreach(runtime IN ITEMS mingw_runtime libcxx_runtime)
  target_compile_options(${runtime} PRIVATE -w -ffile-prefix-map=${zig_lib}/=)
endforeach()

add_library(zig_runtime INTERFACE)
target_sources(zig_runtime INTERFACE
  $<TARGET_OBJECTS:mingw_runtime>
  $<TARGET_OBJECTS:libcxx_runtime>)
target_link_options(zig_runtime INTERFACE
  -nostdlib
  -rtlib=compiler-rt
  -Wl,--entry,DllMainCRTStartup)
target_link_libraries(zig_runtime INTERFACE
  kernel32
  api-ms-win-crt-convert-l1-1-0
  api-ms-win-crt-heap-l1-1-0
  api-ms-win-crt-private-l1-1-0
  api-ms-win-crt-runtime-l1-1-0
  api-ms-win-crt-stdio-l1-1-0
  api-ms-win-crt-string-l1-1-0)
