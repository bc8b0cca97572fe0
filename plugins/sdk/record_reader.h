// Records out of verified bytes: one SAX2 pass, a table of element paths to fields, no DOM.
//
//   const RecordReader reader({
//       .namespaces = {{"p", "http://ivis.eps.gov.lv/XMLSchemas/100001/Person/v1-0"}},
//       .root = {.fields = {"p:PersonListResponse/p:TotalCount"},
//                .groups = {{.name = "person",
//                            .path = "p:PersonListResponse/p:Person",
//                            .fields = {"p:PersonCode", "p:ResidenceDocument/p:Kind"},
//                            .groups = {{.name = "address", .path = "p:Address", .fields = {"p:Kind"}}}}}}});
//   const Whole whole = reader.read(bytes, [&](const Row& person) {
//     person[0];                                             // p:PersonCode
//     for (const Row address : person.children()) address[0];  // p:Kind
//   });
//   whole[0];                                                // p:TotalCount
//
// - A group directly below the root streams: its row is handed over when its element ends, with the rows of
// the
//   groups nested in it, in the order of the document; then it is forgotten. `whole` has the root's fields.
// - A path is steps from the enclosing group's element, "/" between them, each "prefix:local" ("local" alone
// is
//   in no namespace). A field's last step may be "@local" or "@prefix:local"; "." is the group's own text.
// - A value is the text of its element, which no comment cuts; an element with xsi:nil="true" is absent.
// - A field that occurs twice in one row, a DOCTYPE, and whatever is not namespace-well-formed XML throw
//   Failure(bug) naming the place and never a value; elements that no path names are skipped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "plugins/sdk/detail/record_pass.h"
#include "plugins/sdk/detail/record_paths.h"

namespace tilts::sdk {

// One occurrence of a group. A view: valid while the handler runs.
class Row {
 public:
  Row(const detail::RowStore& store, size_t place) : store_(&store), place_(place) {}

  const std::string& group() const { return paths().name; }
  size_t size() const { return paths().fields.size(); }
  // By the place in the group's `fields`. Empty when absent, too; has() tells the difference.
  std::string_view operator[](size_t field) const { return store_->value(place_, field); }
  bool has(size_t field) const { return store_->has(place_, field); }

  class Children {
   public:
    class Iterator {
     public:
      Iterator(const detail::RowStore& store, size_t place) : store_(&store), place_(place) {}
      Row operator*() const { return {*store_, place_}; }
      Iterator& operator++() {
        place_ = store_->rows[place_].end;
        return *this;
      }
      bool operator==(const Iterator& other) const { return place_ == other.place_; }

     private:
      const detail::RowStore* store_;
      size_t place_;
    };
    Children(const detail::RowStore& store, size_t place) : store_(&store), place_(place) {}
    Iterator begin() const { return {*store_, place_ + 1}; }
    Iterator end() const { return {*store_, store_->rows[place_].end}; }

   private:
    const detail::RowStore* store_;
    size_t place_;
  };
  // The rows of the groups nested directly in this one.
  Children children() const { return {*store_, place_}; }

 private:
  const Group& paths() const { return *store_->rows[place_].group; }

  const detail::RowStore* store_;
  size_t place_;
};

// The root's fields. Owns its text.
class Whole {
 public:
  explicit Whole(detail::RowStore store) : store_(std::move(store)) {}
  std::string_view operator[](size_t field) const { return store_.value(0, field); }
  bool has(size_t field) const { return store_.has(0, field); }

 private:
  detail::RowStore store_;
};

// Immutable: one may serve any number of threads.
class RecordReader {
 public:
  // Throws Failure(bug) for a path that cannot be read: an unknown prefix, a path through a field.
  explicit RecordReader(Shape shape) : paths_(std::move(shape)) {}

  template <typename TakeRow>  // take(const Row&)
  Whole read(std::string_view bytes, TakeRow&& take) const {
    detail::Pass pass(paths_, [&](const detail::RowStore& store) { take(Row(store, 0)); });
    return Whole(pass.read(bytes));
  }

 private:
  detail::RecordPaths paths_;
};

}  // namespace tilts::sdk
