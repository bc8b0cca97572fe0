// RAII for the handles of C libraries: the free function becomes part of the type, so a handle is one
// pointer wide and cannot be forgotten.
//   using Document = Handle<xmlDoc, xmlFreeDoc>;
#pragma once

#include <memory>

namespace tilts {

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* handle) const {
    free(handle);
  }
};

template <typename T, auto free>
using Handle = std::unique_ptr<T, Free<free>>;

}  // namespace tilts
