# cmake -D HEADER=… -D RECORD=… -P frozen.cmake
file(SHA256 "${HEADER}" actual)
file(STRINGS "${RECORD}" recorded LIMIT_COUNT 1)
if(NOT actual STREQUAL recorded)
  message(FATAL_ERROR "adapter_abi.h changed and its recorded SHA-256 did not: adapters that are built already "
    "would be misread. Append members and raise TILTS_ABI_MINOR, or raise TILTS_ABI_MAJOR, and then record "
    "${actual} in adapter_abi.h.sha256 (docs/writing-an-adapter.md#changing-the-contract).")
endif()
