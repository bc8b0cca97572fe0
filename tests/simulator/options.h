// The command line of tilts-simulator: README.md, "Start".
#pragma once

#include <string>
#include <vector>

#include "tests/simulator/residents.h"

namespace tilts::simulator {

struct Options {
  std::string profile;
  std::string listen = "127.0.0.1:8443";
  std::string control = "127.0.0.1:8444";
  std::string certificate, key;
  std::string sign_certificate, sign_key;
  std::string expired_certificate, expired_key;
  std::string stranger_certificate, stranger_key;
  std::string token_recipient, token_key;
  std::string document_certificate, document_key;
  std::string recipient_certificate;
  std::string mailbox = "_DEFAULT@90000000000";
  unsigned token_lifetime = 300;  // seconds
  std::vector<std::string> anchors;
  std::vector<std::string> addresses;
  Index residents = 22'500;
  std::uint64_t seed = 1;
  unsigned nights = 0;
  std::string date;
  std::string soap;
  long clock_offset = 0;
  bool with_parent = false;
  std::string benefits;  // a look-up's file
  std::string roster_out, truth, port_file;
};

// Runs until SIGTERM, SIGINT or POST /stop. Throws std::exception with a sentence when it cannot start.
void run(const Options& options);

}  // namespace tilts::simulator
