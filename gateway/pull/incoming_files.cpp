#include "gateway/pull/incoming_files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include "gateway/mapping/text.h"
#include "gateway/pull/decipher.h"
#include "gateway/pull/file_names.h"
#include "gateway/pull/gunzip.h"
#include "gateway/xml/digest_method.h"

namespace tilts::pull {
namespace {

using Digest = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;

// A small file may be all blanks; a large one that shrinks more than this is made to fill the disk.
constexpr uint64_t never_a_bomb = 16 << 20;
constexpr uint64_t largest_ratio = 200;

// Neither errors nor crashes may show the name a sender gave: it may say whom it is about.
constexpr const char* unnamed = ".arriving";

std::string digest_of(const exchange::PartFile& file, const EVP_MD& method) {
  const Digest context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), &method, nullptr) != 1)
    throw Error(Code::transient, "no memory to digest a file");
  file.read(0, file.size(),
            [&](std::string_view bytes) { EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()); });
  std::string digest(static_cast<size_t>(EVP_MD_get_size(&method)), '\0');
  EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

// Others may take files away meanwhile.
uint64_t octets_in(const std::filesystem::path& folder) {
  uint64_t octets = 0;
  std::error_code failure;
  for (std::filesystem::recursive_directory_iterator at(folder, failure), end; !failure && at != end;
       at.increment(failure)) {
    std::error_code gone;
    if (const uint64_t size = at->is_regular_file(gone) ? at->file_size(gone) : 0; !gone) octets += size;
  }
  return octets;
}

// A document's folder; one that stays empty goes again.
class DocumentFolder {
 public:
  DocumentFolder(const targets::Folder& above, const std::string& name) : above_(above), name_(name) {
    if (::mkdirat(above_.number(), name_.c_str(), 0750) == 0)
      above_.sync();
    else if (errno != EEXIST)
      above_.fail(name_, errno);
  }
  ~DocumentFolder() { ::unlinkat(above_.number(), name_.c_str(), AT_REMOVEDIR); }
  DocumentFolder(const DocumentFolder&) = delete;
  DocumentFolder& operator=(const DocumentFolder&) = delete;

 private:
  const targets::Folder& above_;
  const std::string& name_;
};

}  // namespace

IncomingFiles::IncomingFiles(Terms terms)
    : terms_(std::move(terms)), folder_(terms_.folder, terms_.owner), standing_(octets_in(terms_.folder)) {}

uint64_t IncomingFiles::waiting() const {
  uint64_t octets = 0;
  for (const auto& [file, collected] : collected_) octets += collected.bytes ? collected.bytes->size() : 0;
  return octets;
}

void IncomingFiles::demand_room(uint64_t octets) {
  if (standing_ + waiting() + octets <= terms_.quota) return;
  standing_ = octets_in(terms_.folder);
  if (standing_ + waiting() + octets <= terms_.quota) return;
  throw Error(
      Code::transient,
      fmt::format("{}: {} would hold more than the {} MiB that quota-megabytes allows; take away what was "
                  "read, or allow more, and run the job again",
                  terms_.owner, terms_.folder.string(), terms_.quota >> 20));
}

void IncomingFiles::collect(std::string_view file, bool covered,
                            const std::function<void(const Take&)>& stream) {
  const auto owned = [&](const auto& work) {
    try {
      work();
    } catch (const Error& error) {
      throw error.inside(terms_.owner);
    }
  };
  Collected& collected = collected_[std::string(file)];
  owned([&] {
    if (!collected.bytes && !too_large_)
      collected.bytes = std::make_unique<exchange::PartFile>(terms_.folder.string());
  });
  collected.covered = collected.covered && covered;
  stream([&](std::string_view bytes) {
    // A file waits and stands at the same time while it is written: what is larger never fits.
    if (too_large_ || waiting() + bytes.size() > terms_.quota / 2) {
      too_large_ = true;
      for (auto& [name, one] : collected_) one.bytes.reset();
      return;
    }
    demand_room(bytes.size());
    owned([&] { collected.bytes->append(bytes); });
  });
}

void IncomingFiles::prove(const host::IncomingFile& file, const Collected& collected) const {
  const bool said = !file.digest_method.empty() || !file.digest.empty();
  if (!said && !collected.covered)
    throw Error(Code::untrusted, terms_.owner +
                                     ": a file is covered neither by the message's signature nor by a digest "
                                     "of its document; nothing of it was kept, ask its sender");
  if (!said) return;
  const EVP_MD* method = xml::digest_method(file.digest_method);
  if (method == nullptr)
    throw Error(Code::untrusted, terms_.owner +
                                     ": a file's digest is not by SHA-256, SHA-384 or SHA-512; nothing of it "
                                     "was kept, ask its sender");
  if (digest_of(*collected.bytes, *method) != file.digest)
    throw Error(Code::untrusted, terms_.owner +
                                     ": a file is not the one whose digest its document holds; nothing of it "
                                     "was kept, ask its sender");
}

// Two files of one name get a number; that the same file comes again makes no second one.
std::string IncomingFiles::free_name(const std::string& folder, const host::IncomingFile& file) {
  std::map<std::string, std::string>& taken = names_[folder];
  const std::string name = file_name(file.name);
  std::string free = name;
  for (int number = 2;; ++number) {
    // A share of Windows would take both for one.
    const auto [at, fresh] = taken.try_emplace(mapping::lower(free), file.file);
    if (fresh || at->second == file.file) return free;
    free = numbered(name, number);
  }
}

void IncomingFiles::write(const host::IncomingFile& file, const exchange::PartFile& bytes,
                          const Take& out) const {
  // Never so much that one packed file could fill the folder and keep all others waiting.
  Gunzip gunzip(std::min(std::max(never_a_bomb, largest_ratio * bytes.size()), terms_.quota / 2));
  const Take unpacked = file.compressed ? Take([&](std::string_view piece) { gunzip.add(piece, out); }) : out;
  if (file.wrapped_key.empty()) {
    bytes.read(0, bytes.size(), unpacked);
    if (file.compressed) gunzip.finish();
    return;
  }
  Decipher decipher(file.wrapped_key, terms_.keys, terms_.legacy);
  try {
    bytes.read(0, bytes.size(), [&](std::string_view piece) { decipher.add(piece, unpacked); });
    decipher.finish(unpacked);
    if (file.compressed) gunzip.finish();
  } catch (const Error& error) {
    if (error.code() == Code::untrusted) refuse_undeciphered();  // whatever the key had to do with it
    throw;
  }
}

Error IncomingFiles::too_large() const {
  return {Code::untrusted,
          fmt::format("the document's files are more than half of the {} MiB that quota-megabytes allows; "
                      "nothing of them was kept, allow more or ask the sender",
                      terms_.quota >> 20)};
}

std::string IncomingFiles::keep(const host::IncomingFile& file) {
  try {
    return put(file);
  } catch (...) {
    take_back(folder_name(file.document));
    throw;
  }
}

void IncomingFiles::take_back(const std::string& document) {
  for (const std::string& name : put_)
    if (name.starts_with(document + "/")) ::unlinkat(folder_.number(), name.c_str(), 0);
  ::unlinkat(folder_.number(), document.c_str(), AT_REMOVEDIR);  // unless something stands in it
}

std::string IncomingFiles::put(const host::IncomingFile& file) {
  if (too_large_) throw too_large().inside(terms_.owner);
  const auto found = collected_.find(file.file);
  if (found == collected_.end() || !found->second.bytes)
    throw Error(Code::bug, terms_.owner +
                               ": the adapter keeps a file of which it collected nothing; report it to the "
                               "adapter's author");
  const struct Forget {
    decltype(collected_)& all;
    decltype(collected_)::const_iterator one;
    ~Forget() { all.erase(one); }
  } forget{collected_, found};
  const Collected& collected = found->second;
  prove(file, collected);

  const std::string below = folder_name(file.document);
  const DocumentFolder made(folder_, below);
  const targets::Folder folder(terms_.folder / below, terms_.owner);
  targets::DurableFile arriving(folder, unnamed);
  try {
    write(file, *collected.bytes, [&](std::string_view bytes) {
      if ((unpacked_ += bytes.size()) > terms_.quota / 2) {
        too_large_ = true;
        throw too_large();
      }
      demand_room(bytes.size());
      arriving.write(bytes);
      standing_ += bytes.size();
    });
  } catch (const Error& error) {
    if (error.code() == Code::untrusted) throw error.inside(terms_.owner);
    throw;
  }
  const std::string name = free_name(below, file);
  const bool fresh = ::faccessat(folder.number(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0;
  arriving.commit();
  if (::renameat(folder.number(), unnamed, folder.number(), name.c_str()) != 0) folder.fail(unnamed, errno);
  folder.sync();
  if (fresh) put_.push_back(below + "/" + name);
  return below + "/" + name;
}

void IncomingFiles::drop() {
  collected_.clear();
  put_.clear();
  unpacked_ = 0;
  too_large_ = false;
}

}  // namespace tilts::pull
