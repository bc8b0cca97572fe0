#include "gateway/cli/progress.h"

#include <chrono>

#include <fmt/format.h>

#include "gateway/cli/text.h"

namespace tilts::cli {
namespace {

using namespace std::chrono;

// A log wants to see that something moves, not how.
constexpr seconds between_lines{30};

std::string_view doing(pull::Progress::Stage stage) {
  switch (stage) {
    case pull::Progress::Stage::roster:
      return "reading the roster";
    case pull::Progress::Stage::asking:
      return "asking";
    case pull::Progress::Stage::mapping:
      return "mapping";
    case pull::Progress::Stage::delivering:
      return "delivering";
  }
  return "working";
}

}  // namespace

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::clear() {
  if (drawn_) context_.out << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

void ProgressLine::show(const pull::Progress& progress) {
  const Time now = context_.clock.now();
  const bool fresh = !started_ || progress.stage != stage_;
  if (fresh) stage_began_ = now;
  started_ = true;
  stage_ = progress.stage;
  if (context_.terminal) {
    context_.out << "\r\x1b[K" << cut(sentence(progress), context_.width - 1) << std::flush;
    drawn_ = true;
  } else if (fresh || now - last_line_ >= between_lines) {
    context_.err << sentence(progress) << '\n' << std::flush;
    last_line_ = now;
  }
}

std::string ProgressLine::sentence(const pull::Progress& progress) const {
  std::string text(doing(progress.stage));
  if (progress.pages > 0) text += fmt::format("   {}", counted(progress.pages, "page", "pages"));
  if (progress.records > 0) text += fmt::format("   {}", counted(progress.records, "record", "records"));
  if (progress.total >= 0)
    text += fmt::format("   {} of {}", grouped(progress.done), grouped(progress.total));
  const double elapsed = duration<double>(context_.clock.now() - stage_began_).count();
  if (progress.done > 0 && elapsed >= 1) {
    const double rate = static_cast<double>(progress.done) / elapsed;
    text += fmt::format("   {}/s", grouped(static_cast<int64_t>(rate)));
    if (progress.total > progress.done)
      text +=
          fmt::format("   {} left", lasted(milliseconds(static_cast<int64_t>(
                                        1000 * static_cast<double>(progress.total - progress.done) / rate))));
  }
  return text;
}

}  // namespace tilts::cli
