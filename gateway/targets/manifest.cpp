#include "gateway/targets/manifest.h"

#include <fstream>

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <fmt/format.h>

#include "gateway/base/error.h"

namespace tilts::targets {

std::string manifest_name(const std::string& data_file) { return data_file + ".manifest.json"; }

std::string manifest_text(const Settings& settings, const Delivery& delivery, const Receipt& receipt) {
  Poco::JSON::Object manifest(Poco::JSON_PRESERVE_KEY_ORDER);
  manifest.set("file", receipt.file.filename().string());
  manifest.set("target", settings.name);
  manifest.set("environment", settings.environment);
  manifest.set("run", delivery.run);
  manifest.set("part", delivery.part);
  manifest.set("as_of", delivery.as_of);
  manifest.set("mapping_sha256", delivery.mapping_sha256);
  manifest.set("rows", receipt.rows());
  manifest.set("adds", receipt.adds);
  manifest.set("changes", receipt.changes);
  manifest.set("removals", receipt.removals);
  manifest.set("sha256", receipt.sha256);
  std::ostringstream text;
  manifest.stringify(text, 2);
  text << '\n';
  return text.str();
}

std::optional<Receipt> read_manifest(const Folder& folder, const std::string& data_file) {
  const std::string name = manifest_name(data_file);
  if (!folder.has(name)) return std::nullopt;
  const std::filesystem::path path = folder.path() / name;
  try {
    std::ifstream file(path, std::ios::binary);
    const auto manifest = Poco::JSON::Parser().parse(file).extract<Poco::JSON::Object::Ptr>();
    Receipt receipt;
    receipt.adds = manifest->getValue<Poco::UInt64>("adds");
    receipt.changes = manifest->getValue<Poco::UInt64>("changes");
    receipt.removals = manifest->getValue<Poco::UInt64>("removals");
    receipt.sha256 = manifest->getValue<std::string>("sha256");
    receipt.file = folder.path() / data_file;
    return receipt;
  } catch (const Poco::Exception&) {
    throw Error(
        Code::config,
        fmt::format("{}: this is not the manifest that was delivered; move it and its data file away, "
                    "then run the job again",
                    path.string()));
  }
}

}  // namespace tilts::targets
