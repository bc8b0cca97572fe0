#include "gateway/config/reader.h"

#include <charconv>
#include <fstream>
#include <string>
#include <utility>

#include <date/tz.h>
#include <fmt/format.h>
#include <libxml/xmlschemastypes.h>

#include "gateway/base/error.h"
#include "gateway/base/handle.h"

namespace tilts::config {
namespace {

using XmlText = std::unique_ptr<xmlChar, decltype([](xmlChar* text) { xmlFree(text); })>;

std::string_view view(const xmlChar* text) {
  return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view{};
}

const xmlChar* xml(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

// xs:token: the parser leaves outer and doubled blanks in, the schema ignores them, so must the value.
std::string collapsed(const xmlChar* text) {
  const XmlText shorter(xmlSchemaCollapseString(text));
  return std::string(view(shorter ? shorter.get() : text));
}

// One element, seen as its attributes. The schema proved that what is required is there and has its form.
class Element {
 public:
  Element(const xmlNode* node, const std::filesystem::path& file, std::vector<Problem>& problems)
      : node_(node), file_(file), problems_(problems) {}

  std::string_view name() const { return view(node_->name); }
  int line() const { return static_cast<int>(xmlGetLineNo(node_)); }
  void problem(std::string sentence) const {
    problems_.push_back({file_.string(), line(), std::move(sentence)});
  }

  bool has(const char* attribute) const { return xmlHasProp(node_, xml(attribute)) != nullptr; }

  std::string text(const char* attribute) const {
    const XmlText value(xmlGetNoNsProp(node_, xml(attribute)));
    return value ? collapsed(value.get()) : std::string();
  }

  std::string content() const {
    const XmlText value(xmlNodeGetContent(node_));
    return value ? collapsed(value.get()) : std::string();
  }

  std::string path(const char* attribute) const {
    return has(attribute) ? absolute(text(attribute)) : std::string();
  }

  std::string connection(const char* attribute) const {
    constexpr std::string_view sqlite = "sqlite:";
    std::string value = text(attribute);
    if (value.starts_with(sqlite)) return std::string(sqlite) + absolute(value.substr(sqlite.size()));
    if (value.find("password=") != std::string::npos)
      problem("a password has no place in the configuration; put it into a file and say passfile=FILE");
    return value;
  }

  template <typename Number>
  Number number(const char* attribute) const {
    const std::string value = text(attribute);
    Number result{};
    std::from_chars(value.data() + (value.starts_with('+') ? 1 : 0), value.data() + value.size(), result);
    return result;
  }

  // A value that `parse` reads or refuses with an Error; then the problem is kept and a default goes on.
  template <typename Parse>
  auto parsed(const char* attribute, Parse parse) const -> decltype(parse(std::string_view{})) {
    const std::string value = text(attribute);
    try {
      return parse(value);
    } catch (const Error& error) {
      problem(fmt::format("{} \"{}\": {}", attribute, value, error.what()));
      return {};
    }
  }

  std::optional<std::chrono::minutes> time_of_day(const char* attribute) const {
    if (!has(attribute)) return std::nullopt;
    const std::string value = text(attribute);
    return std::chrono::hours{std::stoi(value.substr(0, 2))} +
           std::chrono::minutes{std::stoi(value.substr(3, 2))};
  }

  template <typename Visit>
  void each(Visit visit) const {
    for (const xmlNode* child = node_->children; child; child = child->next)
      if (child->type == XML_ELEMENT_NODE) visit(Element(child, file_, problems_));
  }

 private:
  std::string absolute(const std::string& path) const {
    const std::filesystem::path whole = (file_.parent_path() / path).lexically_normal();
    return (whole.has_filename() ? whole : whole.parent_path()).string();  // "out/" is "out"
  }

  const xmlNode* node_;
  const std::filesystem::path& file_;
  std::vector<Problem>& problems_;
};

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> all;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    all.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return all;
}

void add_path(std::vector<std::string>& paths, const Element& element, const char* attribute) {
  if (element.has(attribute)) paths.push_back(element.path(attribute));
}

// An adapter opens no file: what stands in one is read here and handed over.
Setting setting(const Element& element) {
  Setting read{element.text("name"), element.content(), element.path("file")};
  if (read.file.empty()) return read;
  if (!read.value.empty()) element.problem("setting " + read.name + " has a file and a text; keep one");
  std::error_code none;
  const bool is_file = std::filesystem::is_regular_file(read.file, none);  // reading a folder throws
  std::ifstream stream;
  if (is_file) stream.open(read.file, std::ios::binary);
  if (stream.is_open()) read.value.assign(std::istreambuf_iterator<char>(stream), {});
  if (!stream.is_open() || !stream)
    element.problem("setting " + read.name + ": " + read.file + " cannot be read; correct file=\"…\"");
  return read;
}

void read_service(const Element& element, ServiceSettings& read) {
  read.line = element.line();
  read.profile = element.path("profile");
  read.endpoint = element.text("endpoint");
  element.each([&](const Element& part) {
    if (part.name() == "tls") {
      add_path(read.tls_anchors, part, "anchor");
    } else if (part.name() == "trust") {
      add_path(read.anchors, part, "anchor");
      add_path(read.pinned, part, "pinned");
      add_path(read.crls, part, "crl");
      add_path(read.certificates, part, "certificates");
      if (!part.has("anchor") && !part.has("pinned") && !part.has("crl") && !part.has("certificates"))
        part.problem("trust says nothing; give it anchor, pinned, crl or certificates");
    }
  });
}

RegistrySettings registry(const Element& element) {
  RegistrySettings read;
  read_service(element, read);
  read.name = element.text("name");
  read.adapter = element.text("adapter");
  element.each([&](const Element& part) {
    if (part.name() == "identity") {
      read.identities.push_back({part.line(), part.path("certificate"), part.path("key"),
                                 part.parsed("active-from", parse_time), part.path("passphrase-file")});
    } else if (part.name() == "token-service") {
      read_service(part, read.token_service.emplace());
    } else if (part.name() == "setting") {
      read.settings.push_back(setting(part));
    }
  });
  return read;
}

LegalBasis legal_basis(const Element& element) {
  LegalBasis read;
  read.line = element.line();
  read.id = element.text("id");
  read.law = element.text("law");
  read.contract = element.text("contract");
  read.valid_from = element.parsed("valid-from", parse_date);
  read.valid_to = element.parsed("valid-to", parse_date);
  read.registry = element.text("registry");
  read.operations = words(element.text("operations"));
  return read;
}

ScheduleSettings schedule(const Element& element) {
  ScheduleSettings read;
  read.cron = element.parsed("cron", Cron::parse);
  read.zone = element.parsed("zone", [](std::string_view zone) {
    day_in(zone, Time{});  // throws when the tz database has no such zone
    return std::string(zone);
  });
  read.missed = element.text("missed") == "skip" ? Missed::skip : Missed::catch_up;
  read.latest_start = element.time_of_day("latest-start");
  read.deliver_by = element.time_of_day("deliver-by");
  return read;
}

RosterSettings roster(const Element& element) {
  RosterSettings read;
  read.csv = element.path("csv");
  read.sql = element.text("sql");
  read.connection = element.has("connection") ? element.connection("connection") : std::string();
  read.leavers_kept = std::chrono::days{element.number<unsigned>("leavers-kept-days")};
  read.none = element.text("none");
  if (!read.csv.empty() + !read.sql.empty() + !read.none.empty() != 1)
    element.problem(
        "a roster comes from one place: say csv, or sql with connection; or none=\"why the job needs none\"");
  else if (read.sql.empty() != read.connection.empty())
    element.problem("sql and connection go together; csv and none have neither");
  return read;
}

JobSettings job(const Element& element) {
  JobSettings read;
  read.line = element.line();
  read.name = element.text("name");
  read.registry = element.text("registry");
  read.operation = element.text("operation");
  read.legal_basis = element.text("legal-basis");
  read.snapshot = element.text("snapshot") == "yes";
  read.joiners_from_the_beginning = element.text("joiners") == "from-the-beginning";
  read.population = element.text("population");
  element.each([&](const Element& part) {
    if (part.name() == "schedule") {
      read.schedule = schedule(part);
    } else if (part.name() == "guard") {
      read.guard = {part.number<long>("removals"), part.number<double>("removals-percent"),
                    part.number<double>("changes-percent")};
    } else if (part.name() == "documents") {
      read.documents = {part.line(), part.path("folder"), part.number<uint64_t>("quota-megabytes")};
    } else if (part.name() == "deliver") {
      read.deliveries.push_back({part.line(), part.path("mapping"), part.text("target")});
    } else {
      read.roster = roster(part);
    }
  });
  return read;
}

IntakeSettings intake(const Element& element) {
  IntakeSettings read;
  read.line = element.line();
  read.name = element.text("name");
  read.registry = element.text("registry");
  read.legal_basis = element.text("legal-basis");
  read.folder = element.path("folder");
  read.connection = element.has("connection") ? element.connection("connection") : std::string();
  read.table = element.text("table");
  if (read.folder.empty() == read.connection.empty() || read.connection.empty() != read.table.empty())
    element.problem("entries come from one place: say folder, or connection and table");
  read.schema = element.path("schema");
  read.rules = element.path("rules");
  read.population = element.text("population");
  read.every = std::chrono::seconds{element.number<unsigned>("every-seconds")};
  read.kept = std::chrono::days{element.number<unsigned>("kept-days")};
  read.evidence_kept = std::chrono::days{element.number<unsigned>("evidence-days")};
  return read;
}

TargetSettings target(const Element& element) {
  TargetSettings read;
  read.line = element.line();
  read.name = element.text("name");
  const std::string kind = element.text("kind");
  read.kind = kind == "xml"      ? TargetKind::xml
              : kind == "ndjson" ? TargetKind::ndjson
              : kind == "sql"    ? TargetKind::sql
                                 : TargetKind::csv;
  read.encoding = element.text("encoding") == "windows-1257" ? Encoding::windows_1257 : Encoding::utf_8;
  read.reader = element.text("reader") == "program" ? Reader::program : Reader::people;
  read.folder = element.path("folder");
  read.stylesheet = element.path("stylesheet");
  read.schema = element.path("schema");
  read.connection = element.has("connection") ? element.connection("connection") : std::string();
  read.table = element.text("table");

  const auto refuse_other = [&](std::initializer_list<const char*> attributes) {
    for (const char* attribute : attributes)
      if (element.has(attribute))
        element.problem(fmt::format("target {}: a {} target has no {}", read.name, kind, attribute));
  };
  const auto demand = [&](const char* attribute) {
    if (!element.has(attribute))
      element.problem(fmt::format("target {}: a {} target needs {}", read.name, kind, attribute));
  };
  if (read.kind == TargetKind::sql) {
    demand("connection");
    demand("table");
    refuse_other({"folder", "stylesheet", "schema"});
  } else {
    demand("folder");
    refuse_other({"connection", "table"});
    if (read.kind != TargetKind::xml) refuse_other({"stylesheet", "schema"});
  }
  if (read.kind != TargetKind::csv)
    refuse_other({"encoding", "reader"});  // the others are UTF-8 for programs
  return read;
}

}  // namespace

Configuration read_configuration(const xmlDoc& document, const std::filesystem::path& file,
                                 std::vector<Problem>& problems) {
  const Element root(xmlDocGetRootElement(&document), file, problems);
  Configuration read;
  read.file = file.string();
  read.environment = root.text("environment") == "production" ? Environment::production : Environment::test;
  read.municipality = root.text("municipality");
  root.each([&](const Element& part) {
    const std::string_view name = part.name();
    if (name == "store") {
      read.store = {part.connection("connection"), std::chrono::days{part.number<unsigned>("evidence-days")},
                    std::chrono::months{part.number<unsigned>("audit-months")}};
      if (part.has("submissions-days"))
        read.store.submissions_kept = std::chrono::days{part.number<unsigned>("submissions-days")};
    } else if (name == "master-key") {
      read.master_key = part.path("file");
    } else if (name == "findings") {
      read.findings_folder = part.path("folder");
    } else if (name == "checkpoints") {
      read.checkpoints_folder = part.path("folder");
    } else if (name == "send-journal") {
      if (!read.send_journal.empty()) part.problem("the send-journal is said twice; keep one");
      read.send_journal = part.path("file");
    } else if (name == "heartbeat") {
      read.heartbeat = part.path("file");
    } else if (name == "alarm") {
      read.alarm_command = part.text("command");
    } else if (name == "adapters") {
      read.adapters_folder = part.path("folder");
      read.adapter_silence = std::chrono::seconds{part.number<unsigned>("silence-seconds")};
    } else if (name == "registry") {
      read.registries.push_back(registry(part));
    } else if (name == "legal-basis") {
      read.legal_bases.push_back(legal_basis(part));
    } else if (name == "job") {
      read.jobs.push_back(job(part));
    } else if (name == "intake") {
      read.intakes.push_back(intake(part));
    } else if (name == "target") {
      read.targets.push_back(target(part));
    }
  });
  return read;
}

}  // namespace tilts::config
