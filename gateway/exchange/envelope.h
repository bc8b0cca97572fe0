// Makes a signed SOAP message: content, WS-Addressing 1.0 and WS-Security 1.1 headers, written in canonical
// form from the start and hashed while writing, so that signing is one call into OpenSSL and no tree is
// built.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/base/clock.h"
#include "gateway/exchange/identity.h"
#include "gateway/exchange/mtom.h"
#include "gateway/exchange/profile.h"
#include "gateway/exchange/token.h"
#include "gateway/xml/canonical_writer.h"

namespace tilts::exchange {

// The children of Body: a function that writes them, or ready XML (one element; it is parsed under limits and
// written again in canonical form; empty: an empty Body).
using Content = std::variant<std::function<void(xml::CanonicalWriter&)>, std::string>;

struct Addressing {
  std::string action;
  std::string message_id;
  std::string to;
  std::string relates_to;  // empty for a request; an answer has no ReplyTo
};

struct SignedMessage {
  std::string bytes;
  Time expires;  // of its Timestamp
};

// A fresh MessageID: the profile's prefix and a random UUID (RFC 4122, version 4).
std::string fresh_message_id(const Profile& profile);

// `now` becomes Created. Throws Error(bug) when `content` writes what XML does not allow, Error(config) when
// the key cannot sign what the profile demands. `token` is borrowed, and there when the profile wants one.
// `attachments` are what `content` leaves to travel beside the message, for the check alone:
// Debug builds check every message with check_canonical().
SignedMessage sign_message(const Profile& profile, const Identity& identity, const Addressing& addressing,
                           const Content& content, Time now, const IssuedToken* token = nullptr,
                           const std::vector<Attachment>& attachments = {});

// "application/soap+xml; charset=utf-8; action=…" or "text/xml; charset=utf-8".
std::string media_type(SoapVersion soap, std::string_view action);

}  // namespace tilts::exchange
