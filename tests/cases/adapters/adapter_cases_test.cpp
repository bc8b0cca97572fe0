// Walks adapters/*/cases/*. With TILTS_WRITE_CASES set, what came out is written into the case for a person
// to read, and the test fails all the same.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlsave.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"
#include "plugins/host/adapter.h"
#include "tests/cases/adapters/case.h"
#include "tests/cases/adapters/replay.h"

namespace tilts::cases {
namespace {

namespace fs = std::filesystem;

std::string indented(const std::string& xml) {
  const Handle<xmlDoc, xmlFreeDoc> document(xmlReadMemory(xml.data(), static_cast<int>(xml.size()), nullptr,
                                                          nullptr, XML_PARSE_NOBLANKS | XML_PARSE_NONET));
  const Handle<xmlBuffer, xmlBufferFree> buffer(xmlBufferCreate());
  xmlSaveCtxt* save =
      xmlSaveToBuffer(buffer.get(), "UTF-8", XML_SAVE_FORMAT | XML_SAVE_NO_DECL | XML_SAVE_NO_EMPTY);
  xmlSaveDoc(save, document.get());
  xmlSaveClose(save);
  return reinterpret_cast<const char*>(xmlBufferContent(buffer.get()));
}

void write(const fs::path& file, const std::string& text) {
  if (text.empty())
    fs::remove(file);
  else
    std::ofstream(file, std::ios::binary) << text;
}

host::Ended enter(host::Adapter& adapter, const Case& data, Replay& replay) {
  switch (data.enter) {
    case Enter::push:
      return adapter.push(replay, data.operation, data.entry);
    case Enter::inquire:
      return adapter.inquire(replay, data.operation, data.entry);
    case Enter::resume:
      return adapter.resume(replay, data.operation, nullptr, data.token);
    default:
      return adapter.pull(replay, data.operation, data.cursor);
  }
}

class AdapterCase : public testing::TestWithParam<fs::path> {};

TEST_P(AdapterCase, AsksAndTakesAsItsFilesSay) {
  const Case data = read_case(GetParam());
  const auto library =
      host::Library::load(fs::path(ADAPTER_LIBRARIES) / host::Library::file_name(data.adapter), data.adapter);
  Replay replay(data, fs::path(ADAPTER_SOURCES) / data.adapter / data.profile);
  std::string error;
  try {
    host::Adapter adapter(library, data.settings);
    const host::Ended ended = enter(adapter, data, replay);
    EXPECT_EQ(ended, replay.parked() ? host::Ended::parked : host::Ended::done);
  } catch (const Error& thrown) {
    error = std::string(name(thrown.code())) + ": " + thrown.what() + '\n';
  }

  for (const auto& [exchange, body] : replay.requests())
    EXPECT_EQ(packed(data.read(exchange + ".request.xml")), packed(body)) << exchange;
  for (const auto& entry : fs::directory_iterator(data.folder)) {
    const std::string file = entry.path().filename().string();
    if (!file.ends_with(".request.xml")) continue;
    EXPECT_TRUE(replay.requests().contains(file.substr(0, file.find(".request.xml"))))
        << file << " was not asked";
  }
  EXPECT_EQ(data.read("records.txt"), replay.kept());
  EXPECT_EQ(data.read("error.txt"), error);

  if (std::getenv("TILTS_WRITE_CASES") != nullptr) {
    for (const auto& [exchange, body] : replay.requests())
      write(data.folder / (exchange + ".request.xml"), indented(body));
    write(data.folder / "records.txt", replay.kept());
    write(data.folder / "error.txt", error);
    FAIL() << "written into " << data.folder << "; read it before you commit it";
  }
}

std::string test_name(const testing::TestParamInfo<fs::path>& info) {
  const fs::path home = info.param.parent_path().parent_path();
  std::string result = home.filename().string() + "_" + info.param.filename().string();
  std::ranges::replace_if(
      result, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return result;
}

INSTANTIATE_TEST_SUITE_P(All, AdapterCase, testing::ValuesIn(case_folders(ADAPTER_SOURCES)), test_name);

// An error sentence is read by people who may not see whom it is about.
TEST(AdapterCases, NoSentenceNamesAPerson) {
  std::set<std::string> with_error;
  for (const fs::path& folder : case_folders(ADAPTER_SOURCES)) {
    const Case data = read_case(folder);
    const std::string error = data.read("error.txt");
    if (!error.empty()) with_error.insert(data.adapter);
    for (const std::string& code : data.roster) EXPECT_EQ(error.find(code), std::string::npos) << folder;
    // shorter values stand in any sentence
    for (const Field& field : data.entry.record.fields)
      EXPECT_TRUE(field.value.size() < 5 || error.find(field.value) == std::string::npos)
          << folder << ": " << field.name;
  }
  EXPECT_TRUE(with_error.contains("population"));
  EXPECT_TRUE(with_error.contains("rehabilitation_queue"));
}

}  // namespace
}  // namespace tilts::cases
