// What a mapping makes and a target delivers: a row of cells in declared order.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tilts::targets {

struct Column {
  std::string name;
  bool key = false;   // part of the row's key
  bool text = false;  // a code: a spreadsheet must not make a number of it

  bool operator==(const Column&) const = default;
};

struct Layout {
  std::string name;  // the mapping's name: "municipal/resident"
  std::vector<Column> columns;
};

// Buffers are kept between rows: clear() and assign, never a new Row in a loop.
struct Row {
  std::string key;  // the key cells in column order, joined with "/"; stays when a personas kods changes
  std::vector<std::string> cells;  // UTF-8, NFC; one for each column
  std::vector<char> held;  // 1: held back by a finding; its cell is empty and must not overwrite anything

  bool operator==(const Row&) const = default;
};

enum class Action { add, change, remove };

std::string_view name(Action action);  // "add", "change", "remove"

// SHA-256 over key, cells and held marks: what "delivered" compares. The same row gives the same hash for
// ever.
std::array<std::byte, 32> content_hash(const Row& row);

// The row that removes `key`: its key cells, all others empty. A key cell but the first never contains "/".
Row removal(const Layout& layout, std::string_view key);

}  // namespace tilts::targets
