#!/usr/bin/python3
"""Enters the entries of a folder into the rehabilitation queue, with python3-zeep and nothing else.

    submit.py FOLDER ENDPOINT CERTIFICATES SENT.csv once|retry|ask

FOLDER is what a Tilts intake reads: XML entries, their documents beside them. SENT.csv says what became of each;
started again, the script goes on with what is not in it. How an entry is sent is the last word: once; three times,
as most scripts do; or three times and the registry is asked before each, for it has an operation for that.
"""
import csv
import hashlib
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import requests
import xmlsec
from lxml import etree
from zeep import Client, ns
from zeep.transports import Transport
from zeep.wsa import WSA
from zeep.wsse.signature import BinarySignature, verify_envelope
from zeep.wsse.utils import WSU, get_security_header, get_timestamp

TRIES = {"once": 1, "retry": 3, "ask": 3}


class Signature(BinarySignature):
    """zeep's, with what this registry wants beside it: a Timestamp, which zeep's documentation has only beside a user
    name, SHA-256, and answers verified with the registry's certificate where zeep by itself takes our own."""

    def __init__(self, certificates):
        super().__init__(certificates / "gateway.key", certificates / "gateway.pem",
                         signature_method=xmlsec.Transform.RSA_SHA256, digest_method=xmlsec.Transform.SHA256)
        self.registry = certificates / "registry/sign.pem"

    def apply(self, envelope, headers):
        now = datetime.utcnow()
        get_security_header(envelope).append(WSU.Timestamp(
            WSU.Created(get_timestamp(now, zulu_timestamp=True)),
            WSU.Expires(get_timestamp(now + timedelta(seconds=20), zulu_timestamp=True))))
        return super().apply(envelope, headers)

    def verify(self, envelope):
        verify_envelope(envelope, self.registry)
        return envelope


def connect(endpoint, certificates):
    session = requests.Session()
    session.cert = (certificates / "gateway.pem", certificates / "gateway.key")
    session.verify = str(certificates / "trust/population/tls-ca.pem")
    client = Client(str(Path(__file__).with_name("queue.wsdl")), wsse=Signature(certificates),
                    transport=Transport(session=session, operation_timeout=60))
    # The registry's WSDL asks for WS-Addressing and zeep writes it, without the ReplyTo that the registry also wants.
    client.set_default_soapheaders([WSA.ReplyTo(WSA.Address(f"{ns.WSA}/anonymous"))])
    return client.create_service("{urn:tilts:rehabilitation-queue:1}Soap12", endpoint)


def read(file):
    entry = etree.fromstring(file.read_bytes())
    field = {etree.QName(element).localname: element.text for element in entry}
    attachments = []
    for named in entry.iterfind("{*}attachments/{*}attachment"):
        content = (file.parent / named.get("file")).read_bytes()
        attachments.append({"_value_1": content, "Name": named.get("file"), "MediaType": named.get("media_type"),
                            "Sha256": hashlib.sha256(content).hexdigest()})
    case = field["case_number"]
    return {
        "Key": f"{case}/1",  # the same at every try and after every start
        "CaseNumber": case,
        "Revision": 1,
        "Person": {"Code": field["code"], "GivenName": field["given_name"], "Surname": field["surname"],
                   "BirthDate": field["birth_date"]},
        "Request": {"Date": field["applied"], "Group": field["group"], "Course": field["course"],
                    "Order": field["order"], "MedicalRehabilitationEnd": field["medical_rehabilitation_end"],
                    "Companion": field["companion"]},
        "Attachment": attachments,
    }


def enter(queue, entry, how):
    for attempt in range(TRIES[how]):
        try:
            if how == "ask":
                known = queue.InquireEntry(Key=entry["Key"])
                if known:
                    return known[0]
            return queue.SubmitEntry(**entry)
        except Exception as error:  # one bad answer shall not keep the others back
            print(f"{entry['CaseNumber']}: {error!r}", file=sys.stderr)
            failure = error
            time.sleep(1)
    raise failure


def main(folder, endpoint, certificates, sent, how):
    done = set()
    if sent.exists():
        done = {row[0] for row in csv.reader(sent.open())}
    queue = connect(endpoint, certificates)
    with sent.open("a") as file:
        rows = csv.writer(file)
        for entry in map(read, sorted(folder.glob("*.xml"))):
            if entry["CaseNumber"] in done:
                continue
            try:
                answer = enter(queue, entry, how)
                rows.writerow([entry["CaseNumber"], answer.Outcome, answer.Number])
            except Exception as error:
                rows.writerow([entry["CaseNumber"], "failed", type(error).__name__])
            file.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), sys.argv[5])
