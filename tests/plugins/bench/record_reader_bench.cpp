// RecordReader beside a bare libxml2 SAX2 pass over the same 4 MB of residents, interleaved in one run,
// median of nine, CPU time; and records and requests through the boundary. docs/writing-an-adapter.md#speed
// says how to repeat it.
//   record_reader_bench [--check]    --check: exit 1 when a goal is missed by more than half
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include <libxml/parser.h>

#include "plugins/host/arguments.h"
#include "plugins/host/content.h"
#include "plugins/sdk/record_reader.h"
#include "plugins/sdk/writer.h"

namespace {

namespace sdk = tilts::sdk;
using tilts::sdk::Row;

constexpr size_t page = size_t{4} << 20;
volatile size_t nobody_skips_this = 0;

// About 1 KB a person, as in adapters/population/README.md, in canonical form.
std::string residents() {
  std::string xml =
      "<s:Body xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><p:PersonListResponse "
      "xmlns:p=\"http://ivis.eps.gov.lv/XMLSchemas/100001/Person/v1-0\">";
  for (int number = 0; xml.size() < page; ++number) {
    const std::string code = "99" + std::to_string(100'000'000 + number);
    xml +=
        "<p:Person><p:PersonCode>" + code +
        "</p:PersonCode><p:GivenName>Jānis</p:GivenName><p:Surname>Bērziņš-Ķirsis</p:Surname>"
        "<p:BirthDate>1970-01-01</p:BirthDate><p:Status>active</p:Status><p:Sex>M</p:Sex>"
        "<p:NationalityKind>citizen</p:NationalityKind><p:ResidenceDocument><p:Kind>ID</"
        "p:Kind><p:Issuer>PMLP 1. "
        "nodaļa</p:Issuer><p:IssueDate>2019-05-04</p:IssueDate></"
        "p:ResidenceDocument><p:Address><p:Kind>declared"
        "</p:Kind><p:Code>105123456</p:Code><p:Text>Liepu iela 3 - 12, Piekraste</p:Text><p:PostCode>LV-3701"
        "</p:PostCode><p:Municipality>0001000</p:Municipality><p:From>2011-02-03</p:From></p:Address><p:AsOf>"
        "2026-11-21T03:00:00+02:00</p:AsOf><p:TestData>true</p:TestData></p:Person>";
  }
  return xml + "</p:PersonListResponse></s:Body>";
}

sdk::Shape shape() {
  return {
      .namespaces = {{"s", "http://www.w3.org/2003/05/soap-envelope"},
                     {"p", "http://ivis.eps.gov.lv/XMLSchemas/100001/Person/v1-0"}},
      .root = {
          .name = "",
          .path = "",
          .fields = {},
          .groups = {
              {.name = "person",
               .path = "s:Body/p:PersonListResponse/p:Person",
               .fields = {"p:PersonCode", "p:GivenName", "p:Surname", "p:BirthDate", "p:Status", "p:Sex",
                          "p:NationalityKind", "p:ResidenceDocument/p:Kind", "p:ResidenceDocument/p:Issuer",
                          "p:ResidenceDocument/p:IssueDate", "p:AsOf"},
               .groups = {{.name = "address",
                           .path = "p:Address",
                           .fields = {"p:Kind", "p:Code", "p:Text", "p:PostCode", "p:Municipality", "p:From"},
                           .groups = {}}}}}}};
}

size_t bare_sax(const std::string& xml) {
  size_t elements = 0;
  xmlSAXHandler sax{};
  sax.initialized = XML_SAX2_MAGIC;
  sax.startElementNs = [](void* count, const xmlChar*, const xmlChar*, const xmlChar*, int, const xmlChar**,
                          int, int, const xmlChar**) { ++*static_cast<size_t*>(count); };
  sax.endElementNs = [](void*, const xmlChar*, const xmlChar*, const xmlChar*) {};
  sax.characters = [](void*, const xmlChar*, int) {};
  sax.ignorableWhitespace = sax.characters;
  xmlSAXUserParseMemory(&sax, &elements, xml.data(), static_cast<int>(xml.size()));
  return elements;
}

size_t read_fields(const sdk::RecordReader& reader, const std::string& xml) {
  size_t bytes = 0;
  const auto add = [&](const Row& row) {
    for (size_t field = 0; field < row.size(); ++field) bytes += row[field].size();
  };
  reader.read(xml, [&](const Row& person) {
    add(person);
    for (const Row address : person.children()) add(address);
  });
  return bytes;
}

// One record of twelve fields, judged as the host judges what is emitted; how often a second is what is
// asked.
size_t judge_records(tilts::host::RecordArguments& arguments, size_t count) {
  constexpr std::string_view value = "Bērziņš-Ķirsis";
  std::vector<tilts_field> fields;
  for (uint32_t index = 0; index < 12; ++index) fields.push_back({{value.data(), value.size()}, index, 0});
  const std::string_view key = "01017012345";
  const tilts_record record{
      sizeof(tilts_record), 0, {key.data(), key.size()}, {}, {}, {}, fields.data(), 12, sizeof(tilts_field),
      TILTS_PRESENT,        0};
  size_t bytes = 0;
  for (size_t index = 0; index < count; ++index)
    bytes += arguments.read(record).key.size() + arguments.bytes();
  return bytes;
}

sdk::Writer large_request() {
  sdk::Writer writer;
  const sdk::Namespace p = writer.name("p", "http://ivis.eps.gov.lv/XMLSchemas/100001/Person/v1-0");
  writer.start(p, "PersonListRequest");
  // "<p:PersonCode>01017012345</p:PersonCode>" is 40 bytes
  for (size_t bytes = 0; bytes < page; bytes += 40) writer.element(p, "PersonCode", "01017012345");
  writer.end();
  return writer;
}

// CPU, not wall time: what else the machine does is not measured.
double seconds(const std::function<size_t()>& work) {
  const std::clock_t begin = std::clock();
  nobody_skips_this = nobody_skips_this + work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

}  // namespace

int main(int count, char** arguments) {
  const bool check = count > 1 && std::strcmp(arguments[1], "--check") == 0;
  const std::string xml = residents();
  const sdk::RecordReader reader(shape());
  tilts::host::Descriptor descriptor;
  descriptor.record_types.push_back({"person", "p", {}});
  for (int field = 0; field < 12; ++field) descriptor.record_types[0].fields.push_back({"field", "f"});
  const tilts::host::Limits limits;
  tilts::host::RecordArguments judged(descriptor, limits);

  std::string written;
  const std::vector<std::pair<const char*, std::function<size_t()>>> works{
      {"libxml2 SAX2 pass, 4 MB", [&] { return bare_sax(xml); }},
      {"RecordReader, 17 fields of a person, 4 MB", [&] { return read_fields(reader, xml); }},
      {"100 000 records of 12 fields judged by the host", [&] { return judge_records(judged, 100'000); }},
      {"SDK writer calls of a 4 MB body", [&] { return large_request().bytes().size(); }},
      {"those calls judged by the host",
       [&, calls = std::string(large_request().bytes())] {
         tilts::host::Content::calls(calls);
         return calls.size();
       }},
      {"those calls written as canonical XML",
       [&, content = tilts::host::Content::calls(std::string(large_request().bytes()))] {
         tilts::xml::CanonicalWriter writer;
         writer.reserve(page + page / 4);
         content.write(writer);
         return writer.take().size();
       }},
  };
  std::vector<std::vector<double>> times(works.size());
  for (int round = 0; round < 9; ++round)
    for (size_t work = 0; work < works.size(); ++work) times[work].push_back(seconds(works[work].second));
  const auto median = [&](size_t work) {
    std::nth_element(times[work].begin(), times[work].begin() + 4, times[work].end());
    return times[work][4];
  };
  for (size_t work = 0; work < works.size(); ++work)
    std::printf("%-50s %8.2f ms\n", works[work].first, median(work) * 1e3);
  const double rate = static_cast<double>(xml.size()) / 1e6 / median(1);
  std::printf("RecordReader: %.0f MB/s, %.2f times a bare pass\n", rate, median(1) / median(0));
  return check && rate < 200 / 1.5 ? 1 : 0;
}
