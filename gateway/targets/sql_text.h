// The SQL of a table target, the same on SQLite and PostgreSQL. Placeholders ascend from $1: SQLite numbers
// them by first appearance.
#pragma once

#include <string>
#include <vector>

#include "gateway/targets/row.h"

namespace tilts::targets {

// "schema"."table"; throws Error(config) when the name holds anything but letters, digits, "_" and one ".".
std::string quoted_table(const std::string& table);

std::string create_table(const std::string& quoted, const Layout& layout);
// Values for all columns in order; `held` columns are not updated. `literal_nulls`: NULL for every
// placeholder, for EXPLAIN.
std::string upsert(const std::string& quoted, const Layout& layout, const std::vector<char>& held,
                   bool literal_nulls = false);
// Values for the key columns in order.
std::string removal_by_key(const std::string& quoted, const Layout& layout);

inline constexpr char create_deliveries[] =
    "CREATE TABLE IF NOT EXISTS tilts_delivery (target TEXT NOT NULL, environment TEXT NOT NULL, run TEXT "
    "NOT NULL, "
    "part TEXT NOT NULL, as_of TEXT NOT NULL, mapping_sha256 TEXT NOT NULL, adds BIGINT NOT NULL, changes "
    "BIGINT NOT NULL, "
    "removals BIGINT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (target, environment, run, part))";
inline constexpr char insert_delivery[] =
    "INSERT INTO tilts_delivery (target, environment, run, part, as_of, mapping_sha256, adds, changes, "
    "removals, sha256) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
inline constexpr char select_delivery[] =
    "SELECT adds, changes, removals, sha256 FROM tilts_delivery "
    "WHERE target = $1 AND environment = $2 AND run = $3 AND part = $4";

}  // namespace tilts::targets
