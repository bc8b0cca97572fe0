#include "gateway/cli/with_store.h"

#include "gateway/cli/hand_over.h"
#include "gateway/cli/opened.h"

namespace tilts::cli {

Exit with_store(Context& context, const std::vector<std::string>& handed, const StoreStep& step) {
  if (const Served* desk = context.served) return step(context, desk->configuration, desk->store, desk->user);
  const config::Configuration configuration = readable_configuration(context);
  if (const auto exit = hand_over(context, configuration, handed)) return *exit;
  store::Store store(store_settings(configuration), context.clock);
  return step(context, configuration, store, operating_system_user());
}

}  // namespace tilts::cli
