#include "tests/unit/exchange/pki.h"

#include <cstdlib>
#include <stdexcept>

#include <gtest/gtest.h>

#include "gateway/exchange/libraries.h"
#include "tests/support/temporary_folder.h"

namespace tilts::exchange {
namespace {

// Starts the libraries before the first test and stops them after the last one.
class LibrariesEnvironment : public testing::Environment {
 public:
  void SetUp() override { libraries_ = std::make_unique<Libraries>(); }
  void TearDown() override { libraries_.reset(); }

 private:
  std::unique_ptr<Libraries> libraries_;
};
[[maybe_unused]] const auto* const environment = testing::AddGlobalTestEnvironment(new LibrariesEnvironment);

}  // namespace

std::string pki(const std::string& name) {
  static const support::TemporaryFolder folder;
  static const int made =
      std::system((TILTS_SOURCE_DIR "/certs/dev/make-certificates '" + folder.path().string() + "'").c_str());
  if (made != 0) throw std::runtime_error("certs/dev/make-certificates failed");
  return (folder.path() / name).string();
}

KeyFiles pair(const std::string& name, Time active_from) {
  return {pki(name + ".pem"), pki(name + ".key"), {}, active_from};
}

std::shared_ptr<const Identity> identity(const std::string& name) { return load_identity(pair(name)); }

Profile population() { return load_profile(TILTS_SOURCE_DIR "/adapters/population/profile.xml"); }

std::string inside(const std::string& message, const std::string& name) {
  const size_t element = message.find(":" + name);
  const size_t begin = message.find('>', element) + 1;
  return element == std::string::npos ? "" : message.substr(begin, message.find("</", begin) - begin);
}

std::string answer_to(const std::string& request, const Identity& signer, const Profile& profile,
                      const Content& content, Time now) {
  Profile registry = profile;
  registry.request.parts = {"Body", "Timestamp", "Action", "MessageID", "RelatesTo", "To"};
  const Addressing addressing{inside(request, "Action") + "Response", fresh_message_id(registry),
                              "http://www.w3.org/2005/08/addressing/anonymous", inside(request, "MessageID")};
  return sign_message(registry, signer, addressing, content, now).bytes;
}

Content text_content(const std::string& text) {
  return [text](xml::CanonicalWriter& writer) {
    writer.start("urn:test", "Text", "t");
    writer.text(text);
    writer.end();
  };
}

}  // namespace tilts::exchange
