# How every folder of the suite is built: one target per folder, and the link list of a target
# is the list of folders whose headers it may include.
#
# A target does not export the repository root as an include directory. It exports a small
# directory that holds a symbolic link to its own folder alone, so `#include "libs/kpi/unit.h"`
# compiles only where kpisuite_kpi is on the link list.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(KPISUITE_CCACHE ccache)
if(KPISUITE_CCACHE)
  # Paths relative to the checkout: two clones of the repository share what they compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${KPISUITE_CCACHE})
endif()
find_program(KPISUITE_MOLD mold)
if(KPISUITE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(absl REQUIRED)
find_package(GTest REQUIRED)
include(GoogleTest)

add_library(kpisuite_warnings INTERFACE)
target_compile_options(kpisuite_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wno-unused-parameter -Wno-missing-field-initializers
  # A release must build: GCC 12 at -O3 warns of overlaps and sizes in std::string that cannot be
  # (its bug 105651). All other presets see to it that there are no warnings.
  $<$<NOT:$<CONFIG:Release>>:-Werror>)
target_compile_definitions(kpisuite_warnings INTERFACE
  KPISUITE_VERSION="${PROJECT_VERSION}"
  $<$<BOOL:${KPISUITE_DEBUG_ASSERTS}>:KPISUITE_DEBUG_ASSERTS>)

# Imports a pkg-config module as the target pkg::NAME.
function(kpisuite_pkg name module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET GLOBAL ${module})
  add_library(pkg::${name} ALIAS PkgConfig::${name})
endfunction()

# Gives `target` the include tree described at the top, for the current folder.
function(kpisuite_export_folder target)
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(tree ${CMAKE_BINARY_DIR}/include/${target})
  get_filename_component(parent ${tree}/${folder} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${tree}/${folder} SYMBOLIC)
  target_include_directories(${target} PUBLIC ${tree})
endfunction()

# Generated messages and gRPC cost several seconds for each file that includes them: targets that
# link kpisuite_grpc or only kpisuite_proto, directly or not, share a precompiled header each, with
# no code of ours in it.
# (clang-tidy reads the compile commands of GCC, whose precompiled headers it cannot; see
# tests/lint/run_clang_tidy.sh.)
function(kpisuite_precompile target)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  foreach(base kpisuite_grpc kpisuite_proto)
    kpisuite_links(found ${base} ${ARGN})
    if(found AND TARGET ${base}_headers)
      target_precompile_headers(${target} REUSE_FROM ${base}_headers)
      return()
    endif()
  endforeach()
endfunction()

# Whether one of the targets is `base` or links it, directly or not.
function(kpisuite_links result base)
  set(${result} FALSE PARENT_SCOPE)
  foreach(target ${ARGN})
    if(target STREQUAL base)
      set(${result} TRUE PARENT_SCOPE)
      return()
    endif()
    if(TARGET ${target} AND NOT target MATCHES "::")
      get_target_property(linked ${target} INTERFACE_LINK_LIBRARIES)
      if(linked)
        kpisuite_links(found ${base} ${linked})
        if(found)
          set(${result} TRUE PARENT_SCOPE)
          return()
        endif()
      endif()
    endif()
  endforeach()
endfunction()

# kpisuite_library(NAME target SOURCES file... LINK target...)
function(kpisuite_library)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LINK" ${ARGN})
  add_library(${ARG_NAME} STATIC ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PUBLIC ${ARG_LINK} PRIVATE kpisuite_warnings)
  kpisuite_export_folder(${ARG_NAME})
  kpisuite_precompile(${ARG_NAME} ${ARG_LINK})
endfunction()

# kpisuite_executable(NAME target SOURCES file... LINK target...)
function(kpisuite_executable)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;LINK" ${ARGN})
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LINK} kpisuite_warnings)
  kpisuite_export_folder(${ARG_NAME})
  kpisuite_precompile(${ARG_NAME} ${ARG_LINK})
endfunction()

# kpisuite_test(NAME target SOURCES file... LINK target... [TIMEOUT seconds] [LABEL label]
#               [ONE_PROCESS])
# A GoogleTest binary; each of its tests is one ctest entry, or with ONE_PROCESS all are one.
function(kpisuite_test)
  cmake_parse_arguments(ARG "ONE_PROCESS" "NAME;TIMEOUT;LABEL" "SOURCES;LINK" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LINK} GTest::gtest_main GTest::gmock
                                            kpisuite_warnings)
  kpisuite_export_folder(${ARG_NAME})
  kpisuite_precompile(${ARG_NAME} ${ARG_LINK})
  if(ARG_ONE_PROCESS)
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} --gtest_brief=1)
    set_tests_properties(${ARG_NAME} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABEL}")
    return()
  endif()
  gtest_discover_tests(${ARG_NAME} DISCOVERY_MODE PRE_TEST
                       PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABEL}")
endfunction()
