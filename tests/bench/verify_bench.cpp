// Verification with every check of the policy, beside plain xmlsec (plain_xmlsec.h). docs/speed.md has the
// figures.
#include <memory>

#include "gateway/exchange/libraries.h"
#include "gateway/exchange/verifier.h"
#include "tests/attack/peer.h"
#include "tests/attack/world.h"
#include "tests/bench/paired.h"
#include "tests/bench/plain_xmlsec.h"

namespace tilts::bench {
namespace {

std::string message(size_t size) {
  attack::Draft draft = attack::honest(attack::World::get().certificate.get());
  draft.references = {{"#body", attack::exclusive()}, {"#ts", attack::exclusive()}};
  draft.addressing.clear();
  draft.body = R"(<p:Answer xmlns:p="urn:example:p">)";
  while (draft.body.size() + 2800 < size)
    draft.body +=
        "<p:Person><p:PersonCode>99017012345</p:PersonCode><p:GivenName>Janis</p:GivenName>"
        "<p:Surname>Berzins</p:Surname><p:BirthDate>1970-01-01</p:BirthDate><p:Status>active</p:Status>"
        "<p:Address><p:Kind>declared</p:Kind><p:Code>105123456</p:Code></p:Address></p:Person>";
  draft.body += "</p:Answer>";
  return attack::sign(attack::text(draft), attack::World::get().key.get());
}

exchange::Policy policy() {
  exchange::Policy policy;
  policy.relates_to = false;
  return policy;
}

}  // namespace
}  // namespace tilts::bench

int main(int argc, char** argv) {
  using namespace tilts;
  const exchange::Libraries libraries;
  const attack::World& world = attack::World::get();
  const auto verifier =
      std::make_shared<exchange::Verifier>(bench::policy(), std::make_shared<exchange::Trust>(world.trust()),
                                           Clock::fixed(Time{std::chrono::seconds{attack::now}}));
  const bench::PlainXmlsec plain(world.key.get());

  for (const auto& [name, size, goal] :
       {std::tuple{"verify 4 KB", size_t{4096}, 1.4}, std::tuple{"verify 100 KB", size_t{100} << 10, 1.15},
        std::tuple{"verify 4 MB", size_t{4} << 20, 1.15}}) {
    const std::string bytes = bench::message(size);
    bench::add({.name = name,
                .reference_name = "plain xmlsec, key cached",
                .ours = [verifier, bytes] { verifier->message(bytes, {}); },
                .reference = [bytes, &plain] { plain.verify(bytes); },
                .goal = goal});
  }
  return bench::run(argc, argv);
}
