#include "tests/simulator/control.h"

#include <array>
#include <sstream>
#include <stdexcept>

#include <Poco/Exception.h>
#include <fmt/format.h>

#include "tests/simulator/e_address_control.h"
#include "tests/simulator/ivis.h"
#include "tests/simulator/json.h"
#include "tests/simulator/rows.h"

namespace tilts::simulator {
namespace {

QueueStep read_step(const std::string& json) {
  const auto object = parse_json(json, {"number", "state", "date", "order", "group", "course", "place",
                                        "from", "to", "until", "keeps_place", "reason_code", "reason"});
  const auto said = [&](const char* key) { return object->optValue<std::string>(key, ""); };
  QueueStep step;
  step.number = object->getValue<std::string>("number");
  step.state = object->getValue<std::string>("state");
  step.date = said("date");
  step.order = said("order");
  step.group = said("group");
  step.course = said("course");
  step.place = said("place");
  step.from = said("from");
  step.to = said("to");
  step.until = said("until");
  step.keeps_place = said("keeps_place");
  step.reason_code = said("reason_code");
  step.reason = said("reason");
  return step;
}

template <typename Writer>
std::string written(const Registry& registry, Writer writer) {
  return registry.read([writer](const Residents& residents) {
    std::ostringstream out;
    writer(out, residents);
    return out.str();
  });
}

}  // namespace

Control::Control(Clock& clock, Desks desks, Faults& faults, const Service& service,
                 const HttpCounters& transport, std::function<void()> stop)
    : clock_(clock),
      desks_(desks),
      faults_(faults),
      service_(service),
      transport_(transport),
      stop_(std::move(stop)) {}

HttpReply Control::handle(const HttpRequest& request) {
  try {
    return {.status = 200, .body = serve(request)};
  } catch (const Poco::Exception& error) {
    return {.status = 400, .content_type = "text/plain", .body = error.displayText() + "\n"};
  } catch (const std::exception& error) {
    return {.status = 400, .content_type = "text/plain", .body = error.what() + std::string("\n")};
  }
}

std::string Control::serve(const HttpRequest& request) {
  const std::string what = request.method + " " + request.target;
  if (what == "GET /counters") return counters();
  if (what == "GET /faults") return list_faults();
  if (what == "POST /faults") return add_fault(request.body);
  if (what == "POST /clock") return set_clock(request.body);
  if (what == "DELETE /faults") {
    faults_.clear();
    return "{}\n";
  }
  if (what == "POST /stop") {
    stop_();
    return "{}\n";
  }
  if (desks_.population != nullptr)
    if (const auto said = serve_population(what, request.body)) return *said;
  if (desks_.queue != nullptr)
    if (const auto said = serve_queue(what, request.body)) return *said;
  if (desks_.e_address != nullptr)
    if (const auto said = serve_e_address(*desks_.e_address, what, request.body)) return *said;
  throw std::invalid_argument("the control port has no " + what);
}

std::optional<std::string> Control::serve_population(const std::string& what, const std::string& body) {
  if (what == "GET /nights") return written(*desks_.population, write_nights);
  if (what == "GET /truth") return written(*desks_.population, write_truth_json);
  if (what == "GET /truth.csv") return written(*desks_.population, write_truth_csv);
  if (what == "GET /roster.csv") return written(*desks_.population, write_roster);
  if (what == "POST /advance") return advance(body);
  if (what == "POST /patience") return set_patience(body);
  return std::nullopt;
}

std::optional<std::string> Control::serve_queue(const std::string& what, const std::string& body) {
  std::ostringstream out;
  if (what == "GET /queue") {
    desks_.queue->write_truth(out);
  } else if (what == "GET /steps") {
    desks_.queue->write_steps(out);
  } else if (what == "POST /advance") {
    const auto object = parse_json(body, {"days"});
    out << fmt::format("{{\"steps\":{}}}\n", desks_.queue->advance(object->optValue<unsigned>("days", 1)));
  } else if (what == "POST /step") {
    desks_.queue->put(read_step(body));
    out << "{}\n";
  } else if (what == "POST /code") {
    const auto object = parse_json(body, {"number", "code"});
    desks_.queue->change_code(object->getValue<std::string>("number"), object->getValue<std::string>("code"));
    out << "{}\n";
  } else {
    return std::nullopt;
  }
  return out.str();
}

std::string Control::add_fault(const std::string& json) {
  const auto object = parse_json(json, {"kind", "value", "operation", "nth", "count", "probability"});
  FaultRule rule{.kind = fault_kind(object->getValue<std::string>("kind"))};
  rule.value = object->optValue<long>("value", 0);
  rule.operation = object->optValue<std::string>("operation", "");
  rule.nth = object->optValue<unsigned>("nth", 1);
  rule.count = object->optValue<unsigned>("count", 1);
  rule.probability = object->optValue<double>("probability", 1);
  if (rule.kind == FaultKind::expired_certificate && !service_.can_expire())
    throw std::invalid_argument("started without --expired-certificate");
  if (rule.kind == FaultKind::ivis_error && rule.value != 0 &&
      ivis_error_name(static_cast<int>(rule.value)).empty())
    throw std::invalid_argument("IVIS errors are 1 to 23");
  faults_.add(std::move(rule));
  return "{}\n";
}

std::string Control::advance(const std::string& json) {
  const auto object = parse_json(json, {"nights"});
  std::array<unsigned, 3> happened{};
  for (const Event& event : desks_.population->advance(object->optValue<unsigned>("nights", 1)))
    ++happened.at(static_cast<std::size_t>(event.kind));
  return fmt::format(R"({{"date":"{}","deaths":{},"moves":{},"codes":{}}})"
                     "\n",
                     desks_.population->date(), happened[0], happened[1], happened[2]);
}

std::string Control::set_patience(const std::string& json) {
  const auto object = parse_json(json, {"ready", "poll", "strict"});
  desks_.population->set_patience({.ready = std::chrono::seconds(object->optValue<long>("ready", 0)),
                                   .poll = std::chrono::seconds(object->optValue<long>("poll", 5)),
                                   .strict = object->optValue<bool>("strict", false)});
  return "{}\n";
}

std::string Control::set_clock(const std::string& json) {
  clock_.set_offset(std::chrono::seconds(parse_json(json, {"offset"})->getValue<long>("offset")));
  return fmt::format("{{\"now\":\"{}\"}}\n", utc(clock_.now()));
}

std::string Control::counters() const {
  const ServiceCounters& service = service_.counters();
  std::string json = fmt::format(
      R"({{"received":{},"processed":{},"refused":{},"persons":{},"connections":{},"handshakes":{},"handshake_failures":{},"faults":{},"late":{})",
      service.received, service.processed, service.refused, service.rows, transport_.connections,
      transport_.handshakes, transport_.handshake_failures, faults_.done(), service_.late());
  const std::lock_guard lock(service.mutex);
  for (const std::string_view operation : service_.operations()) {
    const auto found = service.operations.find(std::string(operation));
    json += fmt::format(R"(,"{}":{})", operation, found == service.operations.end() ? 0 : found->second);
  }
  return json + "}\n";
}

std::string Control::list_faults() const {
  std::string json = "[";
  for (const FaultRule& rule : faults_.rules())
    json += fmt::format(
        R"({}{{"kind":"{}","value":{},"operation":"{}","nth":{},"count":{},"probability":{},"done":{}}})",
        json.size() > 1 ? "," : "", name(rule.kind), rule.value, rule.operation, rule.nth, rule.count,
        rule.probability, rule.done);
  return json + "]\n";
}

}  // namespace tilts::simulator
