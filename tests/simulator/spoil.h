// What makes an answer one that nobody should read, signed or not: README.md, "Faults".
#pragma once

#include <cstddef>
#include <string>

namespace tilts::simulator {

// Content of Body, still canonical, so that it can be signed rightly: something is put before its end.
void pad(std::string& content, std::size_t bytes);
void nest(std::string& content, std::size_t deep);
void stuff(std::string& content, std::size_t attributes);
// An element that never ends: no XML, though its bytes are what is signed.
void leave_open(std::string& content);
// The text that the entities of with_entities() stand for, as their reader would expand and digest it.
void expand(std::string& content);

// A whole answer, after it was signed: the text of expand() becomes a reference to an entity made of
// entities, and a DOCTYPE before it all declares them.
std::string with_entities(const std::string& answer);
// Declares UTF-8 and is windows-1257.
std::string in_windows_1257(const std::string& answer);

}  // namespace tilts::simulator
