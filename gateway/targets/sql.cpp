#include "gateway/targets/sql.h"

#include <filesystem>
#include <map>
#include <utility>

#include <Poco/Data/DataException.h>
#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/Statement.h>
#include <Poco/Nullable.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "gateway/base/error.h"
#include "gateway/base/sha256.h"
#include "gateway/targets/durable_file.h"
#include "gateway/targets/names.h"
#include "gateway/targets/sql_text.h"

namespace tilts::targets {
namespace {

using namespace Poco::Data::Keywords;
using Cell = Poco::Nullable<std::string>;

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr std::string_view postgresql_scheme = "postgresql:";

}  // namespace

// A session, and what its failures mean. The driver's text may quote a row, so only its class is told.
class Sql::Conversation {
 public:
  template <typename Work>
  auto guarded(const Work& work) const {
    try {
      return work();
    } catch (const Poco::Exception& error) {
      throw refusal(settings_, error);
    }
  }

  explicit Conversation(const Settings& settings) : settings_(settings), session_(connect(settings)) {
    guarded([&] {
      if (!sqlite()) return run("SET client_min_messages = warning");
      run("PRAGMA busy_timeout = 10000");
      run("PRAGMA synchronous = FULL");
    });
  }

  Poco::Data::Session& session() { return session_; }
  void run(const std::string& sql) { session_ << sql, now; }
  bool sqlite() const { return settings_.connection.starts_with(sqlite_scheme); }
  bool answers() {
    try {
      run("SELECT 1");
      return true;
    } catch (const Poco::Exception&) {
      return false;
    }
  }
  // IMMEDIATE: a writer beside us is waited for here, and not met in the middle.
  void begin() { run(sqlite() ? "BEGIN IMMEDIATE" : "BEGIN"); }

  std::optional<Receipt> delivered(const Delivery& delivery) {
    return guarded([&]() -> std::optional<Receipt> {
      std::string target = settings_.name, environment = settings_.environment, run = delivery.run,
                  part = delivery.part;
      Receipt receipt;
      Poco::Data::Statement select(session_);
      select << select_delivery, use(target), use(environment), use(run), use(part), into(receipt.adds),
          into(receipt.changes), into(receipt.removals), into(receipt.sha256);
      if (select.execute() == 0) return std::nullopt;
      return receipt;
    });
  }

 private:
  static Error refusal(const Settings& settings, const Poco::Exception& error) {
    const bool wrong =
        dynamic_cast<const Poco::Data::SQLite::InvalidSQLStatementException*>(&error) != nullptr ||
        dynamic_cast<const Poco::Data::SQLite::ConstraintViolationException*>(&error) != nullptr ||
        dynamic_cast<const Poco::Data::SQLite::ReadOnlyException*>(&error) != nullptr;
    if (wrong)
      return Error(
          Code::config,
          fmt::format("target {}: table {}: the database refused it ({}); nothing was delivered, compare "
                      "the table's columns and key with the mapping's",
                      settings.name, settings.table, error.name()));
    return Error(
        Code::transient,
        fmt::format("target {}: table {}: the database did not take it ({}); nothing was delivered, see "
                    "that it runs, has space and knows the table, and run the job again",
                    settings.name, settings.table, error.name()));
  }

  static Poco::Data::Session connect(const Settings& settings) {
    try {
      if (settings.connection.starts_with(sqlite_scheme)) {
        const std::filesystem::path file = settings.connection.substr(sqlite_scheme.size());
        // Made here, so that it is nobody else's to read.
        const Folder folder(file.parent_path().empty() ? "." : file.parent_path(), "target " + settings.name);
        const Descriptor made(
            ::openat(folder.number(), file.filename().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
        if (made.number() < 0) folder.fail(file.filename().string(), errno);
        Poco::Data::SQLite::Connector::registerConnector();
        return {Poco::Data::SQLite::Connector::KEY, file.string()};
      }
      if (settings.connection.starts_with(postgresql_scheme)) {
        Poco::Data::PostgreSQL::Connector::registerConnector();
        return {Poco::Data::PostgreSQL::Connector::KEY, settings.connection.substr(postgresql_scheme.size())};
      }
    } catch (const Poco::Exception& error) {
      throw refusal(settings, error);
    }
    throw Error(Code::config, fmt::format("target {}: its connection must begin with sqlite: or postgresql:",
                                          settings.name));
  }

  const Settings& settings_;
  Poco::Data::Session session_;
};

class Sql::SqlWriting : public Writing {
 public:
  SqlWriting(const Settings& settings, const Layout& layout, Delivery delivery)
      : settings_(settings),
        layout_(layout),
        delivery_(std::move(delivery)),
        table_(quoted_table(settings.table)),
        conversation_(settings),
        cells_(layout.columns.size()) {
    conversation_.guarded([&] { conversation_.begin(); });
    earlier_ = conversation_.delivered(delivery_);
  }

  ~SqlWriting() override {
    if (finished_) return;
    // Poco 1.11 frees a PostgreSQL statement's last result twice when its repetition fails, so such
    // statements are given up and never destroyed: some hundred bytes for a broken connection.
    if (failed_ && !conversation_.sqlite()) new std::map(std::move(statements_));
    statements_.clear();
    try {
      conversation_.run("ROLLBACK");
    } catch (const Poco::Exception&) {  // the connection is gone, and the transaction with it
    }
  }

  void write(Action action, const Row& row) override {
    ++(action == Action::add      ? receipt_.adds
       : action == Action::change ? receipt_.changes
                                  : receipt_.removals);
    sha256_.add(name(action));
    const auto hash = content_hash(row);
    sha256_.add({reinterpret_cast<const char*>(hash.data()), hash.size()});
    if (earlier_) return;  // delivered before: only compared
    conversation_.guarded([&] {
      for (size_t i = 0; i < cells_.size(); ++i) {
        cells_[i].clear();
        if (!row.cells[i].empty()) cells_[i] = row.cells[i];
      }
      failed_ = true;
      statement(action, row).execute();
      failed_ = false;
    });
  }

  Receipt finish() override {
    receipt_.sha256 = to_hex(sha256_.finish());
    if (earlier_ && *earlier_ != receipt_)
      throw Error(
          Code::bug,
          fmt::format("target {}: run {} has delivered part {} before, with other content; the earlier "
                      "delivery stands, start a new run",
                      settings_.name, delivery_.run, delivery_.part));
    conversation_.guarded([&] {
      if (!earlier_) announce();
      conversation_.run("COMMIT");
    });
    finished_ = true;
    return receipt_;
  }

 private:
  Poco::Data::Statement& statement(Action action, const Row& row) {
    const bool remove = action == Action::remove;
    const std::string sql = remove ? removal_by_key(table_, layout_) : upsert(table_, layout_, row.held);
    if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
    if (statements_.size() == 64)
      statements_.clear();  // one for each set of held-back columns; usually there are two
    Poco::Data::Statement made(conversation_.session());
    made << sql;
    for (size_t i = 0; i < cells_.size(); ++i)
      if (!remove || layout_.columns[i].key) made, use(cells_[i]);
    return statements_.emplace(sql, std::move(made)).first->second;
  }

  void announce() {
    std::string target = settings_.name, environment = settings_.environment;
    conversation_.session() << insert_delivery, use(target), use(environment), use(delivery_.run),
        use(delivery_.part), use(delivery_.as_of), use(delivery_.mapping_sha256), use(receipt_.adds),
        use(receipt_.changes), use(receipt_.removals), use(receipt_.sha256), now;
  }

  const Settings& settings_;
  const Layout& layout_;
  Delivery delivery_;
  std::string table_;
  Conversation conversation_;
  std::vector<Cell> cells_;  // bound to every statement
  std::map<std::string, Poco::Data::Statement> statements_;
  std::optional<Receipt> earlier_;
  Sha256 sha256_;
  Receipt receipt_;
  bool failed_ = false;
  bool finished_ = false;
};

Sql::Sql(Settings settings, Layout layout) : settings_(std::move(settings)), layout_(std::move(layout)) {
  const std::string table = quoted_table(settings_.table);
  Conversation conversation(settings_);
  try {
    conversation.guarded([&] {
      conversation.run(create_table(table, layout_));
      conversation.run(create_deliveries);
      // Finds a missing column or key now and not at night.
      conversation.run("EXPLAIN " + upsert(table, layout_, std::vector<char>(layout_.columns.size()), true));
    });
  } catch (const Error& error) {
    // Poco keeps PostgreSQL's reason to itself: a server that still answers refused the statement.
    if (conversation.sqlite() || !conversation.answers()) throw;
    throw Error(Code::config, error.what());
  }
}

std::unique_ptr<Writing> Sql::begin(const Delivery& delivery) {
  check_names(delivery);
  return std::make_unique<SqlWriting>(settings_, layout_, delivery);
}

std::optional<Receipt> Sql::delivered(const Delivery& delivery) {
  return Conversation(settings_).delivered(delivery);
}

std::vector<std::string> Sql::repair() { return {}; }

}  // namespace tilts::targets
