// The adapter: the state's official delivery. It sends documents about people, keeps the directory of
// addressees, and takes documents out of the mailbox where its settings say so. README.md has the wire.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "adapters/e_address/declaration.h"
#include "adapters/e_address/directory.h"
#include "adapters/e_address/mailbox.h"
#include "adapters/e_address/names.h"
#include "adapters/e_address/sending.h"
#include "plugins/sdk/adapter.h"

namespace tilts::e_address {
namespace {

using Words = std::set<std::string, std::less<>>;

Words words(std::string_view text) {
  Words all;
  while (!text.empty()) {
    const size_t cut = std::min(text.find(' '), text.size());
    if (cut > 0) all.emplace(text.substr(0, cut));
    text.remove_prefix(std::min(cut + 1, text.size()));
  }
  return all;
}

std::string joined(const Words& all) {
  std::string text;
  for (const std::string& one : all) text += (text.empty() ? "" : ", ") + one;
  return text;
}

class EAddress {
 public:
  static constexpr sdk::About about{
      "e_address", "1.0.0",
      "E-address, the state's official delivery, through its unified interface (DIV): from public client "
      "code "
      "that the state's test environment accepted; what that leaves open is modelled by us, and nothing was "
      "tried live."};
  static constexpr auto& settings = e_address::settings;
  static constexpr auto& record_types = e_address::record_types;
  static constexpr auto& operations = e_address::operations;

  explicit EAddress(const sdk::Settings& values)
      : letterhead_{std::string(values.text("address")),   std::string(values.text("institution")),
                    std::string(values.text("recipient")), std::string(values.text("title")),
                    std::string(values.text("kind")),      std::string(values.text("entry-file"))},
        notices_(values.text("notices")),
        wanted_{letterhead_.address, words(values.text("receive-kinds")),
                words(values.text("receive-senders"))},
        page_size_(values.integer("page-size")) {
    if (wanted_.kinds.empty() != wanted_.senders.empty())
      throw sdk::Failure(sdk::Code::config,
                         "receive-kinds and receive-senders say together what is taken out of the mailbox; "
                         "set both, or neither");
    remark_ = wanted_.kinds.empty()
                  ? "it sends, and takes nothing out of the mailbox of " + letterhead_.address
                  : "documents of the kinds " + joined(wanted_.kinds) + " from " + joined(wanted_.senders) +
                        " are fetched, stored, and then removed from the mailbox of " + letterhead_.address +
                        ", where no other system will find them; nothing else is fetched or removed";
  }

  std::string_view remark() const { return remark_; }

  void pull(sdk::Host& host, std::string_view operation, std::string_view cursor) {
    if (operation == "directory") return pull_directory(host, cursor);
    if (wanted_.kinds.empty())
      throw sdk::Failure(sdk::Code::config,
                         "the registry's settings take nothing out of the mailbox; name receive-kinds and "
                         "receive-senders, or take the job out");
    pull_documents(host, wanted_, page_size_, cursor);
  }

  void push(sdk::Host& host, std::string_view operation, const sdk::Entry& entry) {
    send_document(host, letterhead_, operation, entry);
  }

  void inquire(sdk::Host& host, std::string_view, const sdk::Entry& entry) {
    find_notice(host, notices_, page_size_, entry);
  }

 private:
  const Letterhead letterhead_;
  const std::string notices_;
  const Wanted wanted_;
  const int64_t page_size_;
  std::string remark_;
};

}  // namespace

}  // namespace tilts::e_address

extern "C" const tilts_descriptor tilts_adapter = tilts::sdk::describe<tilts::e_address::EAddress>();
