#include "tests/simulator/tests/mtom_client.h"

#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace tilts::simulator::tests {
namespace {

std::string include_of(const std::string& id) {
  return fmt::format(R"(<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:{}")", id);
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t at = text.find(begin);
  if (at == std::string::npos)
    throw std::runtime_error("there is no " + begin + " in " + text.substr(0, 500));
  const std::size_t from = at + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

}  // namespace

std::string base64_of(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return text;
}

std::string bytes_of(const std::string& base64) {
  std::string bytes(base64.size() / 4 * 3, '\0');
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                  reinterpret_cast<const unsigned char*>(base64.data()), static_cast<int>(base64.size()));
  while (!base64.empty() && bytes.size() % 3 == 0 && base64.ends_with("=="))
    return bytes.substr(0, bytes.size() - 2);
  return base64.ends_with("=") ? bytes.substr(0, bytes.size() - 1) : bytes;
}

std::string MtomMessage::body() const {
  std::string bytes = "--=_edge; x\r\n" + root_headers + "\r\n" + xml;
  for (const Part& part : parts) bytes += "\r\n--=_edge; x\r\n" + part.headers + "\r\n" + part.octets;
  return bytes + closing;
}

MtomMessage with_parts(const std::string& signed_message, const std::vector<std::string>& octets) {
  MtomMessage message;
  message.xml = signed_message;
  for (const std::string& bytes : octets) {
    const std::string id = fmt::format("part-{}@test", message.parts.size() + 1);
    const std::string text = ">" + base64_of(bytes) + "<";
    const std::size_t at = message.xml.find(text);
    if (at == std::string::npos) throw std::logic_error("the message does not hold these octets");
    message.xml.replace(at + 1, text.size() - 2, include_of(id) + "/>");
    message.parts.push_back(
        {"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n"
         "Content-ID: <" +
             id + ">\r\n",
         bytes});
  }
  return message;
}

const std::string& MtomAnswer::part(const std::string& id) const {
  const std::string* found = nullptr;
  for (const auto& [name, octets] : parts) {
    if (name != id) continue;
    if (found != nullptr) throw std::runtime_error("two parts are called " + id);
    found = &octets;
  }
  if (found == nullptr) throw std::runtime_error("no part is called " + id);
  return *found;
}

std::string MtomAnswer::infoset() const {
  std::string whole = xml;
  for (const auto& [id, octets] : parts) {
    const std::string standing = include_of(id) + "></xop:Include>";
    const std::size_t at = whole.find(standing);
    if (at == std::string::npos) throw std::runtime_error("nothing includes " + id);
    whole.replace(at, standing.size(), base64_of(octets));
  }
  return whole;
}

MtomAnswer read_mtom(const Reception& reception) {
  const std::string& type = reception.content_type;
  if (!type.starts_with("multipart/related; type=\"application/xop+xml\"; start=\"<"))
    throw std::runtime_error("not MTOM: " + type + ": " + reception.body.substr(0, 2000));
  if (between(type, "start-info=\"", "\"") != "application/soap+xml")
    throw std::runtime_error("start-info is wrong: " + type);
  const std::string delimiter = "--" + between(type, "boundary=\"", "\""),
                    start = between(type, "start=\"<", ">\"");
  MtomAnswer answer;
  std::size_t at = 0;
  if (reception.body.compare(0, delimiter.size(), delimiter) != 0)
    throw std::runtime_error("the body does not begin with its boundary");
  while (reception.body.compare(at + delimiter.size(), 2, "--") != 0) {
    const std::size_t head = at + delimiter.size() + 2, octets = reception.body.find("\r\n\r\n", head) + 4;
    const std::size_t end = reception.body.find("\r\n" + delimiter, octets);
    if (end == std::string::npos) throw std::runtime_error("the closing boundary is missing");
    const std::string headers = reception.body.substr(head, octets - head);
    if (headers.find("Content-Transfer-Encoding: binary\r\n") == std::string::npos)
      throw std::runtime_error("a part is not binary");
    const std::string id = between(headers, "Content-ID: <", ">");
    if (id != start)
      answer.parts.emplace_back(id, reception.body.substr(octets, end - octets));
    else if (headers.find(
                 "Content-Type: application/xop+xml; charset=utf-8; type=\"application/soap+xml\"\r\n") ==
             std::string::npos)
      throw std::runtime_error("the root part is no XOP: " + headers);
    else
      answer.xml = reception.body.substr(octets, end - octets);
    at = end + 2;
  }
  return answer;
}

}  // namespace tilts::simulator::tests
