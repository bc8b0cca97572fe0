// Signatures of documents: XAdES-BES (ETSI TS 101 903 v1.3.2) over one element of a document that stands
// alone.
#pragma once

#include <string>

#include "tests/simulator/clock.h"
#include "tests/simulator/dom.h"
#include "tests/simulator/profile.h"
#include "tests/simulator/signers.h"

namespace tilts::simulator {

// An element as a document of its own: what was declared around it does not reach it. Throws
// std::runtime_error when it cannot stand so.
Document stand_alone(const xmlNode* element);

// Throws std::runtime_error unless the one signature of the document has the profile's form, covers its
// element, names the certificate it was made with, and that leads to an anchor.
void demand_document(xmlDoc* document, const DocumentForm& form, Signers& signers, Clock::Time now);

// ds:Signature over the element with that Id. `canonical`: the element in exclusive C14N; `declared`: the
// namespaces that the document's root declares beyond it, as canonical text (" xmlns:d=…").
std::string sign_element(const DocumentForm& form, const SigningKey& key, const std::string& id,
                         const std::string& canonical, const std::string& declared, Clock::Time now);

}  // namespace tilts::simulator
