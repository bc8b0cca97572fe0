/* The contract between the gateway (the host) and an adapter, version 1. Plain C, frozen: the build stops
   when this file changes and adapter_abi.h.sha256 does not (frozen.cmake).

   Rules that hold everywhere
   - A text is (data, size) in UTF-8 without a terminating zero; data may be null only when size is 0.
   - Memory belongs to the side that made it. What a function is handed stays valid until that function
   returns, unless it says otherwise; who wants it longer copies it.
   - No exception and no longjmp crosses. A status does, and a sentence: the adapter gives its own through the
     sink it was handed, the host's is read with last_error.
   - An instance belongs to one run and is never entered by two threads. Services are called on the thread
   that entered the adapter, and only until the entry point returns.
   - Struct members are only ever appended, with a higher minor version. A reader looks at struct_size (or at
   the stride of an array) before it reads a member that version 1.0 did not have. Anything else is a new
   major.
   - No sentence, log line, cursor or token carries personal data. Keys, subjects and fields do. */
#ifndef TILTS_ADAPTER_ABI_H
#define TILTS_ADAPTER_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TILTS_ABI_MAGIC 0x544C4931u /* "TLI1" */
#define TILTS_ABI_MAJOR 1u
#define TILTS_ABI_MINOR 3u

typedef struct tilts_text {
  const char* data;
  uint64_t size; /* bytes */
} tilts_text;

/* What happens next. 1 to 6 are the gateway's error codes. */
typedef int32_t tilts_status;
enum {
  TILTS_OK = 0,
  TILTS_CONFIG = 1,    /* stop this job, someone must mend a setting */
  TILTS_TRANSIENT = 2, /* try again later */
  TILTS_DECLINED = 3,  /* the registry said no in a trusted answer */
  TILTS_UNTRUSTED = 4, /* hold, raise an alarm */
  TILTS_UNKNOWN = 5,   /* a submission whose fate is not known: inquire */
  TILTS_BUG = 6,       /* stop this job, log the context */
  TILTS_CANCELLED = 7, /* the host is stopping: return */
  TILTS_LIMIT = 8      /* the adapter went over a limit of the host */
};

/* Receives one text. Called at most once unless the function says otherwise. */
typedef struct tilts_sink {
  void* context;
  void (*put)(void* context, tilts_text text);
} tilts_sink;

/* ---- what an adapter declares ------------------------------------------------------------------------- */

enum {
  TILTS_SETTING_TEXT = 1,
  TILTS_SETTING_INTEGER = 2,
  TILTS_SETTING_BOOLEAN = 3,
  TILTS_SETTING_CHOICE = 4
};

/* One setting, declared once: the host checks values against it, fills in the default and prints its
   documentation. A boolean is "yes" or "no". */
typedef struct tilts_setting {
  tilts_text name;
  tilts_text documentation;
  tilts_text default_value; /* ignored when required */
  tilts_text choices;       /* TILTS_SETTING_CHOICE: the words allowed, one space between them */
  int64_t minimum;          /* of an integer; of a text, its least length in bytes */
  int64_t maximum;
  int32_t kind;
  int32_t required; /* 1: must be configured; 0: has a default */
} tilts_setting;

typedef struct tilts_field_type {
  tilts_text name;
  tilts_text documentation;
} tilts_field_type;

/* A kind of record that this adapter emits or is given to submit. */
typedef struct tilts_record_type {
  tilts_text name;
  tilts_text documentation;
  const tilts_field_type* fields;
  uint32_t field_count;
  uint32_t field_stride; /* sizeof(tilts_field_type) */
} tilts_record_type;

enum { TILTS_PULL = 1, TILTS_PUSH = 2, TILTS_INQUIRE = 4, TILTS_RESUME = 8 };

typedef struct tilts_operation {
  tilts_text name;
  tilts_text documentation;
  uint32_t entries; /* which entry points take it: TILTS_PULL | TILTS_RESUME … */
  uint32_t reserved;
} tilts_operation;

typedef struct tilts_setting_value {
  tilts_text name;
  tilts_text value;
} tilts_setting_value;

/* ---- what crosses during a run ------------------------------------------------------------------------ */

/* How content is given: nothing, writer calls (below), or ready bytes of `media_type`. */
enum { TILTS_CONTENT_NONE = 0, TILTS_CONTENT_CALLS = 1, TILTS_CONTENT_BYTES = 2 };

/* Writer calls, one after another, in little endian without padding; the host writes canonical XML from them.
   Together they are exactly one element. Namespaces are numbered from 1 in the order they are named; 0 is
   none. Attributes follow their START before anything else. NAMESPACE  u8 1, u16 prefix size, u32 uri size,
   prefix (the preferred one), uri START      u8 2, u16 namespace, u16 local name size, local name ATTRIBUTE
   u8 3, u16 namespace, u16 local name size, u32 value size, local name, value TEXT       u8 4, u32 size, text
     END        u8 5
     DECLARE    u8 6, u16 namespace: declares its prefix here, for a name inside content
   (xsi:type="t:Person"); among the attributes of its START
     ATTACHMENT u8 7, u32 index: the base64 of the request's attachment, or its place in a MIME message (1.3)
     ELEMENT    u8 8, u32 size, one element that is XML already and declares all it uses (1.3) */
enum {
  TILTS_CALL_NAMESPACE = 1,
  TILTS_CALL_START = 2,
  TILTS_CALL_ATTRIBUTE = 3,
  TILTS_CALL_TEXT = 4,
  TILTS_CALL_END = 5,
  TILTS_CALL_DECLARE = 6,
  TILTS_CALL_ATTACHMENT = 7,
  TILTS_CALL_ELEMENT = 8
};

/* A file that goes with an entry (1.1) or a request (1.3). Its bytes are its giver's own: they cross by their
   address, once. */
typedef struct tilts_attachment {
  tilts_text name;       /* as the sender calls the file; may say whom it is about */
  tilts_text media_type; /* "application/pdf" */
  tilts_text bytes;      /* any, not UTF-8 */
  tilts_text sha256;     /* of the bytes, 64 lower-case hex digits: an adapter brings no cryptography.
                            Ignored in a request */
} tilts_attachment;

typedef struct tilts_request {
  uint32_t struct_size;
  int32_t content_kind;
  tilts_text operation;  /* the profile's name of it, which gives the action; or empty and then: */
  tilts_text action;     /* the action itself */
  tilts_text path;       /* below the registry's endpoint; usually empty */
  tilts_text media_type; /* of ready bytes; empty for writer calls */
  tilts_text content;
  const tilts_text*
      subjects; /* personas kodi this request asks about: audited before its first byte leaves */
  uint64_t subject_count;
  /* 1.3: what the content's ATTACHMENT calls mean, each of them once */
  const tilts_attachment* attachments;
  uint32_t attachment_count;
  uint32_t attachment_stride; /* sizeof(tilts_attachment) */
} tilts_request;

/* How an answer is known to be the registry's: by its signature, or (profile) by the connection alone. */
enum { TILTS_ASSURANCE_SIGNED = 1, TILTS_ASSURANCE_TLS_ONLY = 2 };

typedef struct tilts_part {
  tilts_text
      name; /* "Body", "Timestamp", "Action", …, or "{namespace}local"; "Document" (1.3): what holds the
               signature that the profile's <document> describes, standing alone as it was written */
  tilts_text bytes; /* exactly what was verified; namespaces it uses are declared inside */
} tilts_part;

/* What came beside an answer as a MIME part (1.3): its bytes stay with the host, collect() takes them. */
typedef struct tilts_received {
  tilts_text id; /* Content-ID, as xop:Include names it: without "cid:", "<" and ">" */
  tilts_text media_type;
  tilts_text sha256; /* of the bytes, 64 lower-case hex digits */
  uint64_t size;     /* bytes */
  int32_t covered;   /* 1: by the message's own signature */
  int32_t reserved;
} tilts_received;

typedef struct tilts_answer {
  uint32_t struct_size;
  int32_t assurance;
  int32_t status;        /* of HTTP */
  int32_t fault;         /* 1: a verified SOAP fault */
  tilts_text action;     /* verified; empty when absent */
  tilts_text message_id; /* verified, opaque: good for sentences */
  const tilts_part* parts;
  uint32_t part_count;
  uint32_t part_stride; /* sizeof(tilts_part) */
  /* 1.3 */
  const tilts_received* received;
  uint32_t received_count;
  uint32_t received_stride; /* sizeof(tilts_received) */
  tilts_text signer;        /* subject of the signer's certificate (RFC 2253); empty when TLS alone vouches */
  tilts_text signing_time;  /* xs:dateTime that a document's signer says; recorded, not trusted */
} tilts_answer;

/* Fills in *request for one index. What it points to belongs to the adapter and stays valid until the next
   call of this function or the return of the service. Another status than TILTS_OK ends the service with it.
 */
typedef tilts_status (*tilts_request_function)(void* caller, uint64_t index, tilts_request* request);
/* Takes one answer. Another status than TILTS_OK ends the service with it. */
typedef tilts_status (*tilts_answer_function)(void* caller, uint64_t index, const tilts_answer* answer);

enum {
  TILTS_PRESENT = 1,
  TILTS_GONE = 2, /* the registry no longer has it */
  TILTS_HELD =
      3 /* the registry has it but it cannot be read: what is stored stays, `reason` goes to a clerk */
};

typedef struct tilts_field {
  tilts_text value;
  uint32_t index; /* of the record type's fields, each at most once; one left out is absent */
  uint32_t reserved;
} tilts_field;

typedef struct tilts_record {
  uint32_t struct_size;
  uint32_t type;           /* index of the descriptor's record types */
  tilts_text key;          /* personas kods in 11 digits, then "/" and more where a person has several */
  tilts_text previous_key; /* when the registry changed the key */
  tilts_text as_of;        /* xs:date or xs:dateTime, as the registry said it */
  tilts_text reason;       /* TILTS_HELD: one sentence without personal data */
  const tilts_field* fields;
  uint32_t field_count;
  uint32_t field_stride; /* sizeof(tilts_field) */
  int32_t presence;
  int32_t reserved;
} tilts_record;

/* What is to be submitted, once. */
typedef struct tilts_entry {
  uint32_t struct_size;
  uint32_t reserved;
  const tilts_record* record;
  tilts_text idempotency_key; /* the same for every attempt; written where the profile says */
  /* 1.1 */
  const tilts_attachment* attachments;
  uint32_t attachment_count;
  uint32_t attachment_stride; /* sizeof(tilts_attachment) */
} tilts_entry;

/* A file that was collected and is whole (1.3). */
typedef struct tilts_incoming_file {
  uint32_t struct_size;
  int32_t compressed;       /* 1: it is GZIP (RFC 1952), and was packed before it was encrypted */
  tilts_text file;          /* as collect() called it */
  tilts_text document;      /* what it belongs to, in the registry's words: the folder that it comes into */
  tilts_text name;          /* as its sender called it */
  tilts_text digest_method; /* URI (XML-DSig 6.2); empty only when the message's signature covers it all */
  tilts_text digest;        /* octets: of what travelled, before it is deciphered and unpacked */
  tilts_text wrapped_key;   /* octets, encrypted for us: RSA-OAEP of length, AES key and IV; or empty */
} tilts_incoming_file;

/* How a submission ended. ABSENT is for inquire alone. */
enum { TILTS_SETTLED_RECEIVED = 1, TILTS_SETTLED_DECLINED = 2, TILTS_SETTLED_ABSENT = 3 };

enum { TILTS_LOG_DEBUG = 1, TILTS_LOG_INFORMATION = 2, TILTS_LOG_WARNING = 3, TILTS_LOG_ERROR = 4 };

/* The services. Each is called with the table's own context. After one returned UNTRUSTED, CANCELLED, LIMIT,
   UNKNOWN or BUG, or emit, checkpoint, settle or park returned any failure, every later one of this call
   returns the same, nothing emitted since the last checkpoint is kept, and the call ends with that status.
   Only ask_many, submit, wait and the documents fail as CANCELLED. Inside a callback only emit, checkpoint,
   cancelled, log, roster, name, action, now, uuid, last_error, collect and collect_bytes may be called.
   A document or file that is UNTRUSTED (verify_document, keep_file; 1.3) is one of many: the services go on,
   and until the next question or proven document only held records may be emitted. */
typedef struct tilts_host {
  uint32_t struct_size;
  uint32_t abi_minor;
  void* context;

  /* The sentence of the last failure; valid until the next service. */
  tilts_text (*last_error)(void* context);

  /* Asks `count` questions, up to the registry's concurrency at once; may be repeated by the host, each
     attempt with a fresh MessageID. Both callbacks run on this thread; answers come in the order of requests.
     The first failure ends it, when the answers before it have been taken. */
  tilts_status (*ask_many)(void* context, uint64_t count, void* caller, tilts_request_function request,
                           tilts_answer_function answer);
  /* Sends an entry at most once. In push only, and once. */
  tilts_status (*submit)(void* context, const tilts_request* request, void* caller,
                         tilts_answer_function answer);
  tilts_status (*emit)(void* context, const tilts_record* record);
  /* Keeps what was emitted, and where to go on after a crash, in one transaction. snapshot_total is the
     registry's own count of what a full snapshot holds, -1 when it does not say. */
  tilts_status (*checkpoint)(void* context, tilts_text cursor, int64_t snapshot_total);
  /* push, inquire, resume: how the submission ended, with the registry's receipt or its reason. */
  tilts_status (*settle)(void* context, int32_t settled, tilts_text receipt, tilts_text reason);
  /* The answer comes later: the host keeps the token and calls resume after so many seconds. Then return. */
  tilts_status (*park)(void* context, tilts_text token, uint64_t seconds);
  /* At most 60 000 milliseconds. */
  tilts_status (*wait)(void* context, uint64_t milliseconds);
  int32_t (*cancelled)(void* context);
  tilts_status (*sign_document)(void* context, tilts_text document, tilts_sink signed_document);
  tilts_status (*verify_document)(void* context, tilts_text document, void* caller,
                                  tilts_answer_function answer);
  tilts_status (*log)(void* context, int32_t level, tilts_text text);

  /* Whom this run may ask about. The sink receives one text a code. */
  tilts_status (*roster_size)(void* context, uint64_t* size);
  tilts_status (*roster)(void* context, uint64_t first, uint64_t count, tilts_sink code);
  /* The profile's <name key="…"> and the action of its <operation name="…">. */
  tilts_status (*name)(void* context, tilts_text key, tilts_sink value);
  tilts_status (*action)(void* context, tilts_text operation, tilts_sink value);
  /* Wall time in milliseconds since 1970-01-01T00:00:00Z; a fresh random UUID in lower case. */
  tilts_status (*now)(void* context, int64_t* milliseconds);
  tilts_status (*uuid)(void* context, tilts_sink value);

  /* 1.3, in a pull. Inside an answer's callback: joins what came as this part, or inline, to the file that
     the adapter calls so. What is not kept before the next checkpoint is gone. */
  tilts_status (*collect)(void* context, tilts_text file, tilts_text received_id);
  tilts_status (*collect_bytes)(void* context, tilts_text file, tilts_text bytes);
  /* The file is proven, deciphered, unpacked, and stands in the job's folder for documents when this returns;
     the sink receives its name there. */
  tilts_status (*keep_file)(void* context, const tilts_incoming_file* file, tilts_sink name);
  /* The octets of a digest (SHA-256, 384 or 512 by its URI): an adapter brings no cryptography. */
  tilts_status (*digest)(void* context, tilts_text method, tilts_text bytes, tilts_sink octets);
} tilts_host;

/* ---- the one exported symbol -------------------------------------------------------------------------- */

/* What an instance says of itself once it has its settings (1.2). The tables belong to the instance. */
typedef struct tilts_declaration {
  uint32_t struct_size; /* filled in by the host */
  uint32_t reserved;
  const tilts_record_type* record_types; /* in place of the descriptor's; null (1.3): those stay */
  uint32_t record_type_count;
  uint32_t record_type_stride;
  tilts_text remark; /* 1.3: what whoever answers for it must know of these settings; `tilts check` says it */
} tilts_declaration;

typedef struct tilts_descriptor {
  uint32_t magic;
  uint32_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor;

  tilts_text id; /* lower-case letters, digits, '_' and '-' */
  tilts_text version;
  tilts_text documentation;

  const tilts_setting* settings;
  uint32_t setting_count;
  uint32_t setting_stride;
  const tilts_record_type* record_types;
  uint32_t record_type_count;
  uint32_t record_type_stride;
  const tilts_operation* operations;
  uint32_t operation_count;
  uint32_t operation_stride;

  /* Every declared setting, in the declared order, checked, defaults filled in. */
  tilts_status (*create)(const tilts_setting_value* values, uint32_t count, tilts_sink error,
                         void** instance);
  void (*destroy)(void* instance);
  /* An entry point may be null when no operation takes it. */
  tilts_status (*pull)(void* instance, const tilts_host* host, tilts_text operation, tilts_text cursor,
                       tilts_sink error);
  tilts_status (*push)(void* instance, const tilts_host* host, tilts_text operation, const tilts_entry* entry,
                       tilts_sink error);
  tilts_status (*inquire)(void* instance, const tilts_host* host, tilts_text operation,
                          const tilts_entry* entry, tilts_sink error);
  /* `entry` is null when a pull was parked. */
  tilts_status (*resume)(void* instance, const tilts_host* host, tilts_text operation,
                         const tilts_entry* entry, tilts_text token, tilts_sink error);
  /* 1.2: what this instance emits, where that depends on its settings; null when it does not. Called once,
     after create. */
  tilts_status (*declare)(void* instance, tilts_declaration* declaration, tilts_sink error);
} tilts_descriptor;

#if defined(__GNUC__)
#define TILTS_EXPORT __attribute__((visibility("default")))
#else
#define TILTS_EXPORT
#endif

/* An adapter is a shared library that exports this, and nothing else. */
extern TILTS_EXPORT const tilts_descriptor tilts_adapter;

#ifdef __cplusplus
}
#endif

#endif
