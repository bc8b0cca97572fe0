#include <exception>
#include <iostream>

#include <CLI/CLI.hpp>

#include "tests/simulator/options.h"

int main(int argc, char** argv) {
  tilts::simulator::Options options;
  CLI::App app(
      "A simulated registry (population, the rehabilitation queue, a token service or e-address, by the "
      "profile): mutual TLS, signed "
      "SOAP, residents, faults on demand.");
  app.add_option("--profile", options.profile, "the registry's profile")->required();
  app.add_option("--listen", options.listen, "ADDRESS:PORT of the registry")->capture_default_str();
  app.add_option("--control", options.control, "ADDRESS:PORT of the control port")->capture_default_str();
  app.add_option("--certificate", options.certificate, "TLS certificate chain (PEM)")->required();
  app.add_option("--key", options.key, "TLS key (PEM)")->required();
  app.add_option("--sign-certificate", options.sign_certificate, "what answers are signed with (PEM)")
      ->required();
  app.add_option("--sign-key", options.sign_key, "its key (PEM)")->required();
  auto* expired = app.add_option("--expired-certificate", options.expired_certificate,
                                 "a signing certificate that ran out");
  expired->needs(app.add_option("--expired-key", options.expired_key, "its key"));
  auto* stranger =
      app.add_option("--stranger-certificate", options.stranger_certificate, "a signer nobody trusts");
  stranger->needs(app.add_option("--stranger-key", options.stranger_key, "its key"));
  app.add_option("--token-recipient", options.token_recipient,
                 "of a token service: encrypt assertions for this certificate (PEM)");
  app.add_option("--token-lifetime", options.token_lifetime, "of a token service: seconds")
      ->capture_default_str();
  app.add_option("--token-key", options.token_key, "what decrypts the assertions in requests (PEM)");
  auto* document =
      app.add_option("--document-certificate", options.document_certificate,
                     "of e-address: what letters are signed with (PEM); the sign certificate without");
  document->needs(app.add_option("--document-key", options.document_key, "its key"));
  app.add_option("--recipient-certificate", options.recipient_certificate,
                 "of e-address: encrypt letters for this certificate (PEM)");
  app.add_option("--mailbox", options.mailbox, "of e-address: whose mailbox it is")->capture_default_str();
  app.add_option("--anchor", options.anchors, "who may open TLS and sign requests (PEM), repeatable")
      ->required();
  app.add_option("--address", options.addresses, "what wsa:To may say, repeatable");
  app.add_option("--residents", options.residents, "how many")
      ->check(CLI::Range(1, 2'000'000))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "who they are")->capture_default_str();
  app.add_option("--nights", options.nights, "nights to pass before it is ready");
  app.add_option("--date", options.date, "the registry's day, YYYY-MM-DD; today in Riga when absent");
  app.add_option("--soap", options.soap, "1.1 or 1.2, instead of the profile's")
      ->check(CLI::IsMember({"1.1", "1.2"}));
  app.add_option("--clock-offset", options.clock_offset, "seconds its clock runs ahead");
  app.add_option("--benefits", options.benefits,
                 "the look-up (adapters/vdaa) by which the benefits registry is asked, behind the same hub");
  app.add_option("--roster-out", options.roster_out, "write the city's roster (CSV)");
  app.add_option("--truth", options.truth,
                 "write what is true: a table when it ends in .csv, else JSON lines");
  app.add_flag("--with-parent", options.with_parent, "stop when the program that started it ends");
  app.add_option("--port-file", options.port_file, "write the ports when ready");
  try {
    app.parse(argc, argv);
    tilts::simulator::run(options);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::cerr << "tilts-simulator: " << error.what() << "\n";
    return 2;
  }
}
