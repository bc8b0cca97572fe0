// A simulator that plays the rehabilitation queue, and what a client says to it.
#pragma once

#include <string>
#include <vector>

#include "tests/simulator/tests/fixture.h"

namespace tilts::simulator::tests {

class QueueTest : public SimulatorTest {
 protected:
  void start_queue(std::vector<std::string> arguments = {});

  // Any operation of the queue's; `fields` is its Body's content.
  Message queue_message(const std::string& operation, const std::string& fields) const;
  // Right in everything; `further` comes after Request.
  Message submit(const std::string& key, const std::string& further = "") const;
  Message correct(const std::string& key, const std::string& corrects) const;
  Message withdraw(const std::string& key, const std::string& withdraws) const;
  Message inquire(const std::string& key) const;

  // The truth's line of this key; empty when there is none.
  std::string truth(const std::string& key);
};

// The message with one text in place of another, which it has to hold.
Message with(Message message, const std::string& what, const std::string& instead);

}  // namespace tilts::simulator::tests
