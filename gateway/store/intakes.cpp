#include "gateway/store/intakes.h"

#include "gateway/base/sha256.h"
#include "gateway/store/pack.h"

namespace tilts::store {
namespace {

constexpr Sql kPut =
    "INSERT INTO intake_mark (intake, id, submission, taken, content) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (intake, id) DO UPDATE SET submission = excluded.submission, taken = excluded.taken,"
    " content = excluded.content";
constexpr Sql kRemove = "DELETE FROM intake_mark WHERE intake = $1 AND id = $2";
constexpr Sql kList =
    "SELECT id, submission, taken, content FROM intake_mark WHERE intake = $1 ORDER BY taken, id";

std::string place(std::string_view intake, std::string_view id) { return pack("intake", intake, id); }

}  // namespace

std::string Intakes::id_of(std::string_view intake, std::string_view name) const {
  return hex(vault_.keyed_hash("intake", pack(intake, name)));
}

void Intakes::put(Transaction& transaction, const IntakeMark& mark) const {
  const std::string id = id_of(mark.intake, mark.name);
  transaction.run(kPut, mark.intake, id, mark.submission, mark.taken,
                  Blob{vault_.seal(place(mark.intake, id), pack(mark.name, mark.stamp, mark.answer))});
}

void Intakes::remove(Transaction& transaction, std::string_view intake, std::string_view name) const {
  transaction.run(kRemove, intake, id_of(intake, name));
}

std::vector<IntakeMark> Intakes::list(Session& session, std::string_view intake) const {
  std::vector<IntakeMark> marks;
  for (auto& [id, submission, taken, sealed] :
       session.rows<std::string, std::string, Time, Blob>(kList, intake)) {
    const std::string content = vault_.open(place(intake, id), sealed.bytes);
    Unpacker packed(content);
    IntakeMark& mark = marks.emplace_back();
    mark.intake = intake;
    mark.name = packed.text();
    mark.stamp = packed.text();
    mark.answer = packed.text();
    mark.submission = std::move(submission);
    mark.taken = taken;
  }
  return marks;
}

}  // namespace tilts::store
