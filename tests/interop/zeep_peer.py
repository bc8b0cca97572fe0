#!/usr/bin/python3
"""zeep with python-xmlsec: a client whose WS-Security signs Body and Timestamp.

sign:     zeep_peer.py sign SOAP KEY CERTIFICATE CONTENT [--addressing] [--defaults]   the message on standard output
verify:   zeep_peer.py verify CERTIFICATE FILE…                   a line each: verified, or why not
document: zeep_peer.py document KEY CERTIFICATE CONTENT           an enveloped XML signature by python-xmlsec
--addressing adds WS-Addressing headers, which zeep does not sign; --defaults is zeep's own choice of algorithms.
"""
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import xmlsec
from lxml import etree
from zeep import Client, ns
from zeep.transports import Transport
from zeep.wsa import WsAddressingPlugin
from zeep.wsse.signature import BinarySignature, verify_envelope
from zeep.wsse.utils import WSU, get_security_header

BINDING = "{http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0}Binding"


class Timestamp:
    """zeep writes a Timestamp only beside a user name; this is the same token alone."""

    def apply(self, envelope, headers):
        created = datetime.now(timezone.utc).replace(microsecond=0, tzinfo=None)
        token = WSU.Timestamp(
            WSU.Created(created.isoformat() + "Z"),
            WSU.Expires((created + timedelta(minutes=5)).isoformat() + "Z"),
        )
        get_security_header(envelope).append(token)
        return envelope, headers

    def verify(self, envelope):
        return envelope


def sign(soap, key, certificate, content, addressing, defaults):
    method = xmlsec.Transform.ECDSA_SHA256 if is_elliptic(key) else xmlsec.Transform.RSA_SHA256
    algorithms = {} if defaults else {"signature_method": method, "digest_method": xmlsec.Transform.SHA256}
    security = [Timestamp(), BinarySignature(key, certificate, **algorithms)]
    client = Client(str(Path(__file__).with_name("service.wsdl")), wsse=security, transport=Transport(),
                    plugins=[WsAddressingPlugin()] if addressing else [])
    port = "Port11" if soap == "1.1" else "Port12"
    service = client.bind("RequestService", port)
    return etree.tostring(client.create_message(service, "StartTransaction", eServiceID=content))


def is_elliptic(key):
    text = subprocess.run(["openssl", "pkey", "-in", key, "-noout", "-text"], capture_output=True, text=True, check=True)
    return "NIST CURVE" in text.stdout


def verify(certificate, file):
    envelope = etree.parse(file).getroot()
    verify_envelope(envelope, certificate)
    # zeep never asks whether the Body is among what was signed.
    body = envelope.find("{*}Body")
    references = {r.get("URI") for r in envelope.iter(f"{{{ns.DS}}}Reference")}
    if "#" + body.get(f"{{{ns.WSU}}}Id", "") not in references:
        raise ValueError("the Body is not signed")


def document(key, certificate, content):
    root = etree.Element("document")
    etree.SubElement(root, "name").text = content
    method = xmlsec.Transform.ECDSA_SHA256 if is_elliptic(key) else xmlsec.Transform.RSA_SHA256
    signature = xmlsec.template.create(root, xmlsec.Transform.EXCL_C14N, method)
    root.append(signature)
    reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri="")
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    x509 = xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    xmlsec.template.x509_data_add_certificate(x509)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(key, xmlsec.KeyFormat.PEM)
    context.key.load_cert_from_file(certificate, xmlsec.KeyFormat.PEM)
    context.sign(signature)
    return etree.tostring(root)


if __name__ == "__main__":
    if sys.argv[1] == "sign":
        sys.stdout.buffer.write(sign(*sys.argv[2:6], "--addressing" in sys.argv, "--defaults" in sys.argv))
    elif sys.argv[1] == "document":
        sys.stdout.buffer.write(document(*sys.argv[2:5]))
    else:
        for name in sys.argv[3:]:
            try:
                verify(sys.argv[2], name)
                print("verified")
            except Exception as error:  # whatever it is, the message was not verified
                print(f"refused: {error!r}")
