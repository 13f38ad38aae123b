# dynamo_module(NAME SOURCES … [LINK …]): one layer of the library, in its own folder under libprofiler/src.
function(dynamo_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(profiler_${name} STATIC ${ARG_SOURCES})
  target_include_directories(profiler_${name}
    PUBLIC ${PROJECT_SOURCE_DIR}/libprofiler/include
    PRIVATE ${PROJECT_SOURCE_DIR}/libprofiler/src)
  target_link_libraries(profiler_${name} PUBLIC dynamo_options ${ARG_LINK})
  set_target_properties(profiler_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()

# dynamo_test(NAME SOURCES … LINK …): one GoogleTest program, its cases known to ctest.
function(dynamo_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/libprofiler/src ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE DYNAMO_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest_main GTest::gmock)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60)
endfunction()
