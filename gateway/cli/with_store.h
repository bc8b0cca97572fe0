// A step that writes the store and needs nothing else: in the daemon, handed over to it, or here.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gateway/cli/command.h"
#include "gateway/config/configuration.h"
#include "gateway/store/store.h"

namespace tilts::cli {

// The last is who asked.
using StoreStep =
    std::function<Exit(Context&, const config::Configuration&, store::Store&, const std::string&)>;

// `handed`: the words for the daemon, when one serves.
Exit with_store(Context& context, const std::vector<std::string>& handed, const StoreStep& step);

}  // namespace tilts::cli
