# Warnings and hardening, the same for every target of the project.
add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast
                    -Woverloaded-virtual -Wimplicit-fallthrough -fstack-protector-strong
                    -Wno-missing-field-initializers)  # g++ 12 means designated initialisers too
if(TILTS_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-Wno-restrict)  # g++ 12 warns inside its own std::string (GCC bug 105651)
  add_compile_definitions(_FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
