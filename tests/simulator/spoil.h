// What makes an answer one that nobody should read, signed or not: README.md, "Faults".
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/simulator/faults.h"
#include "tests/simulator/mtom.h"

namespace tilts::simulator {

// Content of Body, still canonical, so that it can be signed rightly: something is put before its end.
void pad(std::string& content, std::size_t bytes);
void nest(std::string& content, std::size_t deep);
void stuff(std::string& content, std::size_t attributes);
// An element that never ends: no XML, though its bytes are what is signed.
void leave_open(std::string& content);
// The text that the entities of with_entities() stand for, as their reader would expand and digest it.
void expand(std::string& content);

// A text beside the first Include, which has to stand alone; throws std::runtime_error when there is none.
void put_beside_include(std::string& content);

// What becomes of an answer's parts after it was signed. Throws std::runtime_error when it has none.
bool spoils_parts(FaultKind kind);
void spoil_parts(FaultKind kind, std::vector<MimePart>& parts);
// Neither the closing boundary nor the second half of the last part is sent.
void cut(Multipart& whole);

// A whole answer, after it was signed: the text of expand() becomes a reference to an entity made of
// entities, and a DOCTYPE before it all declares them.
std::string with_entities(const std::string& answer);
// Declares UTF-8 and is windows-1257.
std::string in_windows_1257(const std::string& answer);

}  // namespace tilts::simulator
