#include "adapters/e_address/mailbox.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <vector>

#include "adapters/e_address/answer.h"
#include "adapters/e_address/declaration.h"
#include "adapters/e_address/envelope.h"
#include "adapters/e_address/names.h"
#include "plugins/sdk/record_reader.h"

namespace tilts::e_address {
namespace {

using sdk::Code;
using sdk::Failure;

constexpr std::string_view list = "GetMessageList";
constexpr std::string_view get = "GetMessage";
constexpr std::string_view section = "GetAttachmentSection";
constexpr std::string_view confirm = "ConfirmMessage";
constexpr uint64_t most_sections = 100'000;
constexpr size_t largest_digest = 64, largest_key = 2048;  // octets: SHA-512, RSA of 16 384 bits

// RFC 2392: what an xop:Include calls the part with this Content-ID. The gateway has judged that it is one.
std::string content_id_of(std::string_view href) {
  std::string id;
  href.remove_prefix(href.starts_with("cid:") ? 4 : 0);
  const auto digit = [](char c) {
    return c <= '9' ? static_cast<unsigned>(c - '0') : (static_cast<unsigned>(c | 0x20) - 'a' + 10);
  };
  for (size_t at = 0; at < href.size(); ++at) {
    if (href[at] == '%' && at + 2 < href.size()) {
      id += static_cast<char>(digit(href[at + 1]) << 4 | digit(href[at + 2]));
      at += 2;
    } else {
      id += href[at];
    }
  }
  return id;
}

// Good for a key and for the name of a folder; an interface that numbers otherwise is not known.
bool is_message_id(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
}

// One page of headers; true: there are more.
bool read_page(sdk::Host& host, int64_t page_size, const std::vector<std::string>& subjects,
               const std::string& after, std::vector<Header>& headers) {
  enum Field : size_t { id, kind, sender, reference, received };
  sdk::Request request;
  request.operation = list;
  request.subjects = subjects;
  const sdk::Namespace m = request.content.name("m", messages_namespace);
  request.content.start(m, "GetMessageListInput");
  request.content.element(m, "MaxResultCount", std::to_string(page_size));
  if (!after.empty()) request.content.element(m, "StartAfter", after);
  request.content.end();
  const sdk::RecordReader reader(
      {.namespaces = with_soap(),
       .root = {.name = {},
                .path = {},
                .fields = {"s:Body/m:GetMessageListOutput/m:HasMoreData"},
                .groups = {{.name = "header",
                            .path = "s:Body/m:GetMessageListOutput/m:MessageHeaders/m:MessageHeader",
                            .fields = {"m:MessageId", "m:DocumentKindCode", "m:SenderEAddress",
                                       "m:SenderRefNumber", "m:Received"},
                            .groups = {}}}}});
  bool more = false;
  host.ask(request, [&](const sdk::Answer& answer) {
    const sdk::Whole whole = reader.read(body_of(answer, list), [&](const sdk::Row& row) {
      if (!is_message_id(row[id])) throw misfit(list, "a header without a MessageId that can be used");
      headers.push_back({std::string(row[id]), std::string(row[kind]), std::string(row[sender]),
                         std::string(row[reference]), std::string(row[received])});
    });
    if (!whole.has(0)) throw misfit(list, "it does not say whether there is more");
    more = whole[0] == "true" || whole[0] == "1";
    if (more && headers.empty()) throw misfit(list, "there is more, and no header in it");
  });
  return more;
}

// A document on its way out of the mailbox.
class Taking {
 public:
  Taking(sdk::Host& host, const Wanted& wanted, const Header& header)
      : host_(host), wanted_(wanted), header_(header) {}

  // False: it is held, and stays where it is.
  bool take() {
    fetch();
    try {
      judge();
      keep();
    } catch (const Failure& failure) {
      if (failure.code() != Code::untrusted) throw;
      hold(failure.what());
      return false;
    }
    emit();
    return true;
  }

 private:
  std::string file(const std::string& content_id) const { return header_.id + "/" + content_id; }

  void fetch() {
    sdk::Request request;
    request.operation = get;
    const sdk::Namespace m = request.content.name("m", messages_namespace);
    request.content.start(m, "GetMessageInput");
    request.content.element(m, "MessageId", header_.id);
    request.content.end();
    host_.ask(request, [&](const sdk::Answer& answer) {
      const std::string_view body = body_of(answer, get);
      document_ = answer.part("Document");
      read_attachments(body);
      collect(body);
    });
    for (const auto& [id, sections] : sections_) fetch_sections(id, sections);
  }

  void read_attachments(std::string_view body) {
    enum Field : size_t { id, separate, count };
    reader({"m:ContentId", "m:IsSeparateCall", "m:SectionCount"}).read(body, [&](const sdk::Row& row) {
      uint64_t number = 0;
      const std::string_view sections = row[count];
      if (row[separate] == "true" || row[separate] == "1") {
        const auto [end, error] = std::from_chars(sections.data(), sections.data() + sections.size(), number);
        if (error != std::errc() || end != sections.data() + sections.size() || number == 0 ||
            number > most_sections)
          throw misfit(get, "a file comes in sections, and how many cannot be read");
      }
      if (row[id].empty() || !sections_.emplace(row[id], number).second)
        throw misfit(get, "a file without a ContentId, or two with one");
    });
  }

  // What came with the answer, beside it or inside.
  void collect(std::string_view body) {
    std::set<std::string> beside;
    reader({"m:ContentId", "m:Contents/xop:Include/@href"}).read(body, [&](const sdk::Row& row) {
      if (!row.has(1)) return;
      beside.emplace(row[0]);
      host_.collect(file(std::string(row[0])), content_id_of(row[1]));
    });
    reader({"m:ContentId", "m:Contents"}).read(body, [&](const sdk::Row& row) {
      const std::string id(row[0]);
      if (beside.contains(id) || sections_.at(id) != 0) return;
      host_.collect_bytes(file(id), decoded(row[1], get));
    });
  }

  // Sections are asked for together; they are collected in their order.
  void fetch_sections(const std::string& id, uint64_t count) {
    enum Field : size_t { message, content, index };
    const std::string output = "s:Body/m:GetAttachmentSectionOutput/";
    const auto shape = [&](std::string contents) {
      return sdk::RecordReader({.namespaces = with_soap(),
                                .root = {.name = {},
                                         .path = {},
                                         .fields = {output + "m:MessageId", output + "m:ContentId",
                                                    output + "m:SectionIndex", output + std::move(contents)},
                                         .groups = {}}});
    };
    host_.ask_many(
        count,
        [&](uint64_t number) {
          sdk::Request request;
          request.operation = section;
          const sdk::Namespace m = request.content.name("m", messages_namespace);
          request.content.start(m, "GetAttachmentSectionInput");
          request.content.element(m, "MessageId", header_.id);
          request.content.element(m, "ContentId", id);
          request.content.element(m, "SectionIndex", std::to_string(number));
          request.content.end();
          return request;
        },
        [&](uint64_t number, const sdk::Answer& answer) {
          const std::string_view body = body_of(answer, section);
          const auto none = [](const sdk::Row&) {};
          const sdk::Whole beside = shape("m:Contents/xop:Include/@href").read(body, none);
          if (beside[message] != header_.id || beside[content] != id ||
              beside[index] != std::to_string(number))
            throw misfit(section, "it is another section than was asked for");
          if (beside.has(3)) return host_.collect(file(id), content_id_of(beside[3]));
          const sdk::Whole inside = shape("m:Contents").read(body, none);
          host_.collect_bytes(file(id), decoded(inside[3], section));
        });
  }

  // Of the header nothing was proven: what the sender signed decides.
  void judge() {
    if (document_.empty()) throw refusal("holds no document with a signature");
    bool any = false;
    host_.verify_document(document_, [&](const sdk::Answer& verified) {
      const std::string_view said = verified.part("{" + std::string(document_namespace) + "}SenderDocument");
      if (said.empty()) return;
      any = true;
      sent_ = read_document(said, wanted_.address);
      signer_ = verified.signer();
      signing_time_ = verified.signing_time();
    });
    if (!any) throw refusal("has a signature over something else than its SenderDocument");
    if (!wanted_.takes(sent_.kind, sent_.sender))
      throw refusal("is of another kind, or of another sender, than the mailbox says");
    if (sent_.files.size() != sections_.size()) throw refusal("has not the files that came with it");
    for (const File& one : sent_.files)
      if (!sections_.contains(one.id)) throw refusal("names a file that did not come with it");
  }

  void keep() {
    for (const File& one : sent_.files) {
      const std::string digest = decoded(one.digest, get);
      const std::string key = decoded(sent_.wrapped_key, get);
      if (digest.size() > largest_digest || key.size() > largest_key)
        throw refusal("has a digest or a key of a file that is none");
      paths_.push_back(host_.keep_file({.file = file(one.id),
                                        .document = header_.id,
                                        .name = one.name,
                                        .digest_method = one.digest_method,
                                        .digest = digest,
                                        .wrapped_key = key,
                                        .compressed = one.compressed}));
    }
  }

  void emit() {
    const std::string count = std::to_string(sent_.files.size());
    sdk::Record record(document_type);
    record.key = header_.id;
    record.as_of = header_.received;
    for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"message_id", header_.id},
                                      {"sender", sent_.sender},
                                      {"author", sent_.author},
                                      {"reference", sent_.reference},
                                      {"kind", sent_.kind},
                                      {"title", sent_.title},
                                      {"date", sent_.date},
                                      {"signer", signer_},
                                      {"signing_time", signing_time_},
                                      {"files", count}})
      if (!value.empty()) record.set(name, value);
    host_.emit(record);
    for (size_t place = 0; place < sent_.files.size(); ++place) {
      const std::string number = std::to_string(place + 1);
      const std::string key = header_.id + "/" + number;
      sdk::Record of_file(file_type);
      of_file.key = key;
      of_file.as_of = header_.received;
      of_file.set("message_id", header_.id);
      of_file.set("place", number);
      of_file.set("name", sent_.files[place].name);
      if (!sent_.files[place].media_type.empty()) of_file.set("media_type", sent_.files[place].media_type);
      of_file.set("path", paths_[place]);
      host_.emit(of_file);
    }
  }

  void hold(const std::string& why) {
    sdk::Record record(document_type);
    record.key = header_.id;
    record.as_of = header_.received;
    record.presence = sdk::Presence::held;
    record.reason = why;
    host_.emit(record);
  }

  static Failure refusal(const std::string& what) {
    return {Code::untrusted, "the message " + what + "; it stays in the mailbox, ask its sender"};
  }

  static sdk::RecordReader reader(std::vector<std::string> fields) {
    return sdk::RecordReader(
        {.namespaces = with_soap(),
         .root = {.name = {},
                  .path = {},
                  .fields = {},
                  .groups = {{.name = "attachment",
                              .path = "s:Body/m:GetMessageOutput/m:AttachmentsOutput/m:AttachmentOutput",
                              .fields = std::move(fields),
                              .groups = {}}}}});
  }

  sdk::Host& host_;
  const Wanted& wanted_;
  const Header& header_;
  std::string document_;
  std::map<std::string, uint64_t> sections_;  // by ContentId; 0: it came with the message
  Document sent_;
  std::string signer_, signing_time_;
  std::vector<std::string> paths_;
};

void confirm_message(sdk::Host& host, const std::string& id) {
  sdk::Request request;
  request.operation = confirm;
  const sdk::Namespace m = request.content.name("m", messages_namespace);
  request.content.start(m, "ConfirmMessageInput");
  request.content.element(m, "MessageId", id);
  request.content.end();
  const std::string output = "s:Body/m:ConfirmMessageOutput/";
  const sdk::RecordReader reader(
      {.namespaces = with_soap(),
       .root = {
           .name = {}, .path = {}, .fields = {output + "m:MessageId", output + "m:Status"}, .groups = {}}});
  host.ask(request, [&](const sdk::Answer& answer) {
    const sdk::Whole whole = reader.read(body_of(answer, confirm), [](const sdk::Row&) {});
    if (whole[0] != id) throw misfit(confirm, "it is about another message");
    if (whole[1] == "Confirmed") return;
    // It is stored, and gone or to be confirmed the next time: an earlier confirmation whose answer was lost
    // ends so.
    if (whole[1] != "ConfirmError") throw misfit(confirm, "its status is neither of the two words");
    host.log(sdk::LogLevel::warning, "message " + id + " is stored, and the mailbox did not confirm it");
  });
}

}  // namespace

void read_headers(sdk::Host& host, int64_t page_size, const std::vector<std::string>& subjects,
                  const std::function<bool(const Header&)>& take) {
  std::set<std::string> seen;
  std::string after;
  for (bool more = true; more;) {
    std::vector<Header> headers;
    more = read_page(host, page_size, subjects, after, headers);
    for (const Header& header : headers) {
      if (!seen.insert(header.id).second) throw misfit(list, "it leads back to headers that were read");
      if (!take(header)) return;
    }
    if (more) after = headers.back().id;
  }
}

namespace {

// An answer that is refused ends the run, and its sentence cannot say which message it was about: the cursor
// names every message at which a run ended. They come last, so that they keep nobody waiting.
class Stumbled {
 public:
  explicit Stumbled(std::string_view cursor) {
    while (!cursor.empty()) {
      const size_t end = std::min(cursor.find(' '), cursor.size());
      ids_.emplace(cursor.substr(0, end));
      cursor.remove_prefix(std::min(end + 1, cursor.size()));
    }
  }

  // In their order, those at which nothing ended first.
  void put_last(sdk::Host& host, std::vector<Header>& headers) {
    std::vector<Header> last;
    std::erase_if(headers, [&](const Header& one) {
      if (ids_.contains(one.id)) last.push_back(one);
      return ids_.contains(one.id);
    });
    ids_.clear();
    for (const Header& one : last) {
      if (ids_.size() < most) ids_.insert(one.id);
      host.log(sdk::LogLevel::warning, "message " + one.id + " ended an earlier run and is fetched last");
    }
    headers.insert(headers.end(), last.begin(), last.end());
  }
  void begin(sdk::Host& host, const std::string& id) {
    ids_.insert(id);
    keep(host);
  }
  void end(sdk::Host& host, const std::string& id) {
    ids_.erase(id);
    keep(host);
  }

 private:
  static constexpr size_t most = 500;  // of 100 octets each: a cursor takes 64 KiB

  void keep(sdk::Host& host) const {
    std::string cursor;
    for (const std::string& id : ids_) cursor += (cursor.empty() ? "" : " ") + id;
    host.checkpoint(cursor);
  }

  std::set<std::string> ids_;
};

}  // namespace

void pull_documents(sdk::Host& host, const Wanted& wanted, int64_t page_size, std::string_view cursor) {
  std::vector<Header> headers;
  read_headers(host, page_size, {}, [&](const Header& header) {
    if (wanted.takes(header.kind, header.sender)) headers.push_back(header);
    return true;
  });
  Stumbled stumbled(cursor);
  stumbled.put_last(host, headers);
  for (const Header& header : headers) {
    stumbled.begin(host, header.id);
    const bool taken = Taking(host, wanted, header).take();
    stumbled.end(host, header.id);
    if (taken) confirm_message(host, header.id);
  }
  if (headers.empty()) host.checkpoint({});
}

}  // namespace tilts::e_address
