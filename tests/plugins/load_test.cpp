#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "gateway/base/error.h"
#include "plugins/host/adapter.h"
#include "tests/plugins/fake_services.h"
#include "tests/support/temporary_folder.h"

namespace tilts::host {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::filesystem::path defect(const std::string& name) {
  return std::filesystem::path(DEFECTS_FOLDER) / ("defect_" + name + ".so");
}

std::string refusal(const std::filesystem::path& file) {
  try {
    Library::load(file, "defect");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::config);
    return error.what();
  }
  return "loaded";
}

struct Cause {
  const char* defect;
  const char* sentence;
};

void PrintTo(const Cause& cause, std::ostream* out) { *out << cause.defect; }

class Refused : public testing::TestWithParam<Cause> {};

TEST_P(Refused, WithASentenceOfItsOwn) {
  const std::filesystem::path file = defect(GetParam().defect);
  ASSERT_TRUE(std::filesystem::exists(file));
  EXPECT_THAT(refusal(file),
              AllOf(HasSubstr("adapter defect: " + file.string() + ": "), HasSubstr(GetParam().sentence)));
}

INSTANTIATE_TEST_SUITE_P(
    Library, Refused,
    testing::Values(Cause{"no_symbol", "exports no tilts_adapter"},
                    Cause{"needs_a_function", "needs a function that no library here has"},
                    Cause{"needs_a_library", "needs a library that cannot be opened"},
                    Cause{"wrong_magic", "is not an adapter's descriptor (wrong magic number)"},
                    Cause{"descriptor_too_small", "its descriptor has 64 bytes where version 1.0 has"},
                    Cause{"older_major",
                          "built for version 0 of the contract, this gateway speaks 1; rebuild the adapter"},
                    Cause{"newer_major",
                          "built for version 2 of the contract, this gateway speaks 1; upgrade the gateway"},
                    Cause{"newer_minor", "needs version 1.4 of the contract, this gateway speaks up to 1.3"},
                    Cause{"other_id", "it is the adapter somebody_else, the configuration says defect"},
                    Cause{"id_null", "the name of the adapter is null with a size"},
                    Cause{"id_not_plain", "the name of the adapter is not made of a-z"},
                    Cause{"no_version", "it has no version"},
                    Cause{"no_documentation", "the adapter has no documentation"},
                    Cause{"documentation_not_utf8", "the documentation of the adapter is not UTF-8"},
                    Cause{"setting_name_not_plain", "the name of its settings is not made of a-z"},
                    Cause{"setting_without_documentation", "setting page-size has no documentation"},
                    Cause{"default_not_allowed", "setting page-size must be a whole number from 1 to 20"},
                    Cause{"setting_of_no_kind", "setting page-size is of kind 9"},
                    Cause{"two_settings_of_a_name", "two of its settings are named page-size"},
                    Cause{"two_fields_of_a_name", "two of the fields of person are named code"},
                    Cause{"field_table_cut_short", "its table of the fields of person cannot be read"},
                    Cause{"field_table_crooked", "its table of the fields of person cannot be read"},
                    Cause{"operation_of_no_entry",
                          "operation everyone names entry points that the contract does not have"},
                    Cause{"operation_table_null", "its table of operations cannot be read"},
                    Cause{"no_operation", "it has no operation"},
                    Cause{"entry_point_null", "operation everyone wants the entry point pull, which is null"},
                    Cause{"no_create", "it has no create or no destroy"},
                    Cause{"no_destroy", "it has no create or no destroy"}),
    [](const auto& cause) { return std::string(cause.param.defect); });

TEST(Load, TakesTheLibraryWithoutADefect) {
  const auto library = Library::load(defect("none"), "defect");
  EXPECT_EQ(library->descriptor().version, "1.0.0");
  ASSERT_EQ(library->descriptor().settings.size(), 4u);
  EXPECT_TRUE(library->descriptor().operation("everyone")->pull);
  EXPECT_FALSE(library->descriptor().operation("everyone")->push);
  EXPECT_EQ(library->descriptor().record_types.front().fields.back().name, "text");
}

TEST(Load, TakesALibraryOfVersionOneDotNothing) {
  const auto library = Library::load(defect("first_minor"), "defect");
  EXPECT_EQ(library->descriptor().version, "1.0.0");
  EXPECT_FALSE(library->descriptor().takes_attachments);
}

// An adapter that does not know attachments would leave them out, and nobody would know.
TEST(Load, ALibraryOfVersionOneDotNothingIsHandedNoAttachments) {
  const auto library = Library::load(defect("first_minor"), "defect");
  Adapter adapter(library, {{"who", "us"}});
  FakeServices services;
  const Entry entry{.record = {.type = "person", .key = "1"},
                    .idempotency_key = "k",
                    .attachments = {{"a.pdf", "application/pdf", "bytes", std::string(64, '0')}}};
  try {
    adapter.push(services, "everyone", entry);
    ADD_FAILURE() << "it was handed them";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::config);
    EXPECT_THAT(error.what(), HasSubstr("has no attachments; nothing was sent"));
  }
}

TEST(Load, SaysWhatIsWrongWithTheFile) {
  const support::TemporaryFolder folder;
  EXPECT_THAT(refusal("libtilts_defect.so"), HasSubstr("is not an absolute path"));
  EXPECT_THAT(refusal(folder.path() / "none.so"), HasSubstr("does not exist; install the adapter"));
  EXPECT_THAT(refusal(folder.path()), HasSubstr("is not a file"));
  EXPECT_THAT(refusal(folder.write("text.so", "this is not a library")),
              HasSubstr("is not a shared library of this machine"));
  EXPECT_THAT(refusal(folder.write("empty.so", "")), HasSubstr("is not a shared library of this machine"));
  const std::string open = folder.write("open.so", "");
  ::chmod(open.c_str(), 0666);
  EXPECT_THAT(refusal(open), HasSubstr("may be changed by anybody"));
}

TEST(Load, StaysLoadedWhenEverybodyLetGo) {
  Library::load(defect("none"), "defect").reset();
  // a second load finds the same mapping; were it unloaded, its constants would be gone
  const Descriptor& descriptor = Library::load(defect("none"), "defect")->descriptor();
  static_cast<void>(descriptor);
  std::ifstream maps("/proc/self/maps");
  const std::string all{std::istreambuf_iterator<char>(maps), {}};
  EXPECT_THAT(all, HasSubstr("defect_none.so"));
}

// ---- settings

std::vector<std::string> wrong(const Settings& settings) {
  return problems(Library::load(defect("none"), "defect")->descriptor(), settings);
}

TEST(Settings, AllProblemsAtOnce) {
  EXPECT_THAT(wrong({{"who", "us"}}), testing::IsEmpty());
  EXPECT_THAT(wrong({{"who", "us"}, {"page-size", "20"}, {"mode", "quick"}, {"loud", "yes"}}),
              testing::IsEmpty());
  EXPECT_THAT(
      wrong({{"page-size", "21"}, {"mode", "fast"}, {"loud", "true"}, {"colour", "red"}}),
      testing::UnorderedElementsAre(
          HasSubstr("setting page-size must be a whole number from 1 to 20"),
          HasSubstr("setting mode must be one of slow, quick"), HasSubstr("setting loud must be yes or no"),
          HasSubstr("setting colour is not one of its settings (page-size, mode, who, loud)"),
          HasSubstr("setting who is missing (who asks)")));
  EXPECT_THAT(wrong({{"who", "u"}}),
              testing::ElementsAre(HasSubstr("setting who must be a text of 2 to 8 bytes")));
  for (const char* number : {"", "0", "-1", "1 ", "ten", "1e1", "99999999999999999999"})
    EXPECT_THAT(wrong({{"who", "us"}, {"page-size", number}}), testing::SizeIs(1)) << number;
}

std::string start(const std::string& name, const Settings& settings = {{"who", "us"}}) {
  try {
    const Adapter adapter(Library::load(defect(name), "defect"), settings);
    return "started";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::config);
    return error.what();
  }
}

TEST(Settings, AnAdapterThatDoesNotStartSaysWhy) {
  EXPECT_EQ(start("none"), "started");
  EXPECT_THAT(start("none", {}), HasSubstr("setting who is missing"));
  EXPECT_THAT(start("create_fails"),
              HasSubstr("adapter defect: cannot start: page-size and mode do not go together"));
  EXPECT_THAT(start("create_fails_silently"), HasSubstr("did not start and gave no reason"));
  EXPECT_THAT(start("create_gives_nothing"), HasSubstr("started without an instance"));
}

std::vector<std::string> types_of(const Descriptor& descriptor) {
  std::vector<std::string> names;
  for (const RecordType& type : descriptor.record_types) names.push_back(type.name);
  return names;
}

TEST(Declaration, OfAnInstanceTakesThePlaceOfTheLibrarys) {
  const auto library = Library::load(defect("declares"), "defect");
  EXPECT_TRUE(library->descriptor().declares_itself);
  EXPECT_EQ(types_of(library->descriptor()), std::vector<std::string>{"person"});
  EXPECT_EQ(types_of(declared(library, {{"who", "us"}})), std::vector<std::string>{"lookup"});
  EXPECT_EQ(types_of(library->descriptor()), std::vector<std::string>{"person"}) << "each its own";
}

TEST(Declaration, OfALibraryThatHasNoneIsItsDescriptor) {
  for (const char* name : {"none", "first_minor", "declares_by_an_older_version"}) {
    const auto library = Library::load(defect(name), "defect");
    EXPECT_FALSE(library->descriptor().declares_itself) << name;
    EXPECT_EQ(types_of(declared(library, {{"who", "us"}})), std::vector<std::string>{"person"}) << name;
  }
}

TEST(Declaration, ThatIsWrongSaysWhatIsWrong) {
  EXPECT_THAT(start("declare_fails"), HasSubstr("adapter defect: line 3: nobody declares the prefix b"));
  EXPECT_THAT(start("declaration_crooked"), HasSubstr("its table of record types cannot be read"));
  EXPECT_THAT(start("declaration_name_not_plain"), HasSubstr("the name of its record types is not made of"));
}

}  // namespace
}  // namespace tilts::host
