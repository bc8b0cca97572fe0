#include "adapters/vdaa/lookup.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "plugins/sdk/text.h"

namespace tilts::vdaa {
namespace {

using sdk::Failure;
using sdk::XmlElement;

constexpr int64_t most_people = 1000;

std::string the_attribute(const XmlElement& element, std::string_view name) {
  const std::string* value = element.attribute(name);
  if (value == nullptr || value->empty())
    throw wrong(element.line, "<" + element.local + "> has no " + std::string(name) + "; write it");
  return *value;
}

std::string maybe(const XmlElement& element, std::string_view name) {
  const std::string* value = element.attribute(name);
  return value == nullptr ? std::string() : *value;
}

// What nobody reads is a mistake of whoever wrote it.
void only(const XmlElement& element, const std::set<std::string_view>& attributes,
          const std::set<std::string_view>& children) {
  for (const sdk::XmlAttribute& one : element.attributes)
    if (!one.uri.empty() || !attributes.contains(one.local))
      throw wrong(element.line, "<" + element.local + "> knows no " + one.local + "; take it out");
  for (const XmlElement& child : element.children)
    if (child.uri != lookup_namespace || !children.contains(child.local))
      throw wrong(child.line, "<" + child.local + "> cannot stand in <" + element.local + ">; take it out");
}

const XmlElement& the_child(const XmlElement& element, std::string_view name) {
  const XmlElement* found = nullptr;
  for (const XmlElement& child : element.children) {
    if (child.local != name) continue;
    if (found != nullptr) throw wrong(child.line, "a second <" + child.local + ">; keep one");
    found = &child;
  }
  if (found == nullptr)
    throw wrong(element.line, "<" + element.local + "> has no <" + std::string(name) + ">; write it");
  return *found;
}

bool is_plain(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string the_name(const XmlElement& element, std::string_view attribute, std::set<std::string>& taken) {
  const std::string name = the_attribute(element, attribute);
  if (!is_plain(name))
    throw wrong(element.line, std::string(attribute) + " " + name + " is not made of a-z, 0-9, '_' and '-'");
  if (!taken.insert(name).second)
    throw wrong(element.line, "two have the " + std::string(attribute) + " " + name + "; rename one");
  return name;
}

// Paths, and the namespaces that they name.
class Paths {
 public:
  // "b:Person/b:Code", "b:Amount/@currency"
  std::string judged(const XmlElement& element, std::string_view attribute) {
    const std::string path = the_attribute(element, attribute);
    for (size_t begin = 0; begin <= path.size();) {
      const size_t end = std::min(path.find('/', begin), path.size());
      step(element, std::string(attribute), path, path.substr(begin, end - begin), end == path.size());
      begin = end + 1;
    }
    return path;
  }

  std::vector<sdk::Prefix> namespaces;

 private:
  void step(const XmlElement& element, const std::string& attribute, const std::string& path,
            std::string name, bool last) {
    const auto refuse = [&](const std::string& why) {
      throw wrong(element.line, attribute + " " + path + ": " + why);
    };
    if (name.starts_with('@')) {
      if (!last) refuse("an attribute can only be its last step");
      name.erase(0, 1);
    }
    const size_t colon = name.find(':');
    const std::string local = colon == std::string::npos ? name : name.substr(colon + 1);
    if (local.empty() || local.find(':') != std::string::npos ||
        local.find_first_of(" \t@") != std::string::npos)
      refuse("a step is empty or no name; write prefix:Name, '/' between steps");
    if (colon == std::string::npos) return;
    const std::string prefix = name.substr(0, colon);
    const auto declared = element.prefixes.find(prefix);
    if (declared == element.prefixes.end())
      refuse("nobody declares the prefix " + prefix + "; declare it with xmlns:" + prefix);
    if (prefix == "s" || prefix == "r" || prefix == "i")
      refuse("the prefix " + prefix + " is the hub's envelope's; choose another");
    for (const sdk::Prefix& known : namespaces)
      if (known.prefix == prefix) {
        if (known.uri != declared->second)
          refuse("the prefix " + prefix + " means two namespaces in the paths");
        return;
      }
    namespaces.push_back({prefix, declared->second});
  }
};

// The place of a path in a group; what is read twice has one place.
size_t slot(sdk::Group& group, const std::string& path) {
  const auto found = std::ranges::find(group.fields, path);
  const auto place = static_cast<size_t>(found - group.fields.begin());
  if (found == group.fields.end()) group.fields.push_back(path);
  return place;
}

Kind read_kind(const XmlElement& record, sdk::Group& group, Paths& paths, std::set<std::string>& types) {
  only(record, {"type", "documentation", "each", "key"}, {"field"});
  Kind kind;
  kind.type = the_name(record, "type", types);
  kind.documentation = the_attribute(record, "documentation");
  std::set<std::string> names;
  for (const XmlElement& field : record.children) {
    only(field, {"name", "documentation", "path", "day"}, {});
    const std::string day = maybe(field, "day");
    if (!day.empty() && day != "yes" && day != "no") throw wrong(field.line, "day is neither yes nor no");
    kind.fields.push_back({the_name(field, "name", names), the_attribute(field, "documentation"),
                           slot(group, paths.judged(field, "path")), day == "yes"});
  }
  if (kind.fields.empty()) throw wrong(record.line, "record " + kind.type + " has no <field>; write one");
  return kind;
}

void read_answer(const XmlElement& answer, Lookup& to) {
  only(answer, {"person", "code", "unknown", "as-of", "total"}, {"record"});
  Paths paths;
  std::set<std::string> types;
  sdk::Group person{.name = "person", .path = paths.judged(answer, "person"), .fields = {}, .groups = {}};
  to.code_slot = slot(person, paths.judged(answer, "code"));
  to.as_of_slot = slot(person, paths.judged(answer, "as-of"));
  bool own = false;
  for (const XmlElement& record : answer.children) {
    if (maybe(record, "each").empty()) {
      if (own) throw wrong(record.line, "a second <record> without each: a person has one of its own");
      if (!maybe(record, "key").empty())
        throw wrong(record.line, "a person's own record has no key; take it out, or write each");
      to.person = read_kind(record, person, paths, types);
      own = true;
      continue;
    }
    sdk::Group one{.name = std::to_string(to.of_person.size()),
                   .path = paths.judged(record, "each"),
                   .fields = {},
                   .groups = {}};
    const size_t key = slot(one, paths.judged(record, "key"));
    to.of_person.push_back(read_kind(record, one, paths, types));
    to.of_person.back().key_slot = key;
    person.groups.push_back(std::move(one));
  }
  if (!own)
    throw wrong(answer.line,
                "no <record> without each: everybody who is answered needs a record of their own");
  to.shape.groups.push_back(std::move(person));
  to.shape.groups.push_back({.name = "unknown",
                             .path = paths.judged(answer, "unknown"),
                             .fields = {the_attribute(answer, "code")},
                             .groups = {}});
  to.has_total = !maybe(answer, "total").empty();
  if (to.has_total) to.shape.fields.push_back(paths.judged(answer, "total"));
  to.shape.namespaces = std::move(paths.namespaces);
  try {
    request_service::AnswerReader(to.shape).check();
  } catch (const Failure& failure) {
    throw wrong(answer.line, std::string("the paths do not go together: ") + failure.what());
  }
}

}  // namespace

Lookup read_lookup(std::string_view text) {
  const XmlElement root = sdk::read_tree(text);
  if (root.uri != lookup_namespace || root.local != "lookup")
    throw wrong(root.line, "its root is not lookup in " + std::string(lookup_namespace));
  only(root, {"title", "destination", "message-type", "answer-type", "people", "call"},
       {"request", "answer"});
  Lookup lookup;
  the_attribute(root, "title");
  lookup.service = {.destination = the_attribute(root, "destination"),
                    .message_type = the_attribute(root, "message-type"),
                    .answer_type = the_attribute(root, "answer-type"),
                    .destination_place = "destination of the look-up",
                    .message_type_place = "message-type of the look-up",
                    .asynchronous = maybe(root, "call") == "async",
                    .sender = {}};
  if (const std::string call = maybe(root, "call"); !call.empty() && call != "sync" && call != "async")
    throw wrong(root.line, "call is neither sync nor async");
  try {
    check(lookup.service);
  } catch (const Failure& failure) {
    throw wrong(root.line, failure.what());
  }
  const std::string people = the_attribute(root, "people");
  const auto [end, error] = std::from_chars(people.data(), people.data() + people.size(), lookup.people);
  if (error != std::errc{} || end != people.data() + people.size() || lookup.people < 1 ||
      lookup.people > most_people)
    throw wrong(root.line, "people is no number from 1 to " + std::to_string(most_people));
  lookup.request = Template(the_child(root, "request"));
  read_answer(the_child(root, "answer"), lookup);
  return lookup;
}

}  // namespace tilts::vdaa
