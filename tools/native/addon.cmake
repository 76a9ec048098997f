# How the addon is compiled and linked. binding.gyp is the other build; the defines and the hardening
# of both should agree.

if(MINGW)
  include(${CMAKE_CURRENT_LIST_DIR}/zig/runtime.cmake)
endif()

# The addon as a module <target>, from the sources below <directory>.
function(add_addon target directory)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${directory}/src-native/sources.txt)
  file(STRINGS ${directory}/src-native/sources.txt sources REGEX "^[^#]")
  list(TRANSFORM sources PREPEND ${directory}/)

  # A module has no import library, which nobody would link against.
  add_library(${target} MODULE ${sources})
  target_include_directories(${target} PRIVATE ${directory}/src-native)
  # secur32.lib is missing on purpose: Secur32.dll is loaded at run time, from System32 only.
  target_link_libraries(${target} PRIVATE advapi32)
  configure_addon(${target} ${directory})
endfunction()

# What every module for Node.js needs; host symbols come from the sources below <directory>.
function(configure_addon target directory)
  configure_module(${target} ${directory})
  set_target_properties(${target} PROPERTIES SUFFIX .node)
  target_include_directories(${target} SYSTEM PRIVATE ${CMAKE_JS_INC})

  target_compile_definitions(${target} PRIVATE
    BUILDING_NODE_EXTENSION
    NAPI_VERSION=8
    NAPI_DISABLE_CPP_EXCEPTIONS
    NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS
    NODE_ADDON_API_DISABLE_DEPRECATED
    NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED
    NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)

  if(MINGW)
    target_sources(${target} PRIVATE ${directory}/src-native/host/host_symbols.cc)
  else()
    # CMAKE_JS_SRC is the delay-load hook, CMAKE_JS_LIB the import library of node.exe.
    target_sources(${target} PRIVATE ${CMAKE_JS_SRC})
    target_link_libraries(${target} PRIVATE ${CMAKE_JS_LIB} delayimp)
    target_link_options(${target} PRIVATE /DELAYLOAD:NODE.EXE /ignore:4199)
  endif()
endfunction()

# What every module needs, with Node.js or without.
function(configure_module target directory)
  set_target_properties(${target} PROPERTIES
    PREFIX ""
    CXX_STANDARD 20
    CXX_STANDARD_REQUIRED ON
    CXX_EXTENSIONS OFF)

  target_compile_definitions(${target} PRIVATE
    SECURITY_WIN32
    UNICODE
    _UNICODE
    WIN32_LEAN_AND_MEAN
    NOMINMAX
    _WIN32_WINNT=0x0a00)

  if(MINGW)
    target_link_libraries(${target} PRIVATE zig_runtime)
    # zig's canary is a constant, unlike MSVC's: it stops overlong strings and accidents.
    target_compile_options(${target} PRIVATE
      -fno-exceptions
      -fno-rtti
      -fstack-protector-strong
      -ffile-prefix-map=${directory}/=
      -Wall -Wextra -Wpedantic -Werror)
    # Without -s zig asks for debug information, and with that lld keeps unreferenced sections.
    target_link_options(${target} PRIVATE -s)
  else()
    target_compile_definitions(${target} PRIVATE _HAS_EXCEPTIONS=0)
    target_compile_options(${target} PRIVATE
      /GR- /W4 /sdl /guard:cf /utf-8 /Zc:__cplusplus
      /external:anglebrackets /external:W0
      /we4146 /we4244 /we4267)
    target_link_options(${target} PRIVATE /guard:cf /Brepro /DEBUG:NONE /INCREMENTAL:NO)
  endif()
endfunction()
