#include "gateway/exchange/distinguished_name.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include <openssl/objects.h>

#include "gateway/base/handle.h"

namespace tilts::exchange {
namespace {

using Object = Handle<ASN1_OBJECT, ASN1_OBJECT_free>;

struct Attribute {
  std::string oid;
  std::string value;

  auto operator<=>(const Attribute&) const = default;
};

std::string oid_of(const ASN1_OBJECT* object) {
  char text[128] = {};
  OBJ_obj2txt(text, sizeof text, object, 1);
  return text;
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result;
}

// An attribute type as a dotted OID, empty when nobody knows it.
std::string oid_of(std::string_view type) {
  std::string name = upper(type);
  if (name.starts_with("OID.")) name.erase(0, 4);
  // Dialects beside OpenSSL's own short names, which are case-sensitive.
  if (name == "E" || name == "EMAIL" || name == "EMAILADDRESS") name = "emailAddress";
  if (name == "S") name = "ST";
  if (name == "SERIALNUMBER") name = "serialNumber";
  if (name == "ORGANIZATIONIDENTIFIER") name = "organizationIdentifier";
  if (name == "G" || name == "GIVENNAME" || name == "GN") name = "GN";
  const Object object(OBJ_txt2obj(name.c_str(), 0));
  return object ? oid_of(object.get()) : std::string();
}

// Lower case, one space for a run of them, none at the ends.
std::string folded(std::string_view value) {
  std::string result;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte)) {
      if (!result.empty() && result.back() != ' ') result += ' ';
    } else {
      result += static_cast<char>(std::tolower(byte));
    }
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Reads one value up to an unescaped separator (RFC 4514, section 3) and moves past it.
std::string read_value(std::string_view& rest) {
  std::string value;
  bool quoted = false;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\\' && !rest.empty()) {
      if (rest.size() >= 2 && hex(rest[0]) >= 0 && hex(rest[1]) >= 0) {
        value += static_cast<char>(hex(rest[0]) * 16 + hex(rest[1]));
        rest.remove_prefix(2);
      } else {
        value += rest.front();
        rest.remove_prefix(1);
      }
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == ',' || c == '+' || c == ';')) {
      break;
    } else {
      value += c;
    }
  }
  return value;
}

std::vector<Attribute> attributes(std::string_view text) {
  std::vector<Attribute> result;
  while (!text.empty()) {
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) return {};
    std::string_view type = text.substr(0, equals);
    while (!type.empty() && std::isspace(static_cast<unsigned char>(type.front()))) type.remove_prefix(1);
    while (!type.empty() && std::isspace(static_cast<unsigned char>(type.back()))) type.remove_suffix(1);
    text.remove_prefix(equals + 1);
    result.push_back({oid_of(type), folded(read_value(text))});
  }
  std::ranges::sort(result);
  return result;
}

std::vector<Attribute> attributes(const X509_NAME* name) {
  std::vector<Attribute> result;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    unsigned char* utf8 = nullptr;
    const int length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
    const std::string value(reinterpret_cast<char*>(utf8), length < 0 ? 0 : static_cast<size_t>(length));
    OPENSSL_free(utf8);
    result.push_back({oid_of(X509_NAME_ENTRY_get_object(entry)), folded(value)});
  }
  std::ranges::sort(result);
  return result;
}

}  // namespace

bool names_same(std::string_view text, const X509_NAME* name) {
  const std::vector<Attribute> wanted = attributes(text);
  return !wanted.empty() && wanted == attributes(name);
}

}  // namespace tilts::exchange
