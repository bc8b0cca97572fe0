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

# One test executable for each folder of tests: every .cpp below it, linked with GoogleTest.
function(tilts_test name)
  cmake_parse_arguments(TEST "" "TIMEOUT" "LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  add_executable(${name}_tests ${sources})
  target_link_libraries(${name}_tests PRIVATE ${TEST_LIBRARIES} tilts_support GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name}_tests)
  if(TEST_TIMEOUT)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${TEST_TIMEOUT})
  endif()
endfunction()
