#include "gateway/cli/journal.h"

#include <mutex>
#include <ostream>

#include <Poco/AutoPtr.h>
#include <Poco/Channel.h>
#include <Poco/Logger.h>
#include <Poco/Message.h>

namespace tilts::cli {
namespace {

class Lines final : public Poco::Channel {
 public:
  explicit Lines(std::ostream& out) : out_(out) {}
  void log(const Poco::Message& message) override {
    const std::scoped_lock lock(mutex_);
    out_ << message.getText() << std::endl;
  }

 private:
  std::mutex mutex_;
  std::ostream& out_;
};

}  // namespace

Journal::Journal(const Context& context) {
  Poco::Logger::root();  // the loggers that come later have what it has
  Poco::Logger::setChannel("", Poco::AutoPtr<Poco::Channel>(new Lines(context.err)));
  Poco::Logger::setLevel("",
                         context.terminal ? Poco::Message::PRIO_WARNING : Poco::Message::PRIO_INFORMATION);
  // How a run went is in its report.
  Poco::Logger::get("pull").setLevel(Poco::Message::PRIO_WARNING);
}

Journal::~Journal() { Poco::Logger::setChannel("", nullptr); }

}  // namespace tilts::cli
