/* gSOAP's WS-Security plugin as a peer.
     sign:   peer sign SOAP KEY CERTIFICATE CONTENT    the message on standard output
     verify: peer verify AUTHORITY < FILE              exit 0 when gSOAP verifies every part it must cover */
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "RequestService.nsmap"
#include "wsaapi.h"
#include "wsseapi.h"

static const char* const headers = "wsa5:Action wsa5:MessageID wsa5:ReplyTo wsa5:To";

static EVP_PKEY* read_key(const char* path) {
  FILE* file = fopen(path, "r");
  EVP_PKEY* key = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
  if (file) fclose(file);
  return key;
}

static int sign(struct soap* soap, const char* version, const char* key_file, const char* certificate,
                const char* content) {
  EVP_PKEY* key = read_key(key_file);
  if (key == NULL) return 2;
  const int algorithm =
      EVP_PKEY_base_id(key) == EVP_PKEY_EC ? SOAP_SMD_SIGN_ECDSA_SHA256 : SOAP_SMD_SIGN_RSA_SHA256;
  soap_set_version(soap, strcmp(version, "1.1") == 0 ? 1 : 2);
  soap_wsa_request(soap, soap_wsa_rand_uuid(soap), "https://registry.test/population",
                   "http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0/StartTransaction");
  soap_wsa_add_ReplyTo(soap, "http://www.w3.org/2005/08/addressing/anonymous");
  soap_wsse_set_wsu_id(soap, headers);
  if (soap_wsse_add_Timestamp(soap, "Time", 300) ||
      soap_wsse_add_BinarySecurityTokenPEM(soap, "Token", certificate) ||
      soap_wsse_add_KeyInfo_SecurityTokenReferenceX509(soap, "#Token") ||
      soap_wsse_sign_only(soap, "Time Body wsa5:Action wsa5:MessageID wsa5:ReplyTo wsa5:To") ||
      soap_wsse_sign_body(soap, algorithm, key, 0))
    return 1;
  /* "" is no network: a client call then writes to sendfd, here without an HTTP header */
  soap->sendfd = STDOUT_FILENO;
  soap_set_omode(soap, SOAP_ENC_PLAIN | SOAP_XML_CANONICAL);
  const int result = soap_send_r__StartTransaction(soap, "", NULL, content);
  EVP_PKEY_free(key);
  return result;
}

/* Called by soap_serve once the message is parsed: a signature is worth what it covers. */
int r__StartTransaction(struct soap* soap, char* id, struct r__StartTransactionResponse* answer) {
  static const char* const wsa = "http://www.w3.org/2005/08/addressing";
  static const char* const soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
  static const char* const soap12 = "http://www.w3.org/2003/05/soap-envelope";
  (void)id;
  (void)answer;
  if (soap_wsse_verify_Timestamp(soap)) return soap->error;
  /* not soap_wsse_verify_body: gSOAP's tree names SOAP 1.2 in a SOAP 1.1 message with prefixes of somebody
   * else */
  if (soap_wsse_verify_element(soap, soap12, "Body") + soap_wsse_verify_element(soap, soap11, "Body") < 1)
    return soap_sender_fault(soap, "the Body is not signed", NULL);
  if (soap_wsse_verify_element(soap, wsa, "Action") < 1 ||
      soap_wsse_verify_element(soap, wsa, "MessageID") < 1 ||
      soap_wsse_verify_element(soap, wsa, "ReplyTo") < 1 || soap_wsse_verify_element(soap, wsa, "To") < 1)
    return soap_sender_fault(soap, "an addressing header is not signed", NULL);
  *(int*)soap->user = 1;
  return SOAP_STOP; /* nothing is answered */
}

/* soapcpp2 demands it of whoever links the generated server; no fault arrives here. */
int SOAP_ENV__Fault(struct soap* soap, char* code, char* text, char* actor, struct SOAP_ENV__Detail* detail,
                    struct SOAP_ENV__Code* code12, struct SOAP_ENV__Reason* reason, char* node, char* role,
                    struct SOAP_ENV__Detail* detail12) {
  (void)code, (void)text, (void)actor, (void)detail, (void)code12, (void)reason, (void)node, (void)role,
      (void)detail12;
  return soap_sender_fault(soap, "a fault is no request", NULL);
}

static int verify(struct soap* soap, const char* authority) {
  int verified = 0;
  soap->user = &verified;
  soap->cafile = authority;
  soap->fsslverify = NULL;
  soap->recvfd = STDIN_FILENO;
  soap->sendfd = STDERR_FILENO;
  soap_set_imode(soap, SOAP_ENC_PLAIN);
  soap_wsse_verify_auto(soap, SOAP_SMD_NONE, NULL, 0);
  soap_serve(soap);
  return verified ? 0 : 1;
}

int main(int count, char** arguments) {
  struct soap* soap = soap_new1(SOAP_C_UTFSTRING);
  soap_register_plugin(soap, soap_wsse);
  soap_register_plugin(soap, soap_wsa);
  int result = 2;
  if (count == 6 && strcmp(arguments[1], "sign") == 0)
    result = sign(soap, arguments[2], arguments[3], arguments[4], arguments[5]);
  else if (count == 3 && strcmp(arguments[1], "verify") == 0)
    result = verify(soap, arguments[2]);
  if (result && soap->error) soap_print_fault(soap, stderr);
  soap_destroy(soap);
  soap_end(soap);
  soap_free(soap);
  return result;
}
