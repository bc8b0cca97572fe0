// npm's soap signs (WSSecurityCert), xml-crypto verifies.
//   sign:     peer.js sign SOAP KEY CERTIFICATE CONTENT WSDL [--own-ids]    the message on standard output
//   verify:   peer.js verify CERTIFICATE FILE…              a line each: verified, or why not
//   document: peer.js document KEY CERTIFICATE CONTENT      an enveloped XML signature by xml-crypto
// --own-ids leaves the ids of the signed headers to the library.
'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');

const ECDSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const ADDRESSING = 'http://www.w3.org/2005/08/addressing';

// xml-crypto comes with RSA and HMAC; ECDSA enters through its table of algorithms (RFC 4050: raw r and s).
class EcdsaSha256 {
  getAlgorithmName() { return ECDSA_SHA256; }
  getSignature(text, key) {
    const pem = key.key ?? key;
    return crypto.sign('sha256', Buffer.from(text), { key: pem, dsaEncoding: 'ieee-p1363' }).toString('base64');
  }
  verifySignature(text, key, value) {
    return crypto.verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(value, 'base64'));
  }
}

async function sign(version, keyFile, certificateFile, content, wsdl, ownIds) {
  const soap = require('soap');
  const key = fs.readFileSync(keyFile, 'utf8');
  const elliptic = crypto.createPrivateKey(key).asymmetricKeyType === 'ec';
  let message;
  const httpClient = { request: (_url, data, callback) => { message = data; callback(new Error('not sent')); } };
  const client = await soap.createClientAsync(wsdl, { forceSoap12Headers: version === '1.2', httpClient });
  // With ids of our own: soap names its Timestamp "_1", and so would xml-crypto the second part it signs.
  const header = (name, text) =>
    client.addSoapHeader(`<wsa:${name} xmlns:wsa="${ADDRESSING}"${ownIds ? '' : ` Id="${name}"`}>${text}</wsa:${name}>`);
  header('Action', 'http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0/StartTransaction');
  header('MessageID', `urn:uuid:${crypto.randomUUID()}`);
  header('ReplyTo', `<wsa:Address>${ADDRESSING}/anonymous</wsa:Address>`);
  header('To', 'https://registry.test/population');
  const security = new soap.WSSecurityCert(key, fs.readFileSync(certificateFile, 'utf8'), '', {
    hasTimeStamp: true,
    digestAlgorithm: SHA256,
    signatureAlgorithm: elliptic ? ECDSA_SHA256 : undefined,
    additionalReferences: ['wsa:Action', 'wsa:MessageID', 'wsa:ReplyTo', 'wsa:To'],
  });
  security.signer.SignatureAlgorithms[ECDSA_SHA256] = EcdsaSha256;
  client.setSecurity(security);
  await client.StartTransactionAsync({ eServiceID: content }).catch((error) => {
    if (message === undefined) throw error;
  });
  process.stdout.write(message);
}

function verify(certificateFile, ...files) {
  for (const file of files) {
    try {
      verifyOne(certificateFile, file);
      console.log('verified');
    } catch (error) {
      console.log(`refused: ${error.message.split('\n')[0]}`);
    }
  }
}

function verifyOne(certificateFile, file) {
  const { SignedXml } = require('xml-crypto');
  const { DOMParser } = require('@xmldom/xmldom');
  const xml = fs.readFileSync(file, 'utf8');
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  const signature = document.getElementsByTagNameNS('http://www.w3.org/2000/09/xmldsig#', 'Signature')[0];
  const signed = new SignedXml({ publicCert: fs.readFileSync(certificateFile, 'utf8'), getCertFromKeyInfo: () => null });
  signed.SignatureAlgorithms[ECDSA_SHA256] = EcdsaSha256;
  signed.loadSignature(signature);
  if (!signed.checkSignature(xml)) throw new Error('the signature does not verify');
  if (!signed.getSignedReferences().some((part) => /^<[^>]*:?Body[ >]/.test(part))) {
    throw new Error('the Body is not signed');
  }
}

function document(keyFile, certificateFile, content) {
  const { SignedXml } = require('xml-crypto');
  const { DOMImplementation, XMLSerializer } = require('@xmldom/xmldom');
  const tree = new DOMImplementation().createDocument(null, 'document');
  tree.documentElement.appendChild(tree.createElement('name')).appendChild(tree.createTextNode(content));
  const signed = new SignedXml({
    privateKey: fs.readFileSync(keyFile),
    publicCert: fs.readFileSync(certificateFile, 'utf8'),
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  });
  signed.addReference({
    xpath: '/*', uri: '', isEmptyUri: true, digestAlgorithm: SHA256,
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/2001/10/xml-exc-c14n#'],
  });
  signed.computeSignature(new XMLSerializer().serializeToString(tree));
  process.stdout.write(signed.getSignedXml());
}

const [command, ...rest] = process.argv.slice(2);
Promise.resolve().then(() => ({ sign, verify, document })[command](...rest)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
