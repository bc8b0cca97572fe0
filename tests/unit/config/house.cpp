#include "tests/unit/config/house.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "gateway/base/handle.h"

namespace tilts::config {
namespace {

namespace fs = std::filesystem;

using Bio = Handle<BIO, BIO_free_all>;
using Certificate = Handle<X509, X509_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;

std::string content(BIO& bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(&bio, &bytes);
  return std::string(bytes, static_cast<size_t>(size));
}

time_t seconds(std::string_view text) {
  return std::chrono::duration_cast<std::chrono::seconds>(parse_time(text).time_since_epoch()).count();
}

}  // namespace

House::House(Example whole) : text_(example()) {
  if (whole == Example::of_one_registry) {
    const size_t queue = text_.find("  <!-- Entries for a state queue");
    text_.erase(queue, text_.find("</tilts>") - queue);
  }
  for (const char* file :
       {"adapters/population/profile.xml", "mappings/municipal/resident.xml",
        "mappings/municipal/address.xml", "mappings/municipal/address.xsl", "mappings/municipal/address.xsd",
        "mappings/resident_card/holder.xml", "roster.csv", "adapters/rehabilitation_queue/profile.xml",
        "mappings/rehabilitation_queue/entry.xsd", "mappings/rehabilitation_queue/entry.xml"})
    write(file, "there");
  for (const char* folder : {"out/residents", "out/addresses", "out/other", "out/x", "entries"})
    std::filesystem::create_directories(path(folder));
  write("secrets/master.key", "there", 0600);
  write_pair("certs/gateway", "gateway", "2026-01-01T00:00:00Z", "2027-06-01T00:00:00Z");
  write_pair("certs/trust/population/tls-ca", "authority", "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z");
  write_pair("certs/trust/population/signing-ca", "authority", "2020-01-01T00:00:00Z",
             "2030-01-01T00:00:00Z");
}

House& House::with(std::string_view from, std::string_view to) {
  const size_t at = text_.find(from);
  if (at == std::string::npos)
    ADD_FAILURE() << "the example does not say " << from;
  else
    text_.replace(at, from.size(), to);
  return *this;
}

Loaded House::load(std::string_view now) { return config::load(write("tilts.xml", text_), parse_time(now)); }

std::vector<std::string> House::problems(std::string_view now) { return plain(load(now).problems); }

std::vector<std::string> House::notices(std::string_view now) { return plain(load(now).notices); }

std::string House::write(std::string_view name, std::string_view content, unsigned mode) {
  const fs::path file = folder_.path() / name;
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::trunc) << content;
  fs::permissions(file, static_cast<fs::perms>(mode));
  return file.string();
}

void House::remove(std::string_view name) { fs::remove_all(folder_.path() / name); }

void House::write_pair(const std::string& name, std::string_view subject, std::string_view from,
                       std::string_view to) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* own = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(own, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(subject.data()),
                             static_cast<int>(subject.size()), -1, 0);
  X509_set_issuer_name(certificate.get(), own);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), seconds(from));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), seconds(to));
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const Bio public_part(BIO_new(BIO_s_mem())), private_part(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(public_part.get(), certificate.get());
  PEM_write_bio_PrivateKey(private_part.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  write(name + ".pem", content(*public_part));
  write(name + ".key", content(*private_part), 0600);
}

int House::line_of(std::string_view words) const {
  const size_t at = text_.find(words);
  if (at == std::string::npos) return -1;
  return 1 + static_cast<int>(std::count(text_.begin(), text_.begin() + static_cast<long>(at), '\n'));
}

std::vector<std::string> House::plain(const std::vector<Problem>& problems) const {
  std::vector<std::string> all;
  const std::string folder = folder_.path().string() + "/";
  for (const Problem& problem : problems) {
    EXPECT_EQ(problem.file, folder + "tilts.xml");
    std::string text = fmt::format("{}: {}", problem.line, problem.sentence);
    for (size_t at; (at = text.find(folder)) != std::string::npos;) text.erase(at, folder.size());
    all.push_back(std::move(text));
  }
  return all;
}

}  // namespace tilts::config
