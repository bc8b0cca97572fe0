#include "tests/simulator/sealing.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <zlib.h>

#include "tests/simulator/random.h"

namespace tilts::simulator {
namespace {

constexpr std::size_t key_octets = 32;
constexpr std::size_t block_octets = 16;

using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using KeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

unsigned char* octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }
const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

void demand(bool done, const char* what) {
  if (!done) throw std::runtime_error(what);
}

std::string fresh(std::size_t size) {
  std::string bytes(size, '\0');
  demand(RAND_bytes(octets(bytes), static_cast<int>(size)) == 1, "OpenSSL has no random numbers");
  return bytes;
}

class Deflating {
 public:
  Deflating() {
    constexpr int gzip_format = 16;
    demand(deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, 15 + gzip_format, 8, Z_DEFAULT_STRATEGY) == Z_OK,
           "zlib does not start");
  }
  ~Deflating() { deflateEnd(&stream_); }
  Deflating(const Deflating&) = delete;
  Deflating& operator=(const Deflating&) = delete;

  void add(std::string_view bytes) {
    constexpr std::size_t piece = 1 << 30;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
      run(bytes.substr(0, piece), Z_NO_FLUSH);
  }
  std::string finish() {
    run({}, Z_FINISH);
    return std::move(out_);
  }

 private:
  void run(std::string_view bytes, int flush) {
    char buffer[1 << 16];
    stream_.next_in = const_cast<unsigned char*>(octets(bytes));
    stream_.avail_in = static_cast<unsigned>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<unsigned char*>(buffer);
      stream_.avail_out = sizeof buffer;
      demand(deflate(&stream_, flush) != Z_STREAM_ERROR, "zlib compresses nothing");
      out_.append(buffer, sizeof buffer - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  std::string out_;
};

}  // namespace

std::string gzip(std::string_view bytes) {
  Deflating deflating;
  deflating.add(bytes);
  return deflating.finish();
}

std::string gzip_of_zeroes(std::size_t count) {
  const std::string zeroes(1 << 20, '\0');
  Deflating deflating;
  for (; count > 0; count -= std::min(count, zeroes.size()))
    deflating.add(std::string_view(zeroes).substr(0, count));
  return deflating.finish();
}

std::string invented_octets(const std::string& name, std::size_t size) {
  std::uint64_t stream = 0xCBF29CE484222325ULL;  // FNV-1a of the name
  for (const char c : name) stream = (stream ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  Random random(size, stream);
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
    const std::uint64_t word = random.next();
    std::memcpy(bytes.data() + at, &word, std::min(sizeof word, size - at));
  }
  return bytes;
}

Seal::Seal() : key_(fresh(key_octets)), vector_(fresh(block_octets)) {}

std::string Seal::encrypt(std::string_view bytes) const {
  demand(bytes.size() < static_cast<std::size_t>(std::numeric_limits<int>::max()) - block_octets,
         "a file is too large to be encrypted");
  std::string cipher(bytes.size() + block_octets, '\0');
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0, rest = 0;
  demand(EVP_EncryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, octets(key_), octets(vector_)) == 1 &&
             EVP_EncryptUpdate(context.get(), octets(cipher), &size, octets(bytes),
                               static_cast<int>(bytes.size())) == 1 &&
             EVP_EncryptFinal_ex(context.get(), octets(cipher) + size, &rest) == 1,
         "OpenSSL encrypts nothing");
  cipher.resize(static_cast<std::size_t>(size + rest));
  return cipher;
}

std::string Seal::carried_to(EVP_PKEY* recipient) const {
  const std::string carried = static_cast<char>(key_octets) + key_ + vector_;
  const KeyContext context(EVP_PKEY_CTX_new(recipient, nullptr));
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(recipient));
  std::string cipher(size, '\0');
  demand(EVP_PKEY_encrypt_init(context.get()) == 1 &&
             EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1 &&
             EVP_PKEY_encrypt(context.get(), octets(cipher), &size, octets(carried), carried.size()) == 1,
         "no key can be carried to the recipient");
  cipher.resize(size);
  return base64(cipher);
}

}  // namespace tilts::simulator
