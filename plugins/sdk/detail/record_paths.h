// The table of a RecordReader, compiled: a tree of element names with what happens at each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/sdk/failure.h"

namespace tilts::sdk {

struct Prefix {
  std::string prefix;
  std::string uri;
};

// A repeated element and what is read of each.
struct Group {
  std::string name;
  std::string path;
  std::vector<std::string> fields;
  std::vector<Group> groups;
};

// The root group has no name and no path: its fields are those of the message as a whole.
struct Shape {
  std::vector<Prefix> namespaces;
  Group root;
};

namespace detail {

inline constexpr size_t nothing = static_cast<size_t>(-1);

struct QualifiedName {
  std::string uri;
  std::string local;
  bool operator==(const QualifiedName&) const = default;
};

struct PathNode {
  QualifiedName name;
  size_t parent = nothing;
  std::vector<size_t> children;
  const Group* group = nullptr;  // a row of it begins here
  size_t field = nothing;        // the text is this field of the innermost row
  std::vector<std::pair<QualifiedName, size_t>> attributes;
};

class RecordPaths {
 public:
  explicit RecordPaths(Shape shape) : shape_(std::make_unique<Shape>(std::move(shape))), nodes_(1) {
    add_group(shape_->root, 0);
    for (const PathNode& node : nodes_)
      if (node.field != nothing && !node.children.empty())
        throw Failure(Code::bug, "record reader: a path leads through the field " + node.name.local);
  }

  const Group& root() const { return shape_->root; }
  const std::vector<PathNode>& nodes() const { return nodes_; }

 private:
  void add_group(const Group& group, size_t node) {
    for (size_t field = 0; field < group.fields.size(); ++field) add_field(group.fields[field], field, node);
    for (const Group& nested : group.groups) {
      const size_t start = walk(nested.path, node);
      if (start == node || nodes_[start].group != nullptr || nodes_[start].field != nothing)
        throw Failure(Code::bug, "record reader: group " + nested.name + " has no path of its own");
      nodes_[start].group = &nested;
      add_group(nested, start);
    }
  }

  void add_field(std::string_view path, size_t field, size_t node) {
    const size_t cut = path.rfind('/');
    const std::string_view last = cut == std::string_view::npos ? path : path.substr(cut + 1);
    if (last.starts_with('@')) {
      const size_t element = cut == std::string_view::npos ? node : walk(path.substr(0, cut), node);
      nodes_[element].attributes.emplace_back(qualified(last.substr(1)), field);
      return;
    }
    const size_t element = path == "." ? node : walk(path, node);
    if (nodes_[element].field != nothing || (path != "." && nodes_[element].group != nullptr))
      throw Failure(Code::bug, "record reader: two readings of the path " + std::string(path));
    nodes_[element].field = field;
  }

  // The node that a path of elements leads to, made on the way.
  size_t walk(std::string_view path, size_t node) {
    while (!path.empty()) {
      const size_t cut = path.find('/');
      node = step(qualified(path.substr(0, cut)), node);
      path = cut == std::string_view::npos ? std::string_view() : path.substr(cut + 1);
    }
    return node;
  }

  size_t step(const QualifiedName& name, size_t node) {
    for (const size_t child : nodes_[node].children)
      if (nodes_[child].name == name) return child;
    PathNode made;
    made.name = name;
    made.parent = node;
    nodes_.push_back(std::move(made));
    nodes_[node].children.push_back(nodes_.size() - 1);
    return nodes_.size() - 1;
  }

  QualifiedName qualified(std::string_view step) const {
    const size_t colon = step.find(':');
    const std::string_view local = colon == std::string_view::npos ? step : step.substr(colon + 1);
    if (local.empty()) throw Failure(Code::bug, "record reader: a path has an empty step");
    if (colon == std::string_view::npos) return {"", std::string(local)};
    for (const Prefix& known : shape_->namespaces)
      if (known.prefix == step.substr(0, colon)) return {known.uri, std::string(local)};
    throw Failure(Code::bug,
                  "record reader: the prefix of " + std::string(step) + " is not in its namespaces");
  }

  std::unique_ptr<const Shape> shape_;  // nodes point into it, also when this is moved
  std::vector<PathNode> nodes_;
};

}  // namespace detail
}  // namespace tilts::sdk
