# The addon as secur32.node for a Node.js of Linux, and what it has in place of Windows as
# scripted.node, which is the control of the scripted package at the same time: as on Windows, where
# several copies of the addon share one Secur32.dll. A sanitizer's runtime comes with LD_PRELOAD.

# What is about Windows' own headers alone.
set(not_here src-native/system/attribute_layouts.cc)
file(STRINGS ${root}/src-native/sources.txt addon REGEX "^src-native/")
list(REMOVE_ITEM addon ${not_here})

list(TRANSFORM package REPLACE "^(.+)/authenticate_message.cc$" "" OUTPUT_VARIABLE scripted)
list(REMOVE_ITEM scripted "")
list(APPEND scripted
  ${root}/test/instruments/ssp/scripted/control.cc
  ${root}/test/instruments/ssp/scripted/tokens.cc
  ${root}/src-native/binding/arguments.cc
  ${root}/src-native/binding/tuple.cc
  ${root}/src-native/sspi/text.cc
  ${windows} ${system}
  support/certificates.cc support/heap.cc support/own_memory.cc support/set_record.cc
  addon/certificates.cc addon/token_kinds.cc addon/wine.cc)
list(REMOVE_ITEM scripted ${CMAKE_SOURCE_DIR}/windows/layout.cc
  ${CMAKE_SOURCE_DIR}/windows/system_threads.cc)

# Sources of src-native below <directory>.
function(configure_for_node target sanitizer directory)
  configure(${target} ${sanitizer} ${directory})
  set_target_properties(${target} PROPERTIES
    CXX_STANDARD 20
    POSITION_INDEPENDENT_CODE ON
    PREFIX ""
    SUFFIX .node)
  target_include_directories(${target} SYSTEM PRIVATE
    ${root}/node_modules/node-addon-api
    ${root}/node_modules/node-api-headers/include)
  # As in tools/native/addon.cmake.
  target_compile_definitions(${target} PRIVATE
    BUILDING_NODE_EXTENSION
    NAPI_VERSION=8
    NAPI_DISABLE_CPP_EXCEPTIONS
    NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS
    NODE_ADDON_API_DISABLE_DEPRECATED
    NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED
    NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)
  target_link_options(${target} PRIVATE -shared-libsan)
endfunction()

# secur32.node in its folder, from objects or sources.
function(add_secur32 target sanitizer directory)
  add_library(${target} MODULE ${ARGN})
  configure_for_node(${target} ${sanitizer} ${directory})
  target_compile_options(${target} PRIVATE -fvisibility=hidden)
  target_link_libraries(${target} PRIVATE scripted_${sanitizer})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME secur32
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${target})
endfunction()

foreach(sanitizer IN ITEMS address thread)
  add_library(scripted_${sanitizer} SHARED ${scripted})
  configure_for_node(scripted_${sanitizer} ${sanitizer} ${root})
  set_target_properties(scripted_${sanitizer} PROPERTIES
    OUTPUT_NAME scripted
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${sanitizer}-scripted)

  list(TRANSFORM addon PREPEND ${root}/ OUTPUT_VARIABLE sources)
  add_library(addon_${sanitizer} OBJECT ${sources})
  configure_for_node(addon_${sanitizer} ${sanitizer} ${root})
  # Copies of the addon have nothing in common but the system.
  target_compile_options(addon_${sanitizer} PRIVATE -fvisibility=hidden)

  add_secur32(${sanitizer}-addon ${sanitizer} ${root} $<TARGET_OBJECTS:addon_${sanitizer}>)
endforeach()

# The addon, in which the n-th allocation fails: by operators of its own, not by the sanitizer's.
add_secur32(address-faults address ${root}
  $<TARGET_OBJECTS:addon_address> ${root}/test/instruments/ssp/faults/allocation.cc)
target_link_options(address-faults PRIVATE -Wl,-Bsymbolic-functions)
target_compile_options(address-faults PRIVATE
  "-D__declspec(attribute)=__attribute__((visibility(\"default\")))")

# The addon with a planted fault in <file>, a source below src-native of which a copy is compiled.
function(add_addon_mutant name sanitizer file)
  set(directory ${GENERATED}/mutants/${name})
  string(REPLACE "." "\\." pattern ${file})
  add_secur32(mutant-${name} ${sanitizer} ${directory}
    $<FILTER:$<TARGET_OBJECTS:addon_${sanitizer}>,EXCLUDE,/src-native/${pattern}>
    ${directory}/src-native/${file})
endfunction()
