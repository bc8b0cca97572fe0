#include "gateway/push/entry_folder.h"

#include "gateway/base/sha256.h"

namespace tilts::push {
namespace {

std::string xml_name(const std::string& entry) { return entry + ".answer.xml"; }
std::string text_name(const std::string& entry) { return entry + ".answer.txt"; }

}  // namespace

std::optional<EntryForm> form_of(std::string_view file) {
  if (file.starts_with('.') || file.ends_with(".answer.xml")) return std::nullopt;
  if (file.ends_with(".xml")) return EntryForm::xml;
  if (file.ends_with(".json")) return EntryForm::json;
  return std::nullopt;
}

EntryFolder::EntryFolder(const std::filesystem::path& path, const std::string& owner)
    : folder_(path, owner) {}

std::vector<Letter> EntryFolder::letters() {
  std::vector<Letter> letters;
  for (const std::string& file : folder_.files())
    if (form_of(file))
      if (auto found = letter(file)) letters.push_back(*std::move(found));
  return letters;
}

std::optional<Letter> EntryFolder::letter(const std::string& name) {
  auto stamp = stamp_of(folder_, name);
  if (!stamp) return std::nullopt;
  return Letter{name, form_of(name).value_or(EntryForm::xml), *std::move(stamp)};
}

bool EntryFolder::has(const std::string& name) { return folder_.has(name); }

// What is not an answer of ours, and what it looks like.
std::string EntryFolder::contents() {
  Sha256 hash;
  for (const std::string& file : folder_.files())
    if (!file.ends_with(".answer.xml") && !file.ends_with(".answer.txt"))
      hash.add(file + '/' + stamp_of(folder_, file).value_or("") + '\n');
  return to_hex(hash.finish());
}

Reading EntryFolder::read(const Letter& letter, size_t most, std::string& bytes) {
  return read_plain_file(folder_, letter.name, most, bytes);
}

Reading EntryFolder::read_document(const std::string&, const std::string& document, size_t most,
                                   std::string& bytes) {
  return read_plain_file(folder_, document, most, bytes);
}

bool EntryFolder::answered(const std::string& name) {
  return folder_.has(text_name(name)) && folder_.has(xml_name(name));
}

void EntryFolder::answer(const std::string& name, const Answer& answer, Time) {
  for (const auto& [file_name, bytes] :
       {std::pair{xml_name(name), &answer.xml}, std::pair{text_name(name), &answer.text}}) {
    targets::DurableFile file(folder_, file_name);
    file.write(*bytes);
    file.commit();
  }
}

void EntryFolder::remove(const std::string& name, const std::set<std::string>& documents) {
  for (const std::string& document : documents)
    if (folder_.has(document)) folder_.remove(document);
  for (const std::string& file : {text_name(name), xml_name(name), name})
    if (folder_.has(file)) folder_.remove(file);
  folder_.sync();
}

}  // namespace tilts::push
