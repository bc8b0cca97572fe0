#include "gateway/targets/file_target.h"

#include <utility>

#include <fmt/format.h>

#include "gateway/base/error.h"
#include "gateway/base/sha256.h"
#include "gateway/targets/durable_file.h"
#include "gateway/targets/manifest.h"
#include "gateway/targets/names.h"

namespace tilts::targets {
namespace {

constexpr size_t chunk = 1 << 16;

class FileWriting : public Writing {
 public:
  FileWriting(const Settings& settings, std::string owner, Format& format, Delivery delivery,
              std::string name)
      : settings_(settings),
        format_(format),
        delivery_(std::move(delivery)),
        name_(std::move(name)),
        folder_(settings.folder, std::move(owner)),
        file_(folder_, name_) {
    buffer_.reserve(chunk + chunk / 4);
    format_.begin(delivery_, buffer_);
  }

  void write(Action action, const Row& row) override {
    format_.row(action, row, buffer_);
    ++(action == Action::add      ? receipt_.adds
       : action == Action::change ? receipt_.changes
                                  : receipt_.removals);
    if (buffer_.size() >= chunk) flush(false);
  }

  Receipt finish() override {
    format_.end(buffer_);
    flush(true);
    receipt_.sha256 = to_hex(sha256_.finish());
    receipt_.file = folder_.path() / name_;
    const std::optional<Receipt> earlier = read_manifest(folder_, name_);
    if (earlier && *earlier != receipt_)
      throw Error(
          Code::bug,
          fmt::format("target {}: run {} has delivered {} before, with other content; the earlier delivery "
                      "stands, start a new run",
                      settings_.name, delivery_.run, name_));
    file_.commit();
    DurableFile manifest(folder_, manifest_name(name_));
    manifest.write(manifest_text(settings_, delivery_, receipt_));
    manifest.commit();
    return receipt_;
  }

 private:
  void flush(bool last) {
    format_.check(buffer_, last);
    sha256_.add(buffer_);
    file_.write(buffer_);
    buffer_.clear();
  }

  const Settings& settings_;
  Format& format_;
  Delivery delivery_;
  std::string name_;
  Folder folder_;
  DurableFile file_;
  Sha256 sha256_;
  Receipt receipt_;
  std::string buffer_;
};

}  // namespace

FileTarget::FileTarget(Settings settings, std::unique_ptr<Format> format)
    : settings_(std::move(settings)),
      owner_("target " + settings_.name),
      prefix_(settings_.name + "." + settings_.environment + "."),
      format_(std::move(format)) {
  // A probe finds at start what would otherwise be found at night: a folder that cannot be written.
  const Folder folder(settings_.folder, owner_);
  DurableFile(folder, prefix_ + "probe");
}

std::string FileTarget::data_file(const Delivery& delivery) const {
  return fmt::format("{}{}.{}.{}", prefix_, delivery.run, delivery.part, format_->extension());
}

std::unique_ptr<Writing> FileTarget::begin(const Delivery& delivery) {
  check_names(delivery);
  return std::make_unique<FileWriting>(settings_, owner_, *format_, delivery, data_file(delivery));
}

std::optional<Receipt> FileTarget::delivered(const Delivery& delivery) {
  return read_manifest(Folder(settings_.folder, owner_), data_file(delivery));
}

std::vector<std::string> FileTarget::repair() {
  const Folder folder(settings_.folder, owner_);
  const std::string part_prefix = "." + prefix_;
  const std::string data_suffix = fmt::format(".{}", format_->extension());
  std::vector<std::string> sentences;
  for (const std::string& name : folder.files()) {
    const bool half = name.starts_with(part_prefix) && name.ends_with(".part");
    // With its manifest missing a data file was never delivered: the run makes it again.
    const bool unannounced =
        name.starts_with(prefix_) && name.ends_with(data_suffix) && !folder.has(manifest_name(name));
    if (!half && !unannounced) continue;
    folder.remove(name);
    sentences.push_back(fmt::format(
        "{}: removed {}, which an interrupted delivery left without a manifest; its run delivers it again",
        owner_, name));
  }
  if (!sentences.empty()) folder.sync();
  return sentences;
}

}  // namespace tilts::targets
