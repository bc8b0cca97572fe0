import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSDataRef;
import org.apache.ws.security.WSEncryptionPart;
import org.apache.ws.security.WSSConfig;
import org.apache.ws.security.WSSecurityEngine;
import org.apache.ws.security.WSSecurityEngineResult;
import org.apache.ws.security.components.crypto.Merlin;
import org.apache.ws.security.message.WSSecHeader;
import org.apache.ws.security.message.WSSecSignature;
import org.apache.ws.security.message.WSSecTimestamp;
import org.apache.xml.security.encryption.EncryptedKey;
import org.apache.xml.security.encryption.XMLCipher;
import org.apache.xml.security.keys.content.X509Data;
import org.apache.xml.security.signature.ObjectContainer;
import org.apache.xml.security.signature.XMLSignature;
import org.apache.xml.security.transforms.Transforms;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

/**
 * Apache WSS4J as a peer.
 *   sign:   Peer sign SOAP KEY CERTIFICATE CONTENT REFERENCE    the message on standard output
 *   verify: Peer verify AUTHORITY FILE…                         a line each: verified, or why not
 *   issue:  Peer issue KEY CERTIFICATE FILE                     the SAML assertion of the file, signed by Santuario
 *   document:        Peer document KEY CERTIFICATE CONTENT C14N   a XAdES document, signed by Santuario; C14N: its SignedInfo's
 *   verify-document: Peer verify-document AUTHORITY FILE…         a line each: verified, or why not
 *   verify-carried:  Peer verify-carried STS FILE…                a line each: a message by a key that an assertion of STS confirms
 *   carry:  Peer carry SOAP KEY CERTIFICATE CONTENT FILE REFERENCE RECIPIENT [old]   a message with that assertion
 * REFERENCE is how the message names its key: token, issuer-serial, key-identifier or thumbprint; with "+str" the
 * key reference itself is signed too, through the STR-Transform. carry knows token and assertion, the latter by its
 * ID; RECIPIENT is the certificate that the assertion is encrypted for by Santuario, "-" for none.
 * The package has WSS4J without its SAML classes, which need OpenSAML: WSS4J signs and names, Santuario does the rest.
 */
public final class Peer {
    private static final String SERVICE = "http://ivis.eps.gov.lv/ISS/RequestServiss/v1-0";
    private static final String ADDRESSING = "http://www.w3.org/2005/08/addressing";
    private static final String SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/";
    private static final String SOAP12 = "http://www.w3.org/2003/05/soap-envelope";
    private static final String[] HEADERS = {"Action", "MessageID", "ReplyTo", "To"};

    public static void main(String[] arguments) throws Exception {
        WSSConfig.init();
        if (arguments[0].equals("sign")) {
            System.out.write(sign(arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]).getBytes("UTF-8"));
            System.out.flush();
        } else if (arguments[0].equals("issue")) {
            System.out.write(issue(arguments[1], arguments[2], arguments[3]).getBytes("UTF-8"));
            System.out.flush();
        } else if (arguments[0].equals("document")) {
            System.out.write(document(arguments[1], arguments[2], arguments[3], arguments[4]).getBytes("UTF-8"));
            System.out.flush();
        } else if (arguments[0].equals("carry")) {
            System.out.write(carry(arguments).getBytes("UTF-8"));
            System.out.flush();
        } else {
            Logger.getLogger("org.apache").setLevel(Level.OFF);
            for (String file : Arrays.copyOfRange(arguments, 2, arguments.length)) {
                try {
                    if (arguments[0].equals("verify-document")) {
                        verifyDocument(arguments[1], file);
                    } else if (arguments[0].equals("verify-carried")) {
                        verifyCarried(arguments[1], file);
                    } else {
                        verify(arguments[1], file);
                    }
                    System.out.println("verified");
                } catch (Exception refusal) {
                    System.out.println("refused: " + String.valueOf(refusal.getMessage()).split("\\R")[0]);
                }
            }
        }
    }

    /** Parsed, not built: Santuario canonicalises the namespace declarations a DOM holds as attributes. */
    private static Document envelope(String soap, String content) throws Exception {
        String text = "<soap:Envelope xmlns:soap='" + soap + "' xmlns:wsa='" + ADDRESSING + "'><soap:Header>"
            + "<wsa:Action>" + SERVICE + "/StartTransaction</wsa:Action>"
            + "<wsa:MessageID>urn:uuid:" + UUID.randomUUID() + "</wsa:MessageID>"
            + "<wsa:ReplyTo><wsa:Address>" + ADDRESSING + "/anonymous</wsa:Address></wsa:ReplyTo>"
            + "<wsa:To>https://registry.test/population</wsa:To></soap:Header><soap:Body>"
            + "<r:StartTransaction xmlns:r='" + SERVICE + "'><r:eServiceID/></r:StartTransaction>"
            + "</soap:Body></soap:Envelope>";
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(text)));
        document.getElementsByTagNameNS(SERVICE, "eServiceID").item(0).setTextContent(content);
        return document;
    }

    private static String sign(String version, String key, String certificate, String content, String reference)
            throws Exception {
        String soap = version.equals("1.1") ? SOAP11 : SOAP12;
        Document document = envelope(soap, content);
        WSSecHeader security = new WSSecHeader();
        security.insertSecurityHeader(document);
        WSSecTimestamp timestamp = new WSSecTimestamp();
        timestamp.setTimeToLive(300);
        timestamp.build(document, security);

        PrivateKey privateKey = privateKey(key);
        boolean elliptic = privateKey.getAlgorithm().equals("EC");
        WSSecSignature signature = new WSSecSignature();
        signature.setUserInfo("peer", "password");
        signature.setDigestAlgo("http://www.w3.org/2001/04/xmlenc#sha256");
        signature.setSignatureAlgorithm("http://www.w3.org/2001/04/xmldsig-more#" + (elliptic ? "ecdsa" : "rsa") + "-sha256");
        String[] words = reference.split("\\+");
        switch (words[0]) {
            case "issuer-serial": signature.setKeyIdentifierType(WSConstants.ISSUER_SERIAL); break;
            case "key-identifier": signature.setKeyIdentifierType(WSConstants.SKI_KEY_IDENTIFIER); break;
            case "thumbprint": signature.setKeyIdentifierType(WSConstants.THUMBPRINT_IDENTIFIER); break;
            default: signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        }
        List<WSEncryptionPart> parts = new ArrayList<>();
        parts.add(new WSEncryptionPart("Body", soap, "Content"));
        parts.add(new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, "Content"));
        for (String header : HEADERS) parts.add(new WSEncryptionPart(header, ADDRESSING, "Content"));
        if (words.length > 1) parts.add(new WSEncryptionPart("STRTransform", "", "Content"));
        signature.setParts(parts);

        signature.build(document, crypto(privateKey, certificate), security);
        return text(document);
    }

    private static Merlin crypto(PrivateKey key, String certificate) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("peer", key, "password".toCharArray(), new Certificate[] {certificate(certificate)});
        Merlin crypto = new Merlin();
        crypto.setKeyStore(store);
        return crypto;
    }

    private static String text(Document document) throws Exception {
        Transformer transformer = TransformerFactory.newInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        StringWriter text = new StringWriter();
        transformer.transform(new DOMSource(document), new StreamResult(text));
        return text.toString();
    }

    private static Document parsed(InputSource source) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(source);
    }

    /** SAML 2.0 core, 5.4: enveloped, over its own ID, in exclusive canonical form. */
    private static String issue(String key, String certificate, String file) throws Exception {
        Document document = parsed(new InputSource(file));
        Element assertion = document.getDocumentElement();
        assertion.setIdAttribute("ID", true);
        XMLSignatureFactory signatures = XMLSignatureFactory.getInstance("DOM");
        Reference reference = signatures.newReference("#" + assertion.getAttribute("ID"),
            signatures.newDigestMethod(DigestMethod.SHA256, null),
            List.of(signatures.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
                signatures.newTransform(CanonicalizationMethod.EXCLUSIVE, (TransformParameterSpec) null)),
            null, null);
        SignedInfo info = signatures.newSignedInfo(
            signatures.newCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE, (C14NMethodParameterSpec) null),
            signatures.newSignatureMethod("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", null), List.of(reference));
        KeyInfoFactory infos = signatures.getKeyInfoFactory();
        KeyInfo named = infos.newKeyInfo(List.of(infos.newX509Data(List.of(certificate(certificate)))));
        Node after = assertion.getElementsByTagNameNS(WSConstants.SAML2_NS, "Subject").item(0);
        DOMSignContext context = new DOMSignContext(privateKey(key), assertion, after);
        context.setDefaultNamespacePrefix("ds");
        signatures.newXMLSignature(info, named).sign(context);
        return text(document);
    }

    private static final String XADES = "http://uri.etsi.org/01903/v1.3.2#";
    private static final String SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties";
    private static final String DIV = "http://ivis.eps.gov.lv/XMLSchemas/100001/DIV/v1-0";
    private static final String DS = "http://www.w3.org/2000/09/xmldsig#";

    /** Whatever is called Id is one: neither a schema nor a DTD says so. */
    private static void registerIds(Element element) {
        if (element.hasAttribute("Id")) {
            element.setIdAttribute("Id", true);
        }
        for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element) {
                registerIds((Element) child);
            }
        }
    }

    private static String document(String key, String certificate, String content, String c14n) throws Exception {
        X509Certificate signer = (X509Certificate) certificate(certificate);
        String digest = Base64.getEncoder().encodeToString(
            java.security.MessageDigest.getInstance("SHA-512").digest(signer.getEncoded()));
        Document document = parsed(new InputSource(new StringReader("<d:Envelope xmlns:d='" + DIV + "' xmlns:unused='urn:unused'>"
            + "<d:SenderDocument Id='SenderSection'><d:Title/></d:SenderDocument><d:Signatures>"
            + "<x:QualifyingProperties xmlns:x='" + XADES + "' xmlns:ds='" + DS + "' Target='#SenderSignature'>"
            + "<x:SignedProperties Id='props'><x:SignedSignatureProperties><x:SigningTime>2026-11-22T12:00:00+02:00</x:SigningTime>"
            + "<x:SigningCertificate><x:Cert><x:CertDigest><ds:DigestMethod Algorithm='http://www.w3.org/2001/04/xmlenc#sha512'/>"
            + "<ds:DigestValue>" + digest + "</ds:DigestValue></x:CertDigest><x:IssuerSerial><ds:X509IssuerName>"
            + signer.getIssuerX500Principal().getName() + "</ds:X509IssuerName><ds:X509SerialNumber>" + signer.getSerialNumber()
            + "</ds:X509SerialNumber></x:IssuerSerial></x:Cert></x:SigningCertificate></x:SignedSignatureProperties>"
            + "</x:SignedProperties></x:QualifyingProperties></d:Signatures></d:Envelope>")));
        document.getElementsByTagNameNS(DIV, "Title").item(0).setTextContent(content);
        Node properties = document.getElementsByTagNameNS(XADES, "QualifyingProperties").item(0);
        Node into = properties.getParentNode();
        into.removeChild(properties);

        boolean ecdsa = signer.getPublicKey().getAlgorithm().equals("EC");
        XMLSignature made = new XMLSignature(document, "",
            "http://www.w3.org/2001/04/xmldsig-more#" + (ecdsa ? "ecdsa-sha256" : "rsa-sha512"),
            c14n.equals("inclusive") ? Transforms.TRANSFORM_C14N_OMIT_COMMENTS : Transforms.TRANSFORM_C14N_EXCL_OMIT_COMMENTS);
        into.appendChild(made.getElement());
        made.setId("SenderSignature");
        ObjectContainer object = new ObjectContainer(document);
        object.appendChild(properties);
        made.appendObject(object);
        registerIds(document.getDocumentElement());
        String sha512 = "http://www.w3.org/2001/04/xmlenc#sha512";
        made.addDocument("#SenderSection", exclusive(document), sha512);
        made.addDocument("#props", exclusive(document), sha512, null, SIGNED_PROPERTIES);
        made.addKeyInfo(signer);
        made.sign(privateKey(key));
        return text(document);
    }

    private static Transforms exclusive(Document document) throws Exception {
        Transforms transforms = new Transforms(document);
        transforms.addTransform(Transforms.TRANSFORM_C14N_EXCL_OMIT_COMMENTS);
        return transforms;
    }

    private static void verifyDocument(String authority, String file) throws Exception {
        Document document = parsed(new InputSource(file));
        registerIds(document.getDocumentElement());
        XMLSignature read = new XMLSignature((Element) document.getElementsByTagNameNS(DS, "Signature").item(0), "");
        X509Certificate signer = read.getKeyInfo().getX509Certificate();
        signer.verify(certificate(authority).getPublicKey());
        if (!read.checkSignatureValue(signer)) {
            throw new Exception("the signature does not verify");
        }
        if (read.getSignedInfo().getLength() != 2 || !SIGNED_PROPERTIES.equals(read.getSignedInfo().item(1).getType())) {
            throw new Exception("the signature does not cover document and signed properties");
        }
    }

    /** In AES-GCM and OAEP with SHA-256; "old": in AES-CBC and OAEP with SHA-1, the key named as WCF names it. */
    private static void encrypt(Document document, Element assertion, String recipient, boolean old) throws Exception {
        KeyGenerator generator = KeyGenerator.getInstance("AES");
        generator.init(256);
        SecretKey session = generator.generateKey();
        XMLCipher transport = old ? XMLCipher.getInstance(XMLCipher.RSA_OAEP)
            : XMLCipher.getInstance(XMLCipher.RSA_OAEP_11, null, XMLCipher.SHA256);
        transport.init(XMLCipher.WRAP_MODE, certificate(recipient).getPublicKey());
        EncryptedKey key = old ? transport.encryptKey(document, session)
            : transport.encryptKey(document, session, "http://www.w3.org/2009/xmlenc11#mgf1sha256", null);
        X509Certificate named = (X509Certificate) certificate(recipient);
        org.apache.xml.security.keys.KeyInfo whose = new org.apache.xml.security.keys.KeyInfo(document);
        X509Data data = new X509Data(document);
        data.addIssuerSerial(named.getIssuerX500Principal().getName(), named.getSerialNumber());
        if (old) {
            Element reference = document.createElementNS(WSConstants.WSSE_NS, "o:SecurityTokenReference");
            reference.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:o", WSConstants.WSSE_NS);
            reference.appendChild(data.getElement());
            whose.addUnknownElement(reference);
        } else {
            whose.add(data);
        }
        key.setKeyInfo(whose);
        XMLCipher cipher = XMLCipher.getInstance(old ? XMLCipher.AES_256 : XMLCipher.AES_256_GCM);
        cipher.init(XMLCipher.ENCRYPT_MODE, session);
        org.apache.xml.security.keys.KeyInfo info = new org.apache.xml.security.keys.KeyInfo(document);
        info.add(key);
        cipher.getEncryptedData().setKeyInfo(info);
        cipher.doFinal(document, assertion, false);
    }

    private static String carry(String[] words) throws Exception {
        String soap = words[1].equals("1.1") ? SOAP11 : SOAP12;
        Document document = envelope(soap, words[4]);
        WSSecHeader security = new WSSecHeader();
        security.insertSecurityHeader(document);
        WSSecTimestamp timestamp = new WSSecTimestamp();
        timestamp.setTimeToLive(300);
        timestamp.build(document, security);
        Element assertion = (Element) document.importNode(parsed(new InputSource(words[5])).getDocumentElement(), true);
        String id = assertion.getAttribute("ID");
        if (words[7].equals("-")) {
            security.getSecurityHeader().appendChild(assertion);
        } else {
            Element around = document.createElementNS(WSConstants.SAML2_NS, "saml:EncryptedAssertion");
            around.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:saml", WSConstants.SAML2_NS);
            security.getSecurityHeader().appendChild(around);
            around.appendChild(assertion);
            encrypt(document, assertion, words[7], words.length > 8 && words[8].equals("old"));
        }
        WSSecSignature signature = new WSSecSignature();
        signature.setUserInfo("peer", "password");
        signature.setDigestAlgo("http://www.w3.org/2001/04/xmlenc#sha256");
        signature.setSignatureAlgorithm("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
        if (words[6].equals("assertion")) {
            signature.setKeyIdentifierType(WSConstants.CUSTOM_KEY_IDENTIFIER);
            signature.setCustomTokenId(id);
            signature.setCustomTokenValueType(WSConstants.WSS_SAML2_KI_VALUE_TYPE);
        } else {
            signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        }
        List<WSEncryptionPart> parts = new ArrayList<>();
        parts.add(new WSEncryptionPart("Body", soap, "Content"));
        parts.add(new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, "Content"));
        for (String header : HEADERS) parts.add(new WSEncryptionPart(header, ADDRESSING, "Content"));
        signature.setParts(parts);
        signature.build(document, crypto(privateKey(words[2]), words[3]), security);
        return text(document);
    }

    private static void verify(String authority, String file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document document = factory.newDocumentBuilder().parse(new File(file));
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", certificate(authority));
        Merlin crypto = new Merlin();
        crypto.setTrustStore(trusted);
        List<WSSecurityEngineResult> results =
            new WSSecurityEngine().processSecurityHeader(document, null, null, crypto, null);
        if (results == null) throw new Exception("there is no Security header");
        List<Element> covered = new ArrayList<>();
        for (WSSecurityEngineResult result : results) {
            Object references = result.get(WSSecurityEngineResult.TAG_DATA_REF_URIS);
            if (references instanceof List<?>)
                for (Object reference : (List<?>) references) covered.add(((WSDataRef) reference).getProtectedElement());
        }
        Element envelope = document.getDocumentElement();
        for (Element part : parts(envelope))
            if (!covered.contains(part)) throw new Exception(part.getNodeName() + " is not signed");
    }

    /**
     * SAML token profile 1.1, 3.5.1: the assertion is of the STS, the message's signature names it by its ID and verifies
     * with the key that it confirms, and covers the assertion as well.
     */
    private static void verifyCarried(String sts, String file) throws Exception {
        Document document = parsed(new InputSource(file));
        Element security = only(document.getDocumentElement(), WSConstants.WSSE_NS, "Security");
        Element assertion = only(security, WSConstants.SAML2_NS, "Assertion");
        assertion.setIdAttribute("ID", true);
        XMLSignature issued = new XMLSignature(only(assertion, DS, "Signature"), "");
        if (!issued.checkSignatureValue((X509Certificate) certificate(sts)) || !covers(issued, assertion)) {
            throw new Exception("the assertion is not signed by the STS");
        }
        Element confirmed = only(only(assertion, WSConstants.SAML2_NS, "SubjectConfirmationData"), DS, "X509Certificate");
        X509Certificate holder = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(
            new ByteArrayInputStream(Base64.getMimeDecoder().decode(confirmed.getTextContent())));

        List<Element> parts = parts(document.getDocumentElement());
        for (Element part : parts) part.setIdAttributeNS(WSConstants.WSU_NS, "Id", true);
        parts.add(assertion);
        Element own = null;
        for (Node child = security.getFirstChild(); child != null; child = child.getNextSibling())
            if ("Signature".equals(child.getLocalName()) && DS.equals(child.getNamespaceURI())) own = (Element) child;
        Element named = only(only(own, WSConstants.WSSE_NS, "SecurityTokenReference"), WSConstants.WSSE_NS, "KeyIdentifier");
        if (!named.getAttribute("ValueType").equals(WSConstants.WSS_SAML2_KI_VALUE_TYPE)
            || !named.getTextContent().equals(assertion.getAttribute("ID"))) {
            throw new Exception("the signature does not name the assertion");
        }
        XMLSignature made = new XMLSignature(own, "");
        if (!made.checkSignatureValue(holder.getPublicKey())) {
            throw new Exception("the signature does not verify with the confirmed key");
        }
        for (Element part : parts)
            if (!covers(made, part)) throw new Exception(part.getNodeName() + " is not signed");
    }

    /** One of the signature's References is to that very element. */
    private static boolean covers(XMLSignature signature, Element element) throws Exception {
        for (int index = 0; index < signature.getSignedInfo().getLength(); index++)
            if (signature.getSignedInfo().item(index).getNodesetBeforeFirstCanonicalization().getSubNode() == element) return true;
        return false;
    }

    private static Element only(Element within, String space, String name) throws Exception {
        if (within.getElementsByTagNameNS(space, name).getLength() != 1) throw new Exception("not exactly one " + name);
        return (Element) within.getElementsByTagNameNS(space, name).item(0);
    }

    /** What a signature must cover: Body, Timestamp and each WS-Addressing header. */
    private static List<Element> parts(Element envelope) {
        List<Element> parts = new ArrayList<>();
        parts.add((Element) envelope.getElementsByTagNameNS(envelope.getNamespaceURI(), "Body").item(0));
        parts.add((Element) envelope.getElementsByTagNameNS(WSConstants.WSU_NS, "Timestamp").item(0));
        for (String header : HEADERS)
            if (envelope.getElementsByTagNameNS(ADDRESSING, header).getLength() > 0)
                parts.add((Element) envelope.getElementsByTagNameNS(ADDRESSING, header).item(0));
        return parts;
    }

    private static PrivateKey privateKey(String path) throws Exception {
        String text = Files.readString(Path.of(path)).replaceAll("-----[A-Z ]+-----|\\s", "");
        PKCS8EncodedKeySpec key = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text));
        try {
            return KeyFactory.getInstance("RSA").generatePrivate(key);
        } catch (java.security.spec.InvalidKeySpecException notRsa) {
            return KeyFactory.getInstance("EC").generatePrivate(key);
        }
    }

    private static Certificate certificate(String path) throws Exception {
        try (InputStream stream = new FileInputStream(path)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(stream);
        }
    }
}
