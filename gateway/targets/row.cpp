#include "gateway/targets/row.h"

#include "gateway/base/error.h"
#include "gateway/base/sha256.h"

namespace tilts::targets {

std::string_view name(Action action) {
  switch (action) {
    case Action::add:
      return "add";
    case Action::change:
      return "change";
    case Action::remove:
      return "remove";
  }
  return "add";
}

std::array<std::byte, 32> content_hash(const Row& row) {
  // Every text goes in behind its length, so that no two rows spell the same bytes.
  thread_local Sha256 sha256;
  thread_local std::string bytes;
  bytes.clear();
  const auto append = [](std::string_view text) {
    for (size_t size = text.size(), i = 0; i < 8; ++i, size >>= 8) bytes += static_cast<char>(size & 255);
    bytes += text;
  };
  append(row.key);
  for (size_t i = 0; i < row.cells.size(); ++i) {
    bytes += row.held[i] != 0 ? 'h' : 'c';
    append(row.cells[i]);
  }
  sha256.add(bytes);
  return sha256.finish();
}

Row removal(const Layout& layout, std::string_view key) {
  Row row;
  row.key = key;
  row.cells.resize(layout.columns.size());
  row.held.resize(layout.columns.size());
  size_t keys = 0;
  for (const Column& column : layout.columns) keys += column.key ? 1u : 0u;
  // From the right: only the first key cell, the municipality's own number, may contain "/".
  for (size_t i = layout.columns.size(); i-- > 0;) {
    if (!layout.columns[i].key) continue;
    const size_t slash = --keys == 0 ? std::string_view::npos : key.rfind('/');
    if (keys != 0 && slash == std::string_view::npos)
      throw Error(Code::bug,
                  "mapping " + layout.name +
                      ": a delivered key has too few parts; was its key changed? Deliver with --initial");
    row.cells[i] = slash == std::string_view::npos ? key : key.substr(slash + 1);
    key = slash == std::string_view::npos ? std::string_view() : key.substr(0, slash);
  }
  return row;
}

}  // namespace tilts::targets
