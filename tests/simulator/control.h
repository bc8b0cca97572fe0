// The control port: what the README's table says, as HTTP.
#pragma once

#include <functional>

#include "tests/simulator/clock.h"
#include "tests/simulator/faults.h"
#include "tests/simulator/http.h"
#include "tests/simulator/registry.h"
#include "tests/simulator/service.h"

namespace tilts::simulator {

class Control {
 public:
  // Everything outlives the control; `stop` is called once somebody asks for it.
  Control(Clock& clock, Registry& registry, Faults& faults, const Service& service,
          const HttpCounters& transport, std::function<void()> stop);

  HttpReply handle(const HttpRequest& request);

 private:
  std::string serve(const HttpRequest& request);
  std::string add_fault(const std::string& json);
  std::string advance(const std::string& json);
  std::string set_clock(const std::string& json);
  std::string counters() const;
  std::string list_faults() const;

  Clock& clock_;
  Registry& registry_;
  Faults& faults_;
  const Service& service_;
  const HttpCounters& transport_;
  std::function<void()> stop_;
};

}  // namespace tilts::simulator
