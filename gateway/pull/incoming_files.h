// Files that arrive beside a job's records: collected in unnamed files on the disk of the job's documents
// folder, proven, deciphered, unpacked, and put there under names that mean nothing but themselves. Flat
// memory whatever their size. One thread; belongs to one run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/error.h"
#include "gateway/exchange/identity.h"
#include "gateway/exchange/received_part.h"
#include "gateway/targets/durable_file.h"
#include "plugins/host/services.h"

namespace tilts::pull {

class IncomingFiles {
 public:
  using Take = std::function<void(std::string_view)>;

  struct Terms {
    std::string owner;  // begins every sentence: "documents"
    std::filesystem::path folder;
    uint64_t quota = 0;  // octets that may stand in the folder and wait for it
    std::vector<std::shared_ptr<const exchange::Identity>> keys;
    std::set<std::string> legacy;  // of the profile's answers
  };

  // Throws Error when the folder is not there.
  explicit IncomingFiles(Terms terms);

  // The next piece of a file, which `stream` gives to what it is given. `covered`: the message's own
  // signature is over it; a file is when all its pieces are. Throws Error(transient) when the disk or the
  // quota is full. What is larger than half of the quota, all that waits together, is collected no further
  // and refused when it is to be kept: it ends nothing but itself.
  void collect(std::string_view file, bool covered, const std::function<void(const Take&)>& stream);

  // `file.digest_method` is XML-DSig's identifier, `file.digest` of the octets that travelled: where a
  // document that was verified says it; `file.wrapped_key` is what decipher.h says. Puts the file into the
  // folder and returns its name below it; it stands there, durable, when this returns, and nothing of it does
  // when this throws. What was collected of it is gone either way. The same document, collected again in the
  // same order, gets the same names. When it throws, the document's other files that were put there since the
  // last drop() go as well, but for what stood there before.
  //   Error(untrusted): neither the message's signature nor a digest proves it, its digest is another, it
  //   does not open or unpack, or the document's files are too much. Error(transient): disk or quota.
  //   Error(bug): nothing of it was collected.
  std::string keep(const host::IncomingFile& file);

  // Whatever was collected and not kept; what was kept stays.
  void drop();

 private:
  struct Collected {
    std::unique_ptr<exchange::PartFile> bytes;
    bool covered = true;
  };

  std::string put(const host::IncomingFile& file);
  void take_back(const std::string& document);  // its folder's name
  Error too_large() const;
  uint64_t waiting() const;
  void demand_room(uint64_t octets);
  void prove(const host::IncomingFile& file, const Collected& collected) const;
  std::string free_name(const std::string& folder, const host::IncomingFile& file);
  void write(const host::IncomingFile& file, const exchange::PartFile& bytes, const Take& out) const;

  const Terms terms_;
  const targets::Folder folder_;
  uint64_t standing_ = 0;  // octets in the folder, at least since they were counted
  std::map<std::string, Collected, std::less<>> collected_;
  // Since the last drop():
  std::vector<std::string> put_;  // below the folder, and not there before
  uint64_t unpacked_ = 0;         // octets
  bool too_large_ = false;
  std::map<std::string, std::map<std::string, std::string>> names_;  // folder, name in lower case, file
};

}  // namespace tilts::pull
