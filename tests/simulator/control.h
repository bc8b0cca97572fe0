// The control port: what the README's table says, as HTTP.
#pragma once

#include <functional>

#include "tests/simulator/clock.h"
#include "tests/simulator/e_address.h"
#include "tests/simulator/faults.h"
#include "tests/simulator/http.h"
#include "tests/simulator/queue.h"
#include "tests/simulator/registry.h"
#include "tests/simulator/service.h"

namespace tilts::simulator {

// What is played; all others are null.
struct Desks {
  Registry* population = nullptr;
  Queue* queue = nullptr;
  EAddress* e_address = nullptr;
};

class Control {
 public:
  // Everything outlives the control; `stop` is called once somebody asks for it.
  Control(Clock& clock, Desks desks, Faults& faults, const Service& service, const HttpCounters& transport,
          std::function<void()> stop);

  HttpReply handle(const HttpRequest& request);

 private:
  std::string serve(const HttpRequest& request);
  std::optional<std::string> serve_population(const std::string& what, const std::string& body);
  std::optional<std::string> serve_queue(const std::string& what, const std::string& body);
  std::string add_fault(const std::string& json);
  std::string advance(const std::string& json);
  std::string set_patience(const std::string& json);
  std::string set_clock(const std::string& json);
  std::string counters() const;
  std::string list_faults() const;

  Clock& clock_;
  Desks desks_;
  Faults& faults_;
  const Service& service_;
  const HttpCounters& transport_;
  std::function<void()> stop_;
};

}  // namespace tilts::simulator
