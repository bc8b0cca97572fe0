#include "gateway/store/submission_seal.h"

#include "gateway/base/error.h"
#include "gateway/store/pack.h"

namespace tilts::store {
namespace {

constexpr Sql kKeep = "INSERT INTO submission_key (submission, wrapped) VALUES ($1, $2)";
constexpr Sql kWrapped = "SELECT wrapped FROM submission_key WHERE submission = $1";

std::string key_place(std::string_view id) { return pack("submission key", id); }

}  // namespace

SubmissionSeal SubmissionSeal::fresh(const Vault& vault, std::string_view id) {
  SubmissionSeal seal(vault, id, {});
  seal.key_ = Vault::new_key();
  return seal;
}

SubmissionSeal SubmissionSeal::of(Session& session, const Vault& vault, std::string_view id) {
  return {vault, id, session.value<Blob>({}, kWrapped, id).bytes};
}

SubmissionSeal::SubmissionSeal(const Vault& vault, std::string_view id, std::string_view wrapped)
    : vault_(&vault), id_(id) {
  if (!wrapped.empty()) key_ = vault.unwrap(key_place(id), wrapped);
}

SubmissionSeal SubmissionSeal::before_keys(const Vault& vault, std::string_view id) {
  SubmissionSeal seal(vault, id, {});
  seal.of_the_store_ = true;
  return seal;
}

// Nothing of an erased submission may come to lie under a key that lives on.
const Key& SubmissionSeal::key() const {
  if (!key_)
    throw Error(Code::config, "submission " + id_ +
                                  " has no key: it was erased, or its row was taken out of the "
                                  "store by hand; restore the store from a backup if it should be there");
  return *key_;
}

void SubmissionSeal::keep(Transaction& transaction) const {
  transaction.run(kKeep, id_, Blob{vault_->wrap(key_place(id_), key())});
}

Blob SubmissionSeal::seal(std::string_view plain) const { return seal_at(pack("submission", id_), plain); }

std::string SubmissionSeal::open(std::string_view sealed) const {
  return open_at(pack("submission", id_), sealed);
}

Blob SubmissionSeal::seal(std::string_view part, int64_t number, std::string_view plain) const {
  return seal_at(pack("submission", id_, part, number), plain);
}

std::string SubmissionSeal::open(std::string_view part, int64_t number, std::string_view sealed) const {
  return open_at(pack("submission", id_, part, number), sealed);
}

Blob SubmissionSeal::seal_at(const std::string& place, std::string_view plain) const {
  return {of_the_store_ ? vault_->seal(place, plain) : Vault::seal(key(), place, plain)};
}

std::string SubmissionSeal::open_at(const std::string& place, std::string_view sealed) const {
  return of_the_store_ ? vault_->open(place, sealed) : Vault::open(key(), place, sealed);
}

Blob case_hash(const Vault& vault, std::string_view registry, std::string_view case_number) {
  return {vault.keyed_hash("case", pack(registry, case_number))};
}

}  // namespace tilts::store
