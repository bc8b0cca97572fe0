// E-address, the state's official delivery, through its unified interface (DIV UUI): a mailbox, what was sent
// from it, and the directory of addressees. Thread-safe.
#pragma once

#include <iosfwd>
#include <mutex>
#include <string>
#include <vector>

#include "tests/simulator/clock.h"
#include "tests/simulator/desk.h"
#include "tests/simulator/directory.h"
#include "tests/simulator/e_address_messages.h"
#include "tests/simulator/mailbox.h"
#include "tests/simulator/profile.h"

namespace tilts::simulator {

// Of delivery notices.
constexpr const char* service_address = "_SERVICE@99000000000";

class EAddress : public Desk {
 public:
  // `mailbox`: the e-address of whoever asks. What is given by reference outlives it. Throws
  // std::runtime_error when the profile does not say how documents are signed.
  EAddress(const Profile& profile, const Clock& clock, Signers& signers, LetterKeys keys, std::string mailbox,
           std::uint64_t seed);

  // Is this what the profile speaks of?
  static bool is_meant(const Profile& profile);

  std::string_view body_namespace() const override { return message_namespace; }
  std::string_view body_element(std::string_view operation) const override;
  std::vector<std::string_view> operations() const override;
  Outcome answer(const Request& request, std::size_t bytes, const Twist& twist) override;
  std::string forge(std::string content) const override;

  // Puts a message into the mailbox; its MessageId. Throws std::invalid_argument.
  std::string put(LetterWish wish);
  void write_mailbox(std::ostream& out) const { mailbox_.write(out); }
  void write_sent(std::ostream& out) const;  // all that was accepted, as JSON
  Directory::Turn advance();                 // of the directory
  std::string version() const;
  const std::string& address() const { return address_; }

 private:
  struct Sent {
    std::string message_id;
    SentMessage message;
  };

  Outcome send(const Request& request);
  std::string post(LetterWish wish);
  void demand_recipients(const SentMessage& message) const;

  const Profile& profile_;
  const Clock& clock_;
  Signers& signers_;
  const DocumentForm form_;
  const LetterKeys keys_;
  const std::string address_;
  Mailbox mailbox_;
  mutable std::mutex mutex_;  // of the two below
  Directory directory_;
  std::vector<Sent> sent_;
};

}  // namespace tilts::simulator
