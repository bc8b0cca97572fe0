// RAII for the handles of C libraries. The simulator shares no header with what it tests.
#pragma once

#include <memory>

namespace tilts::simulator {

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* handle) const {
    free(handle);
  }
};

template <typename T, auto free>
using Handle = std::unique_ptr<T, Free<free>>;

}  // namespace tilts::simulator
