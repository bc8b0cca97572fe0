// What a hostile message costs, whatever is in it: CPU and memory of a process of its own for each, at 1 MB
// and at 20 MB (verification policy, figures to hold). Every message names the trusted peer's certificate,
// which is no secret, so that it gets as far as its author can bring it.
//   hostile_bench [--check]    --check: exit 1 when a figure is missed by more than half
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/exchange/assertion.h"
#include "gateway/exchange/libraries.h"
#include "tests/attack/by_hand.h"
#include "tests/attack/encrypted.h"
#include "tests/attack/peer.h"
#include "tests/attack/sts.h"
#include "tests/attack/world.h"

namespace tilts::bench {
namespace {

using attack::Draft;

// What is demanded: a signature, a SAML assertion as well, or nothing, by the profile's words.
enum class Demand { signature, assertion, nothing };

struct Hostile {
  const char* name;
  std::function<std::string(size_t)> make;
  Demand demand = Demand::signature;
};

struct Cost {
  double seconds = 0;
  double megabytes = 0;
  bool ended = false;
};

std::string repeated(const std::string& text, size_t size) {
  std::string all;
  all.reserve(size + text.size());
  while (all.size() + text.size() < size) all += text;
  return all;
}

Draft draft() { return attack::honest(attack::World::get().certificate.get()); }

// A template with values that look like values, so that the form is right and only the cryptography is not.
std::string with_values(const Draft& spoilt) {
  std::string message = attack::text(spoilt);
  for (const auto& [empty, full] :
       {std::pair<std::string, std::string>{"<ds:DigestValue></ds:DigestValue>",
                                            "<ds:DigestValue>AAAA</ds:DigestValue>"},
        {"<ds:SignatureValue></ds:SignatureValue>", "<ds:SignatureValue>AAAA</ds:SignatureValue>"}})
    for (size_t at = message.find(empty); at != std::string::npos; at = message.find(empty, at + full.size()))
      message.replace(at, empty.size(), full);
  return message;
}

std::string in_body(const std::string& content) {
  Draft spoilt = draft();
  spoilt.body = content;
  return with_values(spoilt);
}

std::string nested(size_t depth, const std::string& inside) {
  std::string open, close;
  for (size_t i = 0; i < depth; ++i) {
    open += "<d>";
    close += "</d>";
  }
  return open + inside + close;
}

std::string attributes(size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += " a" + std::to_string(i) + "=''";
  return text;
}

std::string declarations(size_t count, const std::string& uri) {
  std::string text;
  for (size_t i = 0; i < count; ++i)
    text += " xmlns:n" + std::to_string(i) + "='" + uri + std::to_string(i) + "'";
  return text;
}

// The name stands where nothing uses it, so that it is written out at each of its elements.
std::string named_at_length(size_t size) {
  return "<e xmlns:n='" + std::string(std::min(size / 3, size_t{1'000'000}), 'u') + "'>" +
         repeated("<n:x/>", size / 2) + "</e>";
}

// Whoever holds our certificate can encrypt for us, and any STS's signature can be copied onto anything.
std::string handed_in(const std::string& filler, bool sealed) {
  const attack::World& world = attack::World::get();
  attack::Claim claim;
  claim.signer = attack::by_certificate(world.certificate.get());
  const std::string assertion =
      attack::replaced(attack::issued(claim, world.key.get()), "</a2:Assertion>", filler + "</a2:Assertion>");
  Draft carrying = draft();
  carrying.more_security =
      sealed ? "<a2:EncryptedAssertion xmlns:a2='urn:oasis:names:tc:SAML:2.0:assertion'>" +
                   attack::encrypted(assertion, world.key.get()) + "</a2:EncryptedAssertion>"
             : assertion;
  return with_values(carrying);
}

exchange::Policy demanding_an_assertion() {
  const attack::World& world = attack::World::get();
  exchange::AssertionPolicy demand = exchange::trusting(
      {{attack::saml_issuer, world.file("sts.pem", attack::pem(world.certificate.get()))}});
  demand.keys = exchange::DecryptionKeys({attack::identity("us", world.certificate.get(), world.key.get())});
  exchange::Policy policy = attack::policy();
  policy.assertion = std::make_shared<exchange::AssertionPolicy>(std::move(demand));
  return policy;
}

const Hostile messages[] = {
    {"one element, attributes without end",
     [](size_t size) { return in_body("<e" + attributes(size / 11) + "/>"); }},
    {"elements of 256 attributes",
     [](size_t size) { return in_body(repeated("<e" + attributes(256) + "/>", size)); }},
    {"nesting without end", [](size_t size) { return in_body(nested(size / 7, "")); }},
    {"empty elements", [](size_t size) { return in_body(repeated("<e/>", size)); }},
    {"empty elements and texts", [](size_t size) { return in_body(repeated("<e/>x", size)); }},
    {"empty elements 240 deep", [](size_t size) { return in_body(nested(240, repeated("<e/>", size))); }},
    {"comments", [](size_t size) { return in_body(repeated("<!---->", size)); }},
    {"processing instructions", [](size_t size) { return in_body(repeated("<?p?>", size)); }},
    {"escapes that canonical form lengthens",
     [](size_t size) { return in_body("<e>" + repeated(">", size) + "</e>"); }},
    {"character references", [](size_t size) { return in_body("<e>" + repeated("&#13;", size) + "</e>"); }},
    {"namespaces in scope, and prefixes to look up",
     [](size_t size) {
       return in_body("<e" + declarations(240, "u") + ">" + repeated("<n0:x/>", size) + "</e>");
     }},
    {"one long namespace name at every element", [](size_t size) { return in_body(named_at_length(size)); }},
    {"the same in a token that a Reference leads to",
     [](size_t size) {
       Draft spoilt = draft();
       spoilt.token = attack::replaced(spoilt.token, "</o:Bin", named_at_length(size) + "</o:Bin");
       spoilt.key_info = attack::replaced(spoilt.key_info, "<o:SecurityTokenReference>",
                                          "<o:SecurityTokenReference u:Id=\"str\">");
       spoilt.references.push_back({"#str", attack::str_transform});
       return with_values(spoilt);
     }},
    {"the same where nobody has to sign", [](size_t size) { return in_body(named_at_length(size)); },
     Demand::nothing},
    {"escapes where nobody has to sign",
     [](size_t size) { return in_body("<e>" + repeated(">", size) + "</e>"); }, Demand::nothing},
    {"empty elements 240 deep where nobody has to sign",
     [](size_t size) { return in_body(nested(240, repeated("<e/>", size))); }, Demand::nothing},
    {"ids without end", [](size_t size) { return in_body(repeated("<e Id='body'/>", size)); }},
    {"a Reference 30 times to everything",
     [](size_t size) {
       Draft spoilt = draft();
       spoilt.body = repeated("<!---->", size);
       for (int i = 0; i < 24; ++i) spoilt.references.push_back({"#body", attack::exclusive()});
       return with_values(spoilt);
     }},
    {"References without end",
     [](size_t size) {
       Draft spoilt = draft();
       for (size_t i = 0; i < size / 260; ++i) spoilt.references.push_back({"#body", attack::exclusive()});
       return with_values(spoilt);
     }},
    {"a PrefixList without end",
     [](size_t size) {
       Draft spoilt = draft();
       spoilt.body = repeated("<e/>", size / 2);
       spoilt.references[0].transforms =
           attack::exclusive(repeated("p ", std::min(size / 2, size_t{1} << 20)));
       return with_values(spoilt);
     }},
    {"a PrefixList of 60 at every element",
     [](size_t size) {
       Draft spoilt = draft();
       spoilt.body = repeated("<e/>", size);
       spoilt.references[0].transforms = attack::exclusive(repeated("pq ", 180));
       return with_values(spoilt);
     }},
    {"a token without end",
     [](size_t size) {
       Draft spoilt = draft();
       spoilt.token = attack::replaced(spoilt.token, "</o:Bin",
                                       repeated("QUJD", std::min(size, size_t{9'000'000})) + "</o:Bin");
       return with_values(spoilt);
     }},
    {"an assertion of attributes without end",
     [](size_t size) {
       return handed_in(
           "<a2:AttributeStatement>" + repeated("<a2:Attribute/>", size) + "</a2:AttributeStatement>", false);
     },
     Demand::assertion},
    {"an assertion of assertions",
     [](size_t size) { return handed_in(repeated("<a2:Assertion/>", size), false); }, Demand::assertion},
    {"an encrypted assertion of empty elements",
     [](size_t size) { return handed_in(repeated("<e/>", size / 4 * 3), true); }, Demand::assertion},
    {"an encrypted assertion of namespaces",
     [](size_t size) {
       return handed_in("<e" + declarations(240, "u") + ">" + repeated("<n0:x/>", size / 4 * 3) + "</e>",
                        true);
     },
     Demand::assertion},
    {"headers without end",
     [](size_t size) {
       Draft spoilt = draft();
       spoilt.more_headers = repeated("<h/>", size);
       return with_values(spoilt);
     }},
};

Cost cost_of(const std::string& message, const exchange::Policy& policy = attack::policy()) {
  const pid_t child = fork();
  if (child == 0) {
    attack::refused_by(message, policy);
    _exit(0);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  return {.seconds = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
          .megabytes = static_cast<double>(usage.ru_maxrss) / 1024,
          .ended = WIFEXITED(status) && WEXITSTATUS(status) == 0};
}

}  // namespace
}  // namespace tilts::bench

int main(int argc, char** argv) {
  using namespace tilts::bench;
  const tilts::exchange::Libraries libraries;
  const bool check = argc > 1 && std::strcmp(argv[1], "--check") == 0;
  std::map<Demand, tilts::exchange::Policy> policies{{Demand::signature, tilts::attack::policy()},
                                                     {Demand::assertion, demanding_an_assertion()},
                                                     {Demand::nothing, tilts::attack::policy()}};
  policies.at(Demand::nothing).signature = false;
  int missed = 0;
  std::printf("%-48s %21s %21s\n", "", "1 MB", "20 MB");
  for (const Hostile& hostile : messages) {
    std::printf("%-48s", hostile.name);
    for (const auto& [size, seconds] : {std::pair{size_t{1} << 20, 0.5}, std::pair{size_t{20} << 20, 2.0}}) {
      const std::string message = hostile.make(size - 12'000);
      const Cost idle = cost_of("<idle/>" + std::string(message.size(), ' '));
      const Cost cost = cost_of(message, policies.at(hostile.demand));
      const double above = cost.megabytes - idle.megabytes;
      const bool small = size < (size_t{2} << 20);
      const bool over = !cost.ended || cost.seconds > seconds * 1.5 || (small && above > 64 * 1.5);
      std::printf("  %6.3f s %7.1f MB%s%s", cost.seconds, above, cost.ended ? "" : " DIED",
                  over ? " !" : "  ");
      if (over) ++missed;
    }
    std::printf("\n");
  }
  std::printf("to hold: 0.5 s and 64 MB above idle at 1 MB, 2 s at 20 MB\n");
  return check && missed > 0 ? 1 : 0;
}
