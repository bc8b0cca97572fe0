# An adapter is one folder and one shared library, libtilts_<name>.so, in adapters/ of the build tree. It sees the
# SDK and the LIBRARIES it names, never the gateway; it exports tilts_adapter and nothing else.
function(tilts_adapter name)
  cmake_parse_arguments(ADAPTER "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(adapter_${name} MODULE ${ADAPTER_SOURCES})
  target_link_libraries(adapter_${name} PRIVATE tilts_sdk ${ADAPTER_LIBRARIES})
  # hidden visibility alone still exports templates of std; the version script does not
  target_link_options(adapter_${name} PRIVATE "LINKER:--version-script=${PROJECT_SOURCE_DIR}/plugins/abi/adapter.map"
                      LINKER:--as-needed)
  set_target_properties(adapter_${name} PROPERTIES OUTPUT_NAME "tilts_${name}" PREFIX lib
    LINK_DEPENDS "${PROJECT_SOURCE_DIR}/plugins/abi/adapter.map"
    LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/adapters")
  set_property(GLOBAL APPEND PROPERTY TILTS_ADAPTERS ${name})
endfunction()
