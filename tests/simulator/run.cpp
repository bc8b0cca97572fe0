#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include <openssl/err.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/simulator/control.h"
#include "tests/simulator/options.h"
#include "tests/simulator/rows.h"
#include "tests/simulator/service.h"
#include "tests/simulator/token_service.h"

namespace tilts::simulator {
namespace {

// Whole or not at all: whoever waits for the file never reads half of it.
template <typename Writer>
void write_file(const std::string& file, Writer writer) {
  if (file.empty()) return;
  const std::string unfinished = file + ".unfinished";
  std::ofstream out(unfinished, std::ios::binary);
  writer(out);
  out.close();
  if (!out) throw std::runtime_error(file + " cannot be written");
  std::filesystem::rename(unfinished, file);
}

void tls_demand(long done, const std::string& what) {
  if (done == 1) return;
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  throw std::runtime_error("TLS: " + what + ": " + (reason == nullptr ? "refused" : reason));
}

// The simulator's own clock judges the client's certificate too.
struct ClientCheck {
  const Clock& clock;
};

TlsContext tls_context(const Options& options, const Signers& signers, ClientCheck& check) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  tls_demand(SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION), "TLS 1.2");
  tls_demand(SSL_CTX_use_certificate_chain_file(context.get(), options.certificate.c_str()),
             options.certificate);
  tls_demand(SSL_CTX_use_PrivateKey_file(context.get(), options.key.c_str(), SSL_FILETYPE_PEM), options.key);
  tls_demand(SSL_CTX_check_private_key(context.get()), options.key + " and " + options.certificate);
  SSL_CTX_set1_cert_store(context.get(), signers.anchors());
  constexpr unsigned char session[] = "tilts-simulator";  // without it a resumed session is an error
  tls_demand(SSL_CTX_set_session_id_context(context.get(), session, sizeof session - 1), "session");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(
      context.get(),
      [](X509_STORE_CTX* path, void* data) {
        return Signers::tls_path_holds(path, static_cast<ClientCheck*>(data)->clock.now()) ? 1 : 0;
      },
      &check);
  return context;
}

ServiceKeys read_keys(const Options& options) {
  ServiceKeys keys{.answers = SigningKey(options.sign_certificate, options.sign_key),
                   .stranger = options.stranger_certificate.empty()
                                   ? SigningKey::stranger()
                                   : SigningKey(options.stranger_certificate, options.stranger_key),
                   .expired = {}};
  if (!options.expired_certificate.empty())
    keys.expired = SigningKey(options.expired_certificate, options.expired_key);
  return keys;
}

std::chrono::sys_days today(const Options& options, const Clock& clock) {
  return options.date.empty() ? riga_day(clock.now()) : parse_day(options.date);
}

Residents make_residents(const Options& options, const Clock& clock) {
  Residents residents(options.seed, options.residents, today(options, clock));
  for (unsigned night = 0; night < options.nights; ++night) residents.advance();
  return residents;
}

void write_files(const Options& options, const Registry& registry) {
  registry.read([&](const Residents& residents) {
    write_file(options.roster_out, [&](std::ostream& out) { write_roster(out, residents); });
    const bool table = options.truth.ends_with(".csv");
    write_file(options.truth, [&](std::ostream& out) {
      table ? write_truth_csv(out, residents) : write_truth_json(out, residents);
    });
  });
}

// Letters come from institutions of all kinds, which sign with one key here.
LetterKeys letter_keys(const Options& options) {
  const bool own = !options.document_certificate.empty();
  return {.senders = own ? SigningKey(options.document_certificate, options.document_key)
                         : SigningKey(options.sign_certificate, options.sign_key),
          .stranger = read_keys(options).stranger,
          .recipient_certificate = options.recipient_certificate};
}

// What is played is what the profile speaks of: one of the four.
struct Played {
  Played(const Options& options, const Profile& profile, const Clock& clock, Signers& signers) {
    if (EAddress::is_meant(profile)) {
      e_address.emplace(profile, clock, signers, letter_keys(options), options.mailbox, options.seed);
      return;
    }
    if (TokenService::is_meant(profile)) {
      token_key.emplace(options.sign_certificate, options.sign_key);
      tokens.emplace(clock, *token_key, options.token_recipient,
                     std::chrono::seconds(options.token_lifetime));
      return;
    }
    if (!Queue::is_meant(profile)) {
      std::optional<LookupNames> benefits;
      if (!options.benefits.empty()) benefits = read_lookup_names(options.benefits);
      population.emplace(profile, clock, make_residents(options, clock), benefits);
      write_files(options, *population);
      return;
    }
    if (!options.roster_out.empty() || !options.truth.empty())
      throw std::runtime_error("--roster-out and --truth: the queue has no residents");
    queue.emplace(profile, clock, today(options, clock));
  }

  Desk& desk() {
    if (tokens) return *tokens;
    if (e_address) return *e_address;
    return queue ? static_cast<Desk&>(*queue) : *population;
  }
  Desks desks() {
    return {.population = population ? &*population : nullptr,
            .queue = queue ? &*queue : nullptr,
            .e_address = e_address ? &*e_address : nullptr};
  }
  std::string path() const {
    return tokens ? "/token" : e_address ? "/e-address" : queue ? "/queue" : "/population";
  }
  std::string held(const Options& options) const {
    if (tokens) return "tokens of " + std::to_string(options.token_lifetime) + " s";
    if (e_address) return "the mailbox " + e_address->address();
    return queue ? "an empty queue" : std::to_string(options.residents) + " residents, " + population->date();
  }

  std::optional<Registry> population;
  std::optional<Queue> queue;
  std::optional<EAddress> e_address;
  std::optional<SigningKey> token_key;
  std::optional<TokenService> tokens;
};

// Blocked before the first thread starts, so that only wait() meets them.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  void wait() const {
    int signal = 0;
    sigwait(&set_, &signal);
  }

 private:
  sigset_t set_{};
};

}  // namespace

void run(const Options& options) {
  const StopSignals signals;
  if (options.with_parent) prctl(PR_SET_PDEATHSIG, SIGTERM);
  const XmlLibraries libraries;
  Profile profile = read_profile(options.profile);
  if (!options.soap.empty()) profile.soap = options.soap == "1.1" ? Soap::v1_1 : Soap::v1_2;
  Clock clock;
  clock.set_offset(std::chrono::seconds(options.clock_offset));
  Signers signers(options.anchors);
  Played played(options, profile, clock, signers);
  Faults faults(options.seed);

  ClientCheck check{clock};
  // They need the server's port, and outlive its threads.
  std::optional<Service> service;
  std::optional<Control> control;
  HttpServer server(
      {.address = options.listen, .largest_body = 2 * profile.request_bytes, .idle = profile.keep_alive},
      tls_context(options, signers, check));
  HttpServer control_server({.address = options.control}, nullptr);
  std::vector<std::string> addresses = options.addresses;
  if (addresses.empty())
    for (const char* host : {"127.0.0.1", "localhost"})
      addresses.push_back("https://" + std::string(host) + ":" + std::to_string(server.port()) +
                          played.path());
  service.emplace(profile, clock, played.desk(), faults, read_keys(options), signers, std::move(addresses),
                  TokenFiles{options.token_key});
  control.emplace(clock, played.desks(), faults, *service, server.counters(),
                  [] { kill(getpid(), SIGTERM); });
  server.start([&service](const HttpRequest& request) { return service->handle(request); });
  control_server.start([&control](const HttpRequest& request) { return control->handle(request); });
  std::cout << "tilts-simulator: ready: https://127.0.0.1:" << server.port() << played.path()
            << ", control http://127.0.0.1:" << control_server.port() << ", " << played.held(options)
            << std::endl;
  write_file(options.port_file, [&](std::ostream& out) {
    out << "listen=" << server.port() << "\ncontrol=" << control_server.port() << "\n";
  });
  signals.wait();
}

}  // namespace tilts::simulator
