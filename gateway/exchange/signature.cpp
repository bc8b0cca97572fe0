#include "gateway/exchange/signature.h"

#include <sstream>

#include "gateway/exchange/names.h"
#include "gateway/exchange/refusal.h"
#include "gateway/xml/base64.h"
#include "gateway/xml/document.h"

namespace tilts::exchange {
namespace {

[[noreturn]] void malformed(const std::string& what) {
  throw Refusal("signature-form", "the signature is not formed as XML-DSig 4 demands: " + what);
}

// Takes the children one after another, so that what is missing, doubled or foreign has no place to hide.
class Children {
 public:
  explicit Children(const xmlNode* parent) : children_(xml::elements(parent)), parent_(parent) {
    if (!xml::has_only_elements(parent)) malformed("text among the children of " + name());
  }

  xmlNode* take(std::string_view local) {
    xmlNode* child = take_if(local);
    if (child == nullptr) malformed(name() + " lacks " + std::string(local) + " in its place");
    return child;
  }

  xmlNode* take_if(std::string_view local) {
    if (next_ == children_.size() || !xml::is(children_[next_], names::ds, local)) return nullptr;
    return children_[next_++];
  }

  void end() const {
    if (next_ != children_.size()) malformed(name() + " has a child it has no place for");
  }

 private:
  std::string name() const { return std::string(xml::local_name(parent_)); }

  std::vector<xmlNode*> children_;
  const xmlNode* parent_;
  size_t next_ = 0;
};

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string algorithm(const xmlNode* node) {
  std::string uri = xml::attribute(node, "", "Algorithm");
  if (uri.empty()) malformed(std::string(xml::local_name(node)) + " names no Algorithm");
  return uri;
}

bool has_known_form(std::string_view algorithm) {
  return algorithm == names::exclusive_c14n || algorithm == names::inclusive_c14n ||
         algorithm == names::enveloped_signature || algorithm == names::str_transform;
}

Transform read_transform(const xmlNode* node) {
  Transform transform{.algorithm = algorithm(node), .prefixes = {}, .inner = {}};
  if (!has_known_form(transform.algorithm)) return transform;  // for a rule to refuse by its name
  for (const xmlNode* child : xml::elements(node)) {
    if (transform.algorithm == names::exclusive_c14n && transform.prefixes.empty() &&
        xml::is(child, names::exclusive_c14n, "InclusiveNamespaces")) {
      transform.prefixes = words(xml::attribute(child, "", "PrefixList"));
    } else if (transform.algorithm == names::str_transform && transform.inner.empty() &&
               xml::is(child, names::wsse, "TransformationParameters")) {
      const auto methods = xml::elements(child);
      if (methods.size() != 1 || !xml::is(methods[0], names::ds, "CanonicalizationMethod") ||
          !xml::elements(methods[0]).empty())
        malformed("TransformationParameters names something else than one plain CanonicalizationMethod");
      transform.inner = algorithm(methods[0]);
    } else {
      malformed("a Transform has a parameter it has no place for");
    }
  }
  return transform;
}

Reference read_reference(xmlNode* node) {
  Reference reference{.node = node,
                      .has_uri = xml::has_attribute(node, "", "URI"),
                      .uri = xml::attribute(node, "", "URI"),
                      .type = xml::attribute(node, "", "Type"),
                      .transforms = {},
                      .digest_method = {},
                      .target = nullptr};
  Children children(node);
  if (const xmlNode* transforms = children.take_if("Transforms")) {
    Children each(transforms);
    while (const xmlNode* transform = each.take_if("Transform"))
      reference.transforms.push_back(read_transform(transform));
    each.end();
  }
  reference.digest_method = algorithm(children.take("DigestMethod"));
  children.take("DigestValue");
  children.end();
  return reference;
}

}  // namespace

Signature read_signature(xmlNode* node) {
  Signature signature;
  signature.node = node;
  Children children(node);
  signature.signed_info = children.take("SignedInfo");
  const auto value = xml::base64_decode(xml::text(children.take("SignatureValue")));
  if (!value || value->empty()) malformed("SignatureValue is not base64");
  signature.value = *value;
  signature.key_info = children.take_if("KeyInfo");
  while (children.take_if("Object") != nullptr) {
  }
  children.end();

  Children info(signature.signed_info);
  signature.canonicalization = read_transform(info.take("CanonicalizationMethod"));
  const xmlNode* method = info.take("SignatureMethod");
  signature.method = algorithm(method);
  signature.method_has_parameter = !xml::elements(method).empty();
  while (xmlNode* reference = info.take_if("Reference"))
    signature.references.push_back(read_reference(reference));
  info.end();
  return signature;
}

}  // namespace tilts::exchange
