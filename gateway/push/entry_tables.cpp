#include "gateway/push/entry_tables.h"

#include <filesystem>

#include <Poco/Data/LOB.h>
#include <Poco/Data/PostgreSQL/Connector.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <fmt/format.h>
#include <libpq-fe.h>

#include "gateway/base/error.h"
#include "gateway/base/sha256.h"
#include "gateway/targets/sql_text.h"

namespace tilts::push {
namespace {

using namespace Poco::Data::Keywords;

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr std::string_view postgresql_scheme = "postgresql:";
// Characters of an entry that are fetched: more is refused whatever it says.
constexpr int most_characters = 2 << 20;

// White space before the first character is allowed in both forms.
EntryForm form_of_text(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{' ? EntryForm::json : EntryForm::xml;
}

Letter letter_of(std::string id, const std::string& text) {
  Sha256 hash;
  hash.add(text);
  return {std::move(id), form_of_text(text), to_hex(hash.finish())};
}

std::string text_column() {
  return fmt::format("COALESCE(SUBSTR(CAST(entry AS TEXT), 1, {}), '')", most_characters);
}

}  // namespace

// A session, and what its failures mean. The driver's text may quote a row, so only its class is told.
class EntryTables::Conversation {
 public:
  template <typename Work>
  auto guarded(const Work& work) {
    try {
      return work();
    } catch (const Poco::Exception& error) {
      throw refusal(error);
    }
  }

  explicit Conversation(const config::IntakeSettings& settings)
      : settings_(settings), sqlite_(settings.connection.starts_with(sqlite_scheme)), session_(connect()) {
    guarded([&] {
      if (sqlite_) return run("PRAGMA busy_timeout = 10000");
      run("SET client_min_messages = warning");
      run("SET client_encoding = 'UTF8'");
    });
  }

  bool sqlite() const { return sqlite_; }
  // Poco looks an SQLite column's declared type up among those it knows; an expression has none.
  const char* bytes_column() const { return sqlite_ ? "CAST(bytes AS BLOB)" : "bytes"; }
  Poco::Data::Session& session() { return session_; }
  void run(const std::string& sql) { session_ << sql, now; }

 private:
  Error away() const {
    return Error(Code::transient, fmt::format("intake {}: its database does not answer; nothing is taken in "
                                              "or answered there until it does, start it or mend the "
                                              "connection",
                                              settings_.name));
  }

  Poco::Data::Session connect() const {
    const std::string_view scheme = sqlite_ ? sqlite_scheme : postgresql_scheme;
    std::string words = settings_.connection.substr(scheme.size());
    try {
      if (sqlite_) {
        // SQLite would make an empty database where none is.
        if (!std::filesystem::exists(words)) throw away();
        Poco::Data::SQLite::Connector::registerConnector();
        return {Poco::Data::SQLite::Connector::KEY, words};
      }
      // One that hangs must not keep the other intakes waiting; the operator's own words come later and win.
      words = "connect_timeout=5 tcp_user_timeout=30000 " + words;
      // Poco 1.11 never frees a connection that could not be made.
      if (PQping(words.c_str()) != PQPING_OK) throw away();
      Poco::Data::PostgreSQL::Connector::registerConnector();
      return {Poco::Data::PostgreSQL::Connector::KEY, words};
    } catch (const Poco::Exception& error) {
      throw Error(Code::config, fmt::format("intake {}: its database does not let us in ({}); check the "
                                            "connection's words and the user's rights",
                                            settings_.name, error.name()));
    }
  }

  Error refusal(const Poco::Exception& error) {
    try {
      run("SELECT 1");
    } catch (const Poco::Exception&) {
      return away();
    }
    return Error(Code::config,
                 fmt::format("intake {}: table {}: the database refused it ({}); compare its tables and our "
                             "rights with mappings/rehabilitation_queue/intake.sql",
                             settings_.name, settings_.table, error.name()));
  }

  const config::IntakeSettings& settings_;
  const bool sqlite_;
  Poco::Data::Session session_;
};

EntryTables::EntryTables(const config::IntakeSettings& settings)
    : settings_(settings),
      entries_(targets::quoted_table(settings.table)),
      documents_(targets::quoted_table(settings.table + "_document")),
      answers_(targets::quoted_table(settings.table + "_answer")),
      conversation_(std::make_unique<Conversation>(settings)) {}

EntryTables::~EntryTables() = default;

void EntryTables::check() {
  conversation_->guarded([&] {
    conversation_->run(fmt::format("SELECT CAST(id AS TEXT), CAST(entry AS TEXT) FROM {} LIMIT 0", entries_));
    conversation_->run(fmt::format("SELECT CAST(entry AS TEXT), CAST(name AS TEXT), {} FROM {} LIMIT 0",
                                   conversation_->bytes_column(), documents_));
    conversation_->run(fmt::format("SELECT CAST(id AS TEXT) FROM {} LIMIT 0", answers_));
    // Rights are judged, and nothing is written.
    conversation_->run(
        fmt::format("EXPLAIN INSERT INTO {0} (id, state, number, text, xml, changed) "
                    "VALUES (NULL, NULL, NULL, NULL, NULL, NULL) ON CONFLICT (id) "
                    "DO UPDATE SET state = excluded.state",
                    answers_));
    conversation_->run(fmt::format("EXPLAIN DELETE FROM {} WHERE id IS NULL", answers_));
    if (!conversation_->sqlite()) return;
    conversation_->run("BEGIN IMMEDIATE");
    conversation_->run(fmt::format("DELETE FROM {} WHERE id IS NULL", answers_));
    conversation_->run("ROLLBACK");
  });
}

std::vector<Letter> EntryTables::letters() {
  std::vector<std::string> names, texts;
  conversation_->guarded([&] {
    conversation_->session() << fmt::format(
        "SELECT CAST(id AS TEXT), {} FROM {} WHERE id IS NOT NULL ORDER BY 1", text_column(), entries_),
        into(names), into(texts), now;
  });
  std::vector<Letter> letters;
  std::set<std::string> seen;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!seen.insert(names[i]).second)
      throw Error(Code::config, fmt::format("intake {}: table {}: an id comes more than once; nothing is "
                                            "taken in from there, give every entry an id of its own",
                                            settings_.name, settings_.table));
    letters.push_back(letter_of(std::move(names[i]), texts[i]));
  }
  return letters;
}

std::optional<Letter> EntryTables::letter(const std::string& id) {
  std::string text;
  Letter wanted;
  wanted.name = id;
  if (read(wanted, std::string::npos, text) == Reading::missing) return std::nullopt;
  return letter_of(id, text);
}

Reading EntryTables::read(const Letter& letter, size_t most, std::string& bytes) {
  std::vector<std::string> texts;
  std::string id = letter.name;
  conversation_->guarded([&] {
    conversation_->session() << fmt::format("SELECT {} FROM {} WHERE CAST(id AS TEXT) = $1", text_column(),
                                            entries_),
        use(id), into(texts), now;
  });
  if (texts.empty()) return Reading::missing;
  bytes = std::move(texts.front());
  if (bytes.size() > most) return Reading::too_large;
  return letter.stamp == letter_of(id, bytes).stamp ? Reading::read : Reading::changing;
}

Reading EntryTables::read_document(const std::string& id, const std::string& document, size_t most,
                                   std::string& bytes) {
  return conversation_->guarded([&] {
    const std::string from =
        fmt::format("FROM {} WHERE CAST(entry AS TEXT) = $1 AND name = $2 AND bytes IS NOT NULL", documents_);
    std::string entry = id, name = document;
    std::vector<Poco::Int64> sizes;
    conversation_->session() << "SELECT LENGTH(bytes) " + from, use(entry), use(name), into(sizes), now;
    if (sizes.empty()) return Reading::missing;
    if (static_cast<size_t>(sizes.front()) > most) return Reading::too_large;
    std::vector<Poco::Data::BLOB> found;
    conversation_->session() << fmt::format("SELECT {} {}", conversation_->bytes_column(), from), use(entry),
        use(name), into(found), now;
    if (found.size() != 1 || found.front().size() != static_cast<size_t>(sizes.front()))
      return Reading::changing;
    bytes.assign(reinterpret_cast<const char*>(found.front().rawContent()), found.front().size());
    return Reading::read;
  });
}

std::string EntryTables::contents() {
  std::vector<std::string> entries, names;
  std::vector<Poco::Int64> sizes;
  conversation_->guarded([&] {
    conversation_->session() << fmt::format(
        "SELECT CAST(entry AS TEXT), CAST(name AS TEXT), COALESCE(LENGTH(bytes), -1) FROM {} "
        "WHERE entry IS NOT NULL AND name IS NOT NULL ORDER BY 1, 2",
        documents_),
        into(entries), into(names), into(sizes), now;
  });
  Sha256 hash;
  for (size_t i = 0; i < entries.size(); ++i)
    hash.add(fmt::format("{} {}/{} {}\n", entries[i].size(), entries[i], names[i], sizes[i]));
  return to_hex(hash.finish());
}

std::set<std::string> EntryTables::ids(const std::string& table) {
  std::vector<std::string> found;
  conversation_->guarded([&] {
    conversation_->session() << fmt::format("SELECT CAST(id AS TEXT) FROM {} WHERE id IS NOT NULL", table),
        into(found), now;
  });
  return {found.begin(), found.end()};
}

bool EntryTables::has(const std::string& id) {
  if (!there_) there_ = ids(entries_);
  return there_->contains(id);
}

bool EntryTables::answered(const std::string& id) {
  if (!answered_) answered_ = ids(answers_);
  return answered_->contains(id);
}

void EntryTables::answer(const std::string& id, const Answer& answer, Time at) {
  std::string entry = id, state = answer.state, number = answer.number, text = answer.text, xml = answer.xml,
              changed = to_text(at);
  conversation_->guarded([&] {
    conversation_->session() << fmt::format(
        "INSERT INTO {} (id, state, number, text, xml, changed) VALUES ($1, $2, NULLIF($3, ''), $4, $5, $6) "
        "ON CONFLICT (id) DO UPDATE SET state = excluded.state, number = excluded.number, "
        "text = excluded.text, xml = excluded.xml, changed = excluded.changed",
        answers_),
        use(entry), use(state), use(number), use(text), use(xml), use(changed), now;
  });
}

void EntryTables::remove(const std::string& id, const std::set<std::string>&) {
  std::string entry = id;
  conversation_->guarded([&] {
    conversation_->session() << fmt::format("DELETE FROM {} WHERE CAST(id AS TEXT) = $1", answers_),
        use(entry), now;
  });
}

}  // namespace tilts::push
