# The recorded hash fits the header; one more byte in the header and the build would stop.
file(REMOVE_RECURSE "${WORK}")
file(COPY "${ABI}/adapter_abi.h" "${ABI}/adapter_abi.h.sha256" DESTINATION "${WORK}")
set(judge "${CMAKE_COMMAND}" -D "HEADER=${WORK}/adapter_abi.h" -D "RECORD=${WORK}/adapter_abi.h.sha256"
    -P "${ABI}/frozen.cmake")
execute_process(COMMAND ${judge} RESULT_VARIABLE unchanged)
if(NOT unchanged EQUAL 0)
  message(FATAL_ERROR "the header is not the one that was recorded")
endif()
file(APPEND "${WORK}/adapter_abi.h" "\n")
execute_process(COMMAND ${judge} RESULT_VARIABLE changed ERROR_VARIABLE sentence)
if(changed EQUAL 0 OR NOT sentence MATCHES "recorded[ \n]+SHA-256")
  message(FATAL_ERROR "a changed header was not refused: ${sentence}")
endif()
