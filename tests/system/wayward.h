// A small city whose registry is asked by the test adapter that goes astray on demand (adapters/wayward.cpp).
#pragma once

#include "tests/system/city.h"

namespace tilts::system_test {

inline Plan wayward(const char* operation) {
  Plan plan;
  plan.residents = 40;
  plan.adapter = "wayward";
  plan.adapters = TILTS_WAYWARD;
  plan.operation = operation;
  return plan;
}

}  // namespace tilts::system_test
