// A file and settings become an Adapter, or a sentence that says why not.
//
//   auto library = host::Library::load(folder / "libtilts_population.so", "population");   // at start, once
//   host::Adapter adapter(library, settings, limits, &watchdog);                        // one for each run
//   const host::Ended ended = adapter.pull(services, "residents", cursor);
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/record.h"
#include "plugins/host/descriptor.h"
#include "plugins/host/limits.h"
#include "plugins/host/services.h"
#include "plugins/host/watchdog.h"

namespace tilts::host {

// A loaded adapter library. Never unloaded: STB_GNU_UNIQUE symbols, thread-locals and vtables make dlclose a
// trap. Thread-safe.
class Library {
 public:
  // The file an adapter has in the adapters' folder: "libtilts_<adapter>.so".
  static std::string file_name(std::string_view adapter);

  // `path` must be absolute; `id` is what the configuration calls the adapter. Throws Error(config) with one
  // sentence: each cause has its own.
  static std::shared_ptr<const Library> load(const std::filesystem::path& path, std::string_view id);
  ~Library();

  const Descriptor& descriptor() const;

  struct Implementation;
  const Implementation& implementation() const { return *implementation_; }

 private:
  explicit Library(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

// How a call ended that did not throw.
enum class Ended {
  done,
  parked,     // Services::park has the token; call resume when its time has come
  cancelled,  // the run is being stopped
};

// A file that goes with an entry. Adapters bring no cryptography, so whoever makes the entry hashes its
// bytes.
struct Attachment {
  std::string name;
  std::string media_type;
  std::string bytes;
  std::string sha256;  // of the bytes, 64 lower-case hex digits
};

// What is to be submitted, once.
struct Entry {
  Record record;
  std::string idempotency_key;  // the same for every attempt
  // They cross without being copied: the entry must not change until the call has returned. An adapter of
  // version 1.0 does not look at them.
  std::vector<Attachment> attachments{};
};

// One instance of an adapter; it belongs to one run and one thread at a time.
//
// Each call throws Error with the code that says what happens next; texts begin with "adapter ID: " and have
// anything that looks like a personas kods masked. Whatever was emitted after the last checkpoint of a call
// that threw, or was cancelled, is not to be kept. After a call that threw, the instance takes no other.
class Adapter {
 public:
  // Checks the settings and creates the instance; throws Error(config) naming every problem. The watchdog,
  // when given, watches whenever the adapter's own code runs, and must outlive the adapter.
  Adapter(std::shared_ptr<const Library> library, const Settings& settings, const Limits& limits = {},
          Watchdog* watchdog = nullptr);
  ~Adapter();
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;

  // The library's, with the record types of this instance.
  const Descriptor& descriptor() const;
  // When the adapter's code last came to the host or was entered by it, for whoever watches. Any thread.
  const Activity& activity() const;

  Ended pull(Services& services, std::string_view operation, std::string_view cursor);
  Ended push(Services& services, std::string_view operation, const Entry& entry);
  Ended inquire(Services& services, std::string_view operation, const Entry& entry);
  // `entry` is nullptr when a pull was parked.
  Ended resume(Services& services, std::string_view operation, const Entry* entry, std::string_view token);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

// What an adapter with these settings says of itself: the library's descriptor, or, where that depends on the
// settings, an instance's. Throws Error(config) as making the instance does.
Descriptor declared(const std::shared_ptr<const Library>& library, const Settings& settings);

}  // namespace tilts::host
