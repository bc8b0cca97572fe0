// The house stands as design and README draw it: includes go one way, and every arrow is in this table.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace tilts {
namespace {

namespace fs = std::filesystem;

// A room, and the rooms it may include beside itself. Ground floor first: a room uses only what stands above
// it here, so that the table itself cannot hold a circle.
const std::vector<std::pair<std::string, std::set<std::string>>> rooms = {
    {"plugins/abi", {}},
    {"plugins/sdk", {"plugins/abi"}},
    {"plugins/request_service", {"plugins/sdk"}},
    {"gateway/base", {}},
    {"gateway/xml", {"gateway/base"}},
    {"gateway/store", {"gateway/base"}},
    {"gateway/targets", {"gateway/base", "gateway/xml"}},
    {"gateway/mapping", {"gateway/base", "gateway/xml", "gateway/targets"}},
    {"gateway/exchange", {"gateway/base", "gateway/xml"}},
    {"plugins/host", {"gateway/base", "gateway/xml", "plugins/abi"}},
    {"gateway/config", {"gateway/base"}},
    {"gateway/registries",
     {"gateway/base", "gateway/config", "gateway/exchange", "gateway/store", "gateway/xml", "plugins/host"}},
    {"gateway/evidence", {"gateway/base", "gateway/exchange", "gateway/store", "gateway/xml"}},
    {"gateway/pull",
     {"gateway/base", "gateway/config", "gateway/exchange", "gateway/mapping", "gateway/registries",
      "gateway/store", "gateway/targets", "gateway/xml", "plugins/host"}},
    {"gateway/push",
     {"gateway/base", "gateway/config", "gateway/exchange", "gateway/mapping", "gateway/registries",
      "gateway/store", "gateway/targets", "gateway/xml", "plugins/host"}},
    {"gateway/schedule", {"gateway/base", "gateway/config", "gateway/pull", "gateway/store"}},
    {"gateway/cli",
     {"gateway/base", "gateway/config", "gateway/evidence", "gateway/exchange", "gateway/mapping",
      "gateway/pull", "gateway/push", "gateway/registries", "gateway/schedule", "gateway/store",
      "gateway/targets", "gateway/xml", "plugins/host"}},
    {"gateway", {"gateway/base", "gateway/cli", "gateway/exchange", "gateway/xml"}},
    {"adapters/echo", {"plugins/sdk"}},
    {"adapters/e_address", {"plugins/sdk"}},
    {"adapters/population", {"plugins/request_service", "plugins/sdk"}},
    {"adapters/rehabilitation_queue", {"plugins/request_service", "plugins/sdk"}},
    {"adapters/vdaa", {"plugins/request_service", "plugins/sdk"}},
    {"tests/simulator", {}},
};

// Files of a room: its folder for most, and the loose files of gateway/ for the thin main.
std::vector<fs::path> files_of(const std::string& room) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(TILTS_SOURCE_DIR) / room)) {
    const std::string extension = entry.path().extension();
    if (extension == ".cpp" || extension == ".h") files.push_back(entry.path());
  }
  return files;
}

std::set<std::string> includes_of(const fs::path& file) {
  static const std::regex include(R"re(^\s*#\s*include\s+"((?:gateway|plugins|adapters|tests)/[^"]*)")re");
  std::set<std::string> found;
  std::ifstream stream(file);
  std::smatch match;
  for (std::string line; std::getline(stream, line);)
    if (std::regex_search(line, match, include))
      found.insert(fs::path(match[1].str()).parent_path().string());
  return found;
}

TEST(Layout, IncludesGoOneWay) {
  for (const auto& [room, may] : rooms)
    for (const fs::path& file : files_of(room))
      for (const std::string& used : includes_of(file))
        EXPECT_TRUE(used == room || used.starts_with(room + "/") || may.contains(used))
            << file << " includes " << used;
}

TEST(Layout, TheTableHoldsNoCircle) {
  std::set<std::string> below;
  for (const auto& [room, may] : rooms) {
    for (const std::string& used : may) EXPECT_TRUE(below.contains(used)) << room << " uses " << used;
    below.insert(room);
  }
}

TEST(Layout, EveryRoomIsInTheTable) {
  std::set<std::string> known;
  for (const auto& [room, may] : rooms) known.insert(room);
  for (const char* wing : {"gateway", "plugins", "adapters"})
    for (const auto& entry : fs::directory_iterator(fs::path(TILTS_SOURCE_DIR) / wing)) {
      const std::string room = std::string(wing) + "/" + entry.path().filename().string();
      EXPECT_TRUE(!entry.is_directory() || known.contains(room)) << room;
    }
}

// Nothing reads what a registry sent outside the rooms that judge it: libxml2 is included by few.
TEST(Layout, OnlyTheseRoomsParseXml) {
  const std::set<std::string> may = {"gateway/xml",     "gateway/exchange", "gateway/config",
                                     "gateway/mapping", "gateway/targets",  "plugins/sdk"};
  static const std::regex include(R"re(^\s*#\s*include\s+<lib(xml|xslt)/)re");
  for (const auto& [room, unused] : rooms) {
    if (may.contains(room) || room == "tests/simulator") continue;
    for (const fs::path& file : files_of(room)) {
      std::ifstream stream(file);
      for (std::string line; std::getline(stream, line);)
        EXPECT_FALSE(std::regex_search(line, include)) << file << ": " << line;
    }
  }
}

std::string read(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Two types of one name in one namespace make a program that links and then dies (basic.def.odr): no compiler
// that sees one file at a time can tell.
TEST(Layout, NoTypeOfARoomHasItsNameTwice) {
  static const std::regex type(R"re(^(?:struct|class|enum class) ([A-Z]\w*)(?: final)?(?: : [^;{]*)? ?\{)re");
  for (const auto& [room, unused] : rooms) {
    std::map<std::string, fs::path> first;
    for (const fs::path& file : files_of(room)) {
      if (file.extension() != ".h") continue;
      std::ifstream stream(file);
      std::smatch match;
      for (std::string line; std::getline(stream, line);)
        if (std::regex_search(line, match, type)) {
          const auto [at, fresh] = first.emplace(match[1].str(), file);
          EXPECT_TRUE(fresh) << match[1].str() << " is in " << at->second << " and in " << file;
        }
    }
  }
}

// Every refusal ends with its place on the page, so the place must be there; and no place without a rule.
TEST(Layout, EveryRefusalHasItsPlaceInTheDocuments) {
  static const std::regex refusal(R"re((?:Refusal|Malformed|too_many)\(\s*"([a-z0-9-]+)")re");
  static const std::regex place(R"re(\n### ([a-z0-9-]+)\n)re");
  std::set<std::string> rules, places;
  const auto collect = [](const std::string& text, const std::regex& what, std::set<std::string>& into) {
    for (std::sregex_iterator at(text.begin(), text.end(), what), end; at != end; ++at)
      into.insert((*at)[1].str());
  };
  for (const char* room : {"gateway/exchange", "gateway/xml"})
    for (const fs::path& file : files_of(room)) collect(read(file), refusal, rules);
  collect(read(fs::path(TILTS_SOURCE_DIR) / "docs/refusals.md"), place, places);
  EXPECT_GT(rules.size(), 40u);
  EXPECT_EQ(places, rules);
}

}  // namespace
}  // namespace tilts
