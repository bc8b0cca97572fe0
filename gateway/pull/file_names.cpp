#include "gateway/pull/file_names.h"

#include <algorithm>
#include <array>

#include <utf8proc.h>

#include "gateway/base/sha256.h"
#include "gateway/mapping/text.h"

namespace tilts::pull {
namespace {

constexpr size_t longest_extension = 16;
constexpr size_t digest_digits = 16;

bool survives(utf8proc_int32_t letter) {
  if (letter < 0x80)
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
           (letter >= 'A' && letter <= 'Z') || letter == '.' || letter == '_' || letter == '-';
  const utf8proc_category_t category = utf8proc_category(letter);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

// Each run of what does not survive becomes one '_'.
std::string letters_of(std::string_view said) {
  std::string text, out;
  if (!mapping::append_nfc(said, text)) text = said;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  bool replaced = false;
  for (utf8proc_ssize_t at = 0, size = static_cast<utf8proc_ssize_t>(text.size()); at < size;) {
    utf8proc_int32_t letter = 0;
    const utf8proc_ssize_t read = utf8proc_iterate(bytes + at, size - at, &letter);
    const bool stays = read > 0 && survives(letter);
    if (stays)
      out.append(text, static_cast<size_t>(at), static_cast<size_t>(read));
    else if (!replaced)
      out += '_';
    replaced = !stays;
    at += std::max<utf8proc_ssize_t>(read, 1);
  }
  return out;
}

// At most so many octets, whole letters, and no dot that the cut brought to the end: Windows drops it.
std::string_view cut(std::string_view text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  text = text.substr(0, most);
  return text.substr(0, text.find_last_not_of('.') + 1);
}

// Where the extension begins, its dot included; the end when there is none.
size_t extension_at(std::string_view name) {
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 || name.size() - dot > longest_extension ? name.size()
                                                                                            : dot;
}

// Windows takes them for devices, whatever the extension.
bool is_device(std::string_view name) {
  static constexpr std::array<std::string_view, 4> devices{"con", "prn", "aux", "nul"};
  const std::string stem = mapping::lower(name.substr(0, name.find('.')));
  return std::ranges::find(devices, stem) != devices.end() ||
         (stem.size() == 4 && (stem.starts_with("com") || stem.starts_with("lpt")) && stem[3] >= '0' &&
          stem[3] <= '9');
}

std::string plain_name(std::string_view said, std::string_view otherwise) {
  std::string name = letters_of(said);
  name.erase(0, name.find_first_not_of('.'));  // hidden, or a folder: "." and ".."
  name.erase(name.find_last_not_of('.') + 1);  // Windows drops them
  if (name.find_first_not_of("_.") == std::string::npos) name = otherwise;
  return is_device(name) ? "_" + name : name;
}

}  // namespace

std::string file_name(std::string_view said) {
  const std::string name = plain_name(said, "file");
  const size_t dot = extension_at(name);
  const std::string extension = name.substr(dot);
  return std::string(cut(std::string_view(name).substr(0, dot), longest_name - extension.size())) + extension;
}

std::string numbered(const std::string& name, int number) {
  const size_t dot = extension_at(name);
  const std::string end = "-" + std::to_string(number) + name.substr(dot);
  return std::string(cut(std::string_view(name).substr(0, dot), longest_name - end.size())) + end;
}

std::string folder_name(std::string_view document) {
  std::string name = plain_name(document, "document");
  if (name == document && name.size() <= longest_name) return name;
  Sha256 sha256;
  sha256.add(document);
  const std::string end = "-" + to_hex(sha256.finish()).substr(0, digest_digits);
  return std::string(cut(name, longest_name - end.size())) + end;
}

}  // namespace tilts::pull
