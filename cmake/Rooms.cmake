# A room is one folder of the gateway: one static library, whose USES say which rooms it may include.
# What is not in USES is not on the include path's link line, so a wrong arrow does not link; tests/layout
# holds the includes themselves.
function(tilts_room name)
  cmake_parse_arguments(ROOM "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  add_library(tilts_${name} STATIC ${sources})
  target_include_directories(tilts_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  list(TRANSFORM ROOM_USES PREPEND tilts_)
  target_link_libraries(tilts_${name} PUBLIC ${ROOM_USES} ${ROOM_LIBRARIES})
endfunction()

# One test executable for each folder of tests: every .cpp below it, linked with GoogleTest. With PARTS it runs
# as so many tests beside each other.
function(tilts_test name)
  cmake_parse_arguments(TEST "" "TIMEOUT;PARTS" "LIBRARIES;ENVIRONMENT" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  add_executable(${name}_tests ${sources})
  target_link_libraries(${name}_tests PRIVATE ${TEST_LIBRARIES} tilts_support GTest::gmock GTest::gtest_main)
  set(tests ${name})
  if(TEST_PARTS)
    set(tests)
    foreach(part RANGE 1 ${TEST_PARTS})
      list(APPEND tests ${name}_${part})
    endforeach()
  endif()
  set(index 0)
  foreach(test ${tests})
    add_test(NAME ${test} COMMAND ${name}_tests)
    if(TEST_PARTS)
      set_tests_properties(${test} PROPERTIES ENVIRONMENT
        "${TEST_ENVIRONMENT};GTEST_TOTAL_SHARDS=${TEST_PARTS};GTEST_SHARD_INDEX=${index}")
      math(EXPR index "${index} + 1")
    elseif(TEST_ENVIRONMENT)
      set_tests_properties(${test} PROPERTIES ENVIRONMENT "${TEST_ENVIRONMENT}")
    endif()
    if(TEST_TIMEOUT)
      # What may last longest begins first, so that nothing long is left for the end.
      set_tests_properties(${test} PROPERTIES TIMEOUT ${TEST_TIMEOUT} COST ${TEST_TIMEOUT})
    endif()
  endforeach()
endfunction()
