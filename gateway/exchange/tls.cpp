#include "gateway/exchange/tls.h"

#include "gateway/base/handle.h"

namespace tilts::exchange {
namespace {

// OpenSSL tells the header of every record (TLS 1.2) and its inner content type (TLS 1.3, where the header
// always says application data) before it writes it.
void note_record(int written, int, int content_type, const void* bytes, size_t size, SSL* tls, void* sent) {
  if (written != 1 || size == 0) return;
  const bool told = content_type == SSL3_RT_INNER_CONTENT_TYPE ||
                    (content_type == SSL3_RT_HEADER && SSL_version(tls) != TLS1_3_VERSION);
  if (told && *static_cast<const unsigned char*>(bytes) == SSL3_RT_APPLICATION_DATA)
    *static_cast<bool*>(sent) = true;
}

void note_alert(int written, int, int content_type, const void* bytes, size_t size, SSL*, void* alert) {
  const auto* const said = static_cast<const unsigned char*>(bytes);
  if (written == 0 && content_type == SSL3_RT_ALERT && size == 2 && said[0] == SSL3_AL_FATAL)
    *static_cast<int*>(alert) = said[1];
}

}  // namespace

bool equip(SSL_CTX* context, const Generation& generation) {
  const Identity& identity = *generation.identity;
  Handle<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  if (store == nullptr) return false;
  for (const Certificate& anchor : *generation.tls_anchors)
    if (X509_STORE_add_cert(store.get(), anchor.get()) != 1) return false;
  SSL_CTX_set_cert_store(context, store.release());

  if (SSL_CTX_use_certificate(context, identity.certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, identity.key.get()) != 1)
    return false;
  for (const Certificate& certificate : identity.chain)
    if (SSL_CTX_add1_chain_cert(context, certificate.get()) != 1) return false;
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

void watch_application_data(SSL_CTX* context, bool* sent) {
  SSL_CTX_set_msg_callback(context, note_record);
  SSL_CTX_set_msg_callback_arg(context, sent);
}

void watch_alerts(SSL_CTX* context, int* alert) {
  SSL_CTX_set_msg_callback(context, note_alert);
  SSL_CTX_set_msg_callback_arg(context, alert);
}

}  // namespace tilts::exchange
