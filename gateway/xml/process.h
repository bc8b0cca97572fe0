// libxml2 for the whole process: started once, and forbidden to open or fetch anything that a document names.
#pragma once

namespace tilts::xml {

// Made first thing in main, before any thread, and kept until the end. While it lives every external entity,
// DTD, schema include or stylesheet import that a document names is refused: no file is opened and no
// connection made by libxml2, whatever options its caller passes. Files of ours are read by us and parsed
// from memory (xmlReadMemory, xmlCtxtReadMemory).
class Process {
 public:
  Process();
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
};

}  // namespace tilts::xml
