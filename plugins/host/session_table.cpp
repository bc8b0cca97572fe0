#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "gateway/xml/digest_method.h"
#include "plugins/host/session.h"
#include "plugins/host/text.h"

namespace tilts::host {
namespace {

constexpr uint64_t longest_wait = 60'000;  // milliseconds

template <typename T>
T& not_null(T* pointer, const char* what) {
  if (pointer == nullptr) throw Error(Code::bug, fmt::format("{} is null", what));
  return *pointer;
}

std::string digest_by(std::string_view method, std::string_view bytes) {
  const EVP_MD* kind = xml::digest_method(method);
  if (kind == nullptr) throw Error(Code::bug, "it is not the URI of SHA-256, SHA-384 or SHA-512");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, kind, nullptr) != 1)
    throw Error(Code::bug, "OpenSSL makes no digest");
  return std::string(reinterpret_cast<const char*>(digest.data()), size);
}

}  // namespace

// The C table: each function finds its session and is served.
tilts_host Session::make_table(Session* self) {
  tilts_host table{};
  table.struct_size = sizeof(tilts_host);
  table.abi_minor = TILTS_ABI_MINOR;
  table.context = self;
  table.last_error = [](void* context) {
    Session& s = *static_cast<Session*>(context);
    if (s.thread_.load() != std::this_thread::get_id())
      return to_abi("a service called from another thread, or too late");
    return to_abi(s.last_error_);
  };
  table.ask_many = [](void* context, uint64_t count, void* caller, tilts_request_function request,
                      tilts_answer_function answer) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::exchanging, "ask", [&] { s.ask_many(count, caller, request, answer); });
  };
  table.submit = [](void* context, const tilts_request* request, void* caller, tilts_answer_function answer) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::exchanging, "submit", [&] { s.submit(request, caller, answer); });
  };
  table.emit = [](void* context, const tilts_record* record) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::keeping, "emit", [&] { s.emit(record); });
  };
  table.checkpoint = [](void* context, tilts_text cursor, int64_t snapshot_total) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::keeping, "checkpoint", [&] { s.checkpoint(cursor, snapshot_total); });
  };
  table.settle = [](void* context, int32_t settled, tilts_text receipt, tilts_text reason) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::keeping, "settle", [&] { s.settle(settled, receipt, reason); });
  };
  table.park = [](void* context, tilts_text token, uint64_t seconds) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::keeping, "park", [&] { s.park(token, seconds); });
  };
  table.wait = [](void* context, uint64_t milliseconds) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::exchanging, "wait", [&] {
      if (milliseconds > longest_wait)
        throw LimitExceeded(fmt::format("{} milliseconds, {} are allowed", milliseconds, longest_wait));
      s.services_->wait(std::chrono::milliseconds(milliseconds));
      if (s.services_->cancelled()) throw Cancelled();
    });
  };
  table.cancelled = [](void* context) -> int32_t {
    Session& s = *static_cast<Session*>(context);
    int32_t yes = 1;  // also when a failure stays: there is nothing to go on for
    s.serve(Kind::keeping, "cancelled", [&] { yes = s.services_->cancelled() ? 1 : 0; });
    return yes;
  };
  table.sign_document = [](void* context, tilts_text document, tilts_sink signed_document) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::exchanging, "sign_document", [&] {
      s.put(signed_document,
            s.services_->sign_document(octets(document, "the document", s.limits_.document)));
    });
  };
  table.verify_document = [](void* context, tilts_text document, void* caller, tilts_answer_function answer) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::judging, "verify_document", [&] {
      const std::optional<std::string> doubted = std::exchange(s.doubted_, std::nullopt);
      try {
        s.services_->verify_document(octets(document, "the document", s.limits_.document),
                                     s.taker(caller, answer));
      } catch (...) {
        if (!s.doubted_) s.doubted_ = doubted;
        throw;
      }
    });
  };
  table.log = [](void* context, int32_t level, tilts_text text) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::plain, "log", [&] { s.log(level, text); });
  };
  table.roster_size = [](void* context, uint64_t* size) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::plain, "roster", [&] { not_null(size, "the size") = s.services_->roster_size(); });
  };
  table.roster = [](void* context, uint64_t first, uint64_t count, tilts_sink code) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::plain, "roster", [&] { s.roster(first, count, code); });
  };
  table.name = [](void* context, tilts_text key, tilts_sink value) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::plain, "name", [&] {
      const std::string_view wanted = argument(key, "the key", s.limits_.key);
      const std::optional<std::string> found = s.services_->name(wanted);
      if (!found)
        throw Error(Code::config, fmt::format("the profile has no <name key=\"{}\">; add it", wanted));
      s.put(value, *found);
    });
  };
  table.action = [](void* context, tilts_text operation, tilts_sink value) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::plain, "action", [&] {
      const std::string_view wanted = argument(operation, "the operation", s.limits_.key);
      const std::optional<std::string> found = s.services_->action(wanted);
      if (!found)
        throw Error(Code::config, fmt::format("the profile has no <operation name=\"{}\">; add it", wanted));
      s.put(value, *found);
    });
  };
  table.now = [](void* context, int64_t* milliseconds) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::plain, "now", [&] {
      not_null(milliseconds, "the time") = s.services_->now().time_since_epoch().count();
    });
  };
  table.uuid = [](void* context, tilts_sink value) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::plain, "uuid", [&] { s.put(value, s.services_->uuid()); });
  };
  table.collect = [](void* context, tilts_text file, tilts_text received_id) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::keeping, "collect", [&] {
      if (!s.in_callback_) throw Error(Code::bug, "called it outside an answer's callback");
      s.services_->collect(s.collected(file), argument(received_id, "the part's id", s.limits_.key * 4));
    });
  };
  table.collect_bytes = [](void* context, tilts_text file, tilts_text bytes) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::keeping, "collect_bytes", [&] {
      if (!s.in_callback_) throw Error(Code::bug, "called it outside an answer's callback");
      s.services_->collect_bytes(s.collected(file), octets(bytes, "the bytes", s.limits_.content));
    });
  };
  table.keep_file = [](void* context, const tilts_incoming_file* file, tilts_sink name) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::judging, "keep_file", [&] { s.put(name, s.keep_file(file)); });
  };
  table.digest = [](void* context, tilts_text method, tilts_text bytes, tilts_sink octets_of_it) {
    Session& s = *static_cast<Session*>(context);
    return s.serve(Kind::plain, "digest", [&] {
      s.put(octets_of_it, digest_by(argument(method, "the digest's method", s.limits_.key),
                                    octets(bytes, "what is digested", s.limits_.attachment)));
    });
  };
  return table;
}

}  // namespace tilts::host
