/* The C interface of pampax. Made from the sources of pampax-ffi by a test; do not edit.
 *
 * Conventions
 * -----------
 * Handles      pampax_index, pampax_searcher and the like are opaque and distinct. What a function named _open, _new, _clone,
 *              or with an out_ parameter gives belongs to the caller, who ends it once with the _free function of its type;
 *              _free of NULL does nothing. Everything else is borrowed: a function keeps nothing that it was given, unless
 *              it says that it copies it. A handle may outlive the handles that it was made with.
 * Errors       A call that may fail returns a pampax_status: PAMPAX_OK (0), or the number of an error. Its last parameter
 *              may be NULL; if it is not and the call fails, a pampax_error is written there, which the caller frees. What
 *              stood there is not looked at. Outputs are written on success only.
 * Text         What goes in is UTF-8 that ends with a NUL; NULL where a text is needed, and what is not UTF-8, is
 *              PAMPAX_INVALID_ARGUMENT. A char * that comes out is freed with pampax_text_free; a const char * belongs to what
 *              it was asked of and is valid as long as that. A NUL within a text comes out as U+FFFD, in JSON as an escape.
 * Structures   Those that begin with struct_size are made by zeroing them and setting struct_size to their sizeof: later
 *              versions may have more fields, and what is zero means what it meant before. A size that is none, and fields
 *              that the library does not know, are PAMPAX_INVALID_ARGUMENT.
 * Callbacks    A table of callbacks is copied. userdata is handed back with every callback. destroy, unless it is NULL, is
 *              called exactly once: when the last user of the table is gone, or when the table is refused; never when the
 *              table is NULL or its struct_size is none, since nothing of it is read then. Callbacks come
 *              from any thread, also from several at once; they must not throw, nor unwind, nor jump.
 * Threads      A function that takes a const handle may be called by several threads at once with the same handle. One that
 *              takes a handle that is not const needs it for itself.
 * Panics       A bug that stops a call within the library is PAMPAX_INTERNAL, or the value that means nothing (0, NULL,
 *              false); all handles stay valid. Running out of memory ends the process.
 */

#ifndef PAMPAX_H
#define PAMPAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The version of this interface. A program that was compiled with this header runs with any library that answers the same
 * number.
 */
#define PAMPAX_ABI_VERSION 1

/**
 * Nothing went wrong.
 */
#define PAMPAX_OK 0

/**
 * A configuration value is wrong.
 */
#define PAMPAX_INVALID_CONFIG 200

/**
 * An argument is wrong.
 */
#define PAMPAX_INVALID_ARGUMENT 201

/**
 * The stored vectors belong to another model.
 */
#define PAMPAX_EMBEDDER_MISMATCH 202

/**
 * A file or folder could not be used.
 */
#define PAMPAX_IO 300

/**
 * There is no index.
 */
#define PAMPAX_INDEX_MISSING 301

/**
 * Another writer holds the index.
 */
#define PAMPAX_INDEX_LOCKED 302

/**
 * The catalog is damaged.
 */
#define PAMPAX_INDEX_DAMAGED 303

/**
 * The schema is one this library cannot read.
 */
#define PAMPAX_INDEX_VERSION 304

/**
 * The embedder failed.
 */
#define PAMPAX_EMBEDDER_FAILED 400

/**
 * The reranker failed.
 */
#define PAMPAX_RERANKER_FAILED 401

/**
 * The network failed.
 */
#define PAMPAX_NETWORK 402

/**
 * The deadline passed.
 */
#define PAMPAX_DEADLINE_EXCEEDED 500

/**
 * The caller cancelled.
 */
#define PAMPAX_CANCELLED 501

/**
 * A bug, or a caught panic.
 */
#define PAMPAX_INTERNAL 600

/**
 * The texts are pieces of indexed files.
 */
#define PAMPAX_PURPOSE_DOCUMENT 0

/**
 * The text is a question.
 */
#define PAMPAX_PURPOSE_QUERY 1

/**
 * Something stopped a call.
 */
#define PAMPAX_LOG_ERROR 0

/**
 * Something was degraded or mended.
 */
#define PAMPAX_LOG_WARN 1

/**
 * A call ended.
 */
#define PAMPAX_LOG_INFO 2

/**
 * Detail for a developer.
 */
#define PAMPAX_LOG_DEBUG 3

/**
 * A sum that only grows; the value is added to it.
 */
#define PAMPAX_COUNTER 0

/**
 * The last value that was seen.
 */
#define PAMPAX_GAUGE 1

/**
 * A distribution of values, of which this is one.
 */
#define PAMPAX_HISTOGRAM 2

/**
 * The index is up to date; the document is the report of the update.
 */
#define PAMPAX_WATCH_UPDATED 0

/**
 * An update failed and is tried again; the document is that of the error.
 */
#define PAMPAX_WATCH_FAILED 1

/**
 * The system cannot watch some folder, and the tree is looked at every five seconds instead; the document is that of the
 * error.
 */
#define PAMPAX_WATCH_RESCANNING 2

/**
 * An assembled context. It never changes: all calls may be made from several threads at once.
 */
typedef struct pampax_bundle pampax_bundle;

/**
 * Stops the calls that were given it, from any thread. Triggering is final.
 */
typedef struct pampax_cancel pampax_cancel;

/**
 * What went wrong in one call. Its texts belong to it.
 */
typedef struct pampax_error pampax_error;

/**
 * What a callback that fails may say. Belongs to the engine; valid until the callback returns.
 */
typedef struct pampax_failure pampax_failure;

/**
 * The callbacks of a program. An index takes a copy: one host may open several, and may be freed before them.
 */
typedef struct pampax_host pampax_host;

/**
 * The index of one folder of source code. All calls may be made from several threads at once.
 */
typedef struct pampax_index pampax_index;

/**
 * The results of one search. They never change: all calls may be made from several threads at once.
 */
typedef struct pampax_results pampax_results;

/**
 * One immutable state of an index. All calls may be made from several threads at once.
 */
typedef struct pampax_searcher pampax_searcher;

/**
 * The time of the call that a callback works for. Belongs to the engine; valid until the callback returns.
 */
typedef struct pampax_watch pampax_watch;

/**
 * The number of an error, or `PAMPAX_OK`.
 */
typedef int32_t pampax_status;

/**
 * One piece of the text. Its texts belong to the bundle.
 */
typedef struct pampax_item {
  /**
   * `sizeof(pampax_item)`, written by the caller.
   */
  size_t struct_size;
  /**
   * The file, relative to the root.
   */
  const char *path;
  /**
   * The file's language.
   */
  const char *language;
  /**
   * The file's role, such as "code" or "test".
   */
  const char *role;
  /**
   * What the definition is that the piece is or lies in; NULL for none.
   */
  const char *kind;
  /**
   * The qualified name of that definition; NULL for none.
   */
  const char *symbol;
  /**
   * The id of that definition, for the operation `expand`; NULL for none.
   */
  const char *span_id;
  /**
   * How much of it is shown, such as "full" or "outline".
   */
  const char *level;
  /**
   * What made it a candidate, such as "search" or "graph".
   */
  const char *origin;
  /**
   * The tokens that the piece adds to the text.
   */
  size_t tokens;
  /**
   * How relevant it was taken to be: above 0, and 1 for the best.
   */
  double relevance;
  /**
   * The score that search gave it; 0 for what search did not find by itself.
   */
  double score;
  /**
   * The first line, counted from 1.
   */
  uint32_t start_line;
  /**
   * The last line, inclusive.
   */
  uint32_t end_line;
} pampax_item;

/**
 * Texts that a callback is given. They belong to the engine and are valid until the callback returns.
 */
typedef struct pampax_texts {
  /**
   * `count` texts, each of which ends with a NUL.
   */
  const char *const *items;
  /**
   * Their lengths in bytes, without the NUL.
   */
  const size_t *lengths;
  /**
   * How many there are.
   */
  size_t count;
} pampax_texts;

/**
 * Turns texts into vectors.
 */
typedef struct pampax_embedder {
  /**
   * `sizeof(pampax_embedder)`.
   */
  size_t struct_size;
  /**
   * Handed back with every callback.
   */
  void *userdata;
  /**
   * Called once with `userdata`, when the last user is gone or the table is refused. NULL: nothing is.
   */
  void (*destroy)(void *userdata);
  /**
   * A stable name of the model and its version; it is copied. Vectors of different ids are never compared.
   */
  const char *id;
  /**
   * The number of components of every vector, at least 1.
   */
  size_t dimensions;
  /**
   * Writes one vector for each text into `vectors`, one after another: `texts->count * dimensions` numbers. Returns 0,
   * or anything else when it fails. `purpose` is `PAMPAX_PURPOSE_DOCUMENT` or `PAMPAX_PURPOSE_QUERY`.
   */
  int32_t (*embed)(void *userdata,
                   const struct pampax_texts *texts,
                   int32_t purpose,
                   float *vectors,
                   const struct pampax_watch *watch,
                   struct pampax_failure *failure);
} pampax_embedder;

/**
 * Takes log records.
 */
typedef struct pampax_log {
  /**
   * `sizeof(pampax_log)`.
   */
  size_t struct_size;
  /**
   * Handed back with every callback.
   */
  void *userdata;
  /**
   * Called once with `userdata`, when the last user is gone or the table is refused. NULL: nothing is.
   */
  void (*destroy)(void *userdata);
  /**
   * Takes one record: its level, one of `PAMPAX_LOG_…`, and its JSON form of `length` bytes, which a NUL follows; see
   * docs/schemas/log-record.schema.json. Must not block for long and must not call this library. Which levels come is said by
   * the key `logging.level`.
   */
  void (*write)(void *userdata, int32_t level, const char *record_json, size_t length);
} pampax_log;

/**
 * One measurement. It belongs to the engine and is valid until the callback returns.
 */
typedef struct pampax_measurement {
  /**
   * The size of the structure that the library has.
   */
  size_t struct_size;
  /**
   * `PAMPAX_COUNTER`, `PAMPAX_GAUGE` or `PAMPAX_HISTOGRAM`.
   */
  int32_t kind;
  /**
   * The stable name, as docs/operations.md lists it.
   */
  const char *name;
  /**
   * What was measured.
   */
  double value;
  /**
   * How often the same value was measured; 1 but for histograms whose measurements are sampled.
   */
  uint64_t count;
  /**
   * How many labels there are.
   */
  size_t label_count;
  /**
   * Their names.
   */
  const char *const *label_names;
  /**
   * Their values, in the same order.
   */
  const char *const *label_values;
} pampax_measurement;

/**
 * Takes measurements.
 */
typedef struct pampax_metrics {
  /**
   * `sizeof(pampax_metrics)`.
   */
  size_t struct_size;
  /**
   * Handed back with every callback.
   */
  void *userdata;
  /**
   * Called once with `userdata`, when the last user is gone or the table is refused. NULL: nothing is.
   */
  void (*destroy)(void *userdata);
  /**
   * Takes one measurement, in the middle of the engine's work: must be quick and must not call this library.
   */
  void (*measure)(void *userdata, const struct pampax_measurement *measurement);
} pampax_metrics;

/**
 * Scores texts against a question.
 */
typedef struct pampax_reranker {
  /**
   * `sizeof(pampax_reranker)`.
   */
  size_t struct_size;
  /**
   * Handed back with every callback.
   */
  void *userdata;
  /**
   * Called once with `userdata`, when the last user is gone or the table is refused. NULL: nothing is.
   */
  void (*destroy)(void *userdata);
  /**
   * A stable name of the model and its version; it is copied.
   */
  const char *id;
  /**
   * Writes one score for each document into `scores`; higher is better, and only the order matters. Returns 0, or
   * anything else when it fails: the engine then keeps its own order and says so.
   */
  int32_t (*score)(void *userdata,
                   const char *query,
                   const struct pampax_texts *documents,
                   float *scores,
                   const struct pampax_watch *watch,
                   struct pampax_failure *failure);
} pampax_reranker;

/**
 * Counts the tokens of a text as one named model would.
 */
typedef struct pampax_token_counter {
  /**
   * `sizeof(pampax_token_counter)`.
   */
  size_t struct_size;
  /**
   * Handed back with every callback.
   */
  void *userdata;
  /**
   * Called once with `userdata`, when the last user is gone or the table is refused. NULL: nothing is.
   */
  void (*destroy)(void *userdata);
  /**
   * The name by which requests choose this counter; it is copied. Names that are built in stay as they are.
   */
  const char *name;
  /**
   * The number of tokens of a text of `length` bytes, which a NUL follows. Must not depend on anything but the text, and
   * must not call this library.
   */
  size_t (*count)(void *userdata, const char *text, size_t length);
} pampax_token_counter;

/**
 * Bounds of one call; NULL in place of them is no bound.
 */
typedef struct pampax_limits {
  /**
   * `sizeof(pampax_limits)`.
   */
  size_t struct_size;
  /**
   * The longest time that the call may take, in milliseconds. 0: no limit.
   */
  uint64_t timeout_ms;
  /**
   * The id that every log record of the call carries. NULL: one of the engine's own.
   */
  const char *correlation_id;
  /**
   * What stops the call. It must live until the call ends. NULL: nothing does.
   */
  const struct pampax_cancel *cancel;
} pampax_limits;

/**
 * How far an update is. It belongs to the engine and is valid until the callback returns.
 */
typedef struct pampax_progress {
  /**
   * The size of the structure that the library has.
   */
  size_t struct_size;
  /**
   * The part that is running: "walk", "parse", "embed" or "commit".
   */
  const char *stage;
  /**
   * Files that are done in this stage.
   */
  uint64_t files_done;
  /**
   * Files there are to do in this stage.
   */
  uint64_t files_total;
  /**
   * Bytes of those that are done.
   */
  uint64_t bytes_done;
  /**
   * Bytes of all of them.
   */
  uint64_t bytes_total;
} pampax_progress;

/**
 * Is told how far an update is.
 */
typedef struct pampax_progress_listener {
  /**
   * `sizeof(pampax_progress_listener)`.
   */
  size_t struct_size;
  /**
   * Handed back with every callback.
   */
  void *userdata;
  /**
   * Called once with `userdata`, before the call that was given the table ends. NULL: nothing is.
   */
  void (*destroy)(void *userdata);
  /**
   * Is called often, from any thread, also from several at once. Must not block.
   */
  void (*tell)(void *userdata, const struct pampax_progress *progress);
} pampax_progress_listener;

/**
 * Is told what happens while a tree is watched.
 */
typedef struct pampax_watch_listener {
  /**
   * `sizeof(pampax_watch_listener)`.
   */
  size_t struct_size;
  /**
   * Handed back with every callback.
   */
  void *userdata;
  /**
   * Called once with `userdata`, before the call that was given the table ends. NULL: nothing is.
   */
  void (*destroy)(void *userdata);
  /**
   * Is called on the thread that watches, with one of `PAMPAX_WATCH_…` and a JSON document, which is valid until the
   * callback returns. Kinds that a program does not know are passed over.
   */
  void (*tell)(void *userdata, int32_t kind, const char *document_json);
} pampax_watch_listener;

/**
 * One piece of a file that answers the query. Its texts belong to the results.
 */
typedef struct pampax_hit {
  /**
   * `sizeof(pampax_hit)`, written by the caller.
   */
  size_t struct_size;
  /**
   * The file, relative to the root.
   */
  const char *path;
  /**
   * The file's language.
   */
  const char *language;
  /**
   * The file's role, such as "code" or "test".
   */
  const char *role;
  /**
   * What the definition is that the hit is or lies in, such as "function"; NULL for none.
   */
  const char *kind;
  /**
   * The qualified name of that definition; NULL for none.
   */
  const char *symbol;
  /**
   * The id of that definition, for the operation `expand`; NULL for none.
   */
  const char *span_id;
  /**
   * The names of the enclosing definitions, outermost first.
   */
  const char *breadcrumb;
  /**
   * The text of the hit, secrets masked.
   */
  const char *snippet;
  /**
   * Whether the file on disk still is the indexed one: "fresh", "stale", "missing" or "unknown".
   */
  const char *freshness;
  /**
   * The length of the snippet in bytes.
   */
  size_t snippet_length;
  /**
   * How well the hit answers.
   */
  double score;
  /**
   * The first line, counted from 1.
   */
  uint32_t start_line;
  /**
   * The last line, inclusive.
   */
  uint32_t end_line;
  /**
   * The first byte in the original file, counted from 0.
   */
  uint32_t start_byte;
  /**
   * The byte after the last one.
   */
  uint32_t end_byte;
  /**
   * The size of the snippet in tokens of the tokenizer "approximate".
   */
  uint32_t tokens;
} pampax_hit;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The `PAMPAX_ABI_VERSION` of the library that runs.
 */
uint32_t pampax_abi_version(void);

/**
 * The version of the engine, such as "0.1.0". Valid as long as the program.
 */
const char *pampax_version(void);

/**
 * The text: what goes to the model; NULL for NULL. Belongs to the bundle.
 */
const char *pampax_bundle_text(const struct pampax_bundle *bundle);

/**
 * The length of the text in bytes; 0 for NULL.
 */
size_t pampax_bundle_text_length(const struct pampax_bundle *bundle);

/**
 * The tokens of the text, never more than the budget; 0 for NULL.
 */
size_t pampax_bundle_tokens(const struct pampax_bundle *bundle);

/**
 * The budget: as asked, or what the session has left when that is less; 0 for NULL.
 */
size_t pampax_bundle_budget(const struct pampax_bundle *bundle);

/**
 * The condition that ended the packing, such as "budget_reached"; NULL for NULL. Belongs to the bundle.
 */
const char *pampax_bundle_stop_reason(const struct pampax_bundle *bundle);

/**
 * The state of the index that answered; 0 for NULL.
 */
uint64_t pampax_bundle_generation(const struct pampax_bundle *bundle);

/**
 * The number of pieces in the text; 0 for NULL.
 */
size_t pampax_bundle_len(const struct pampax_bundle *bundle);

/**
 * Shows the piece at `index`, in the order of the text, counted from 0. `out_item->struct_size` is `sizeof(pampax_item)`
 * before the call.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for an index that is not below `pampax_bundle_len`.
 */
pampax_status pampax_bundle_get(const struct pampax_bundle *bundle,
                                size_t index,
                                struct pampax_item *out_item,
                                struct pampax_error **out_error);

/**
 * The whole of the bundle as JSON, with its account and its receipt: what the operation `assemble` answers. Free it with
 * `pampax_text_free`.
 */
pampax_status pampax_bundle_json(const struct pampax_bundle *bundle,
                                 char **out_json,
                                 struct pampax_error **out_error);

/**
 * Takes a bundle; views into it end. NULL is fine.
 */
void pampax_bundle_free(struct pampax_bundle *bundle);

/**
 * The number of the error, as the call returned it; `PAMPAX_OK` for NULL.
 */
pampax_status pampax_error_code(const struct pampax_error *error);

/**
 * The stable name, such as "INDEX_MISSING"; NULL for NULL. Belongs to the error.
 */
const char *pampax_error_name(const struct pampax_error *error);

/**
 * What went wrong, as a sentence without a full stop; NULL for NULL. Belongs to the error.
 */
const char *pampax_error_message(const struct pampax_error *error);

/**
 * What a person can do about it; NULL for NULL. Belongs to the error.
 */
const char *pampax_error_remedy(const struct pampax_error *error);

/**
 * The error as a JSON document, `{"error":{"code":…,"name":…,"message":…,"remedy":…}}`; NULL for NULL. Belongs to the
 * error.
 */
const char *pampax_error_json(const struct pampax_error *error);

/**
 * The exit status of a program that ends with this error, from 2 to 6; 0 for NULL.
 */
int32_t pampax_error_exit_status(const struct pampax_error *error);

/**
 * Takes an error. NULL is fine.
 */
void pampax_error_free(struct pampax_error *error);

/**
 * A host without callbacks; NULL only after a panic. Free it with `pampax_host_free`.
 */
struct pampax_host *pampax_host_new(void);

/**
 * Takes a host. The callbacks live on while an index or a searcher uses them. NULL is fine.
 */
void pampax_host_free(struct pampax_host *host);

/**
 * Gives a host an embedder. The table is copied; its callback is called from any thread, also from several at once.
 */
pampax_status pampax_host_set_embedder(struct pampax_host *host,
                                       const struct pampax_embedder *embedder,
                                       struct pampax_error **out_error);

/**
 * Says why a callback fails, as a sentence without a full stop; it is shown to users and logged. The text is copied. What
 * is not UTF-8 in it is replaced. NULLs are fine, and do nothing.
 */
void pampax_failure_set_message(struct pampax_failure *failure,
                                const char *message);

/**
 * Says that something far away failed: with an HTTP status, or 0 when there was no connection or no answer, and how long
 * it asks to wait in milliseconds, or 0. The call is then made again where that may help; after any other failure it is
 * not. NULL is fine, and does nothing.
 */
void pampax_failure_set_remote(struct pampax_failure *failure,
                               uint16_t http_status,
                               uint64_t retry_after_ms);

/**
 * Gives a host a log. The table is copied; its callback is called from any thread, also from several at once.
 */
pampax_status pampax_host_set_log(struct pampax_host *host,
                                  const struct pampax_log *log,
                                  struct pampax_error **out_error);

/**
 * Gives a host a sink of measurements, beside what `pampax_index_metrics` keeps. The table is copied; its callback is
 * called from any thread, also from several at once.
 */
pampax_status pampax_host_set_metrics(struct pampax_host *host,
                                      const struct pampax_metrics *metrics,
                                      struct pampax_error **out_error);

/**
 * Gives a host a reranker. The table is copied; its callback is called from any thread, also from several at once.
 */
pampax_status pampax_host_set_reranker(struct pampax_host *host,
                                       const struct pampax_reranker *reranker,
                                       struct pampax_error **out_error);

/**
 * Gives a host a token counter. The table is copied; its callback is called from any thread, also from several at once.
 */
pampax_status pampax_host_set_token_counter(struct pampax_host *host,
                                            const struct pampax_token_counter *counter,
                                            struct pampax_error **out_error);

/**
 * Whether nobody waits for the answer any more, because the call was cancelled or its time is over; false for NULL.
 */
bool pampax_watch_is_over(const struct pampax_watch *watch);

/**
 * The time left in milliseconds; -1 when there is no limit, and for NULL.
 */
int64_t pampax_watch_remaining_ms(const struct pampax_watch *watch);

/**
 * Opens the index of the folder `root`. Cheap: nothing is read or made before it is needed. `options_json` is an object
 * with any of `config` (the text of a `pampax.toml`), `variables`, `settings` (values by key, such as
 * `{"cache.enabled":false}`), `index_dir` and `metrics` (whether measurements are kept); NULL or "" means none. `host` may
 * be NULL. Free the index with `pampax_index_free`.
 *
 * Errors: `PAMPAX_INVALID_CONFIG` naming the key, `PAMPAX_IO` when `root` is not a folder.
 */
pampax_status pampax_index_open(const char *root,
                                const char *options_json,
                                const struct pampax_host *host,
                                struct pampax_index **out_index,
                                struct pampax_error **out_error);

/**
 * Brings the index up to date with the tree. `progress` may be NULL; it is called on any thread until the call ends.
 * `out_report_json` may be NULL; the report is freed with `pampax_text_free`.
 *
 * Errors: `PAMPAX_INDEX_LOCKED` when something else is writing, `PAMPAX_INDEX_DAMAGED`, `PAMPAX_INDEX_VERSION`,
 * `PAMPAX_IO`, `PAMPAX_DEADLINE_EXCEEDED`, `PAMPAX_CANCELLED`.
 */
pampax_status pampax_index_update(const struct pampax_index *index,
                                  const struct pampax_limits *limits,
                                  const struct pampax_progress_listener *progress,
                                  char **out_report_json,
                                  struct pampax_error **out_error);

/**
 * Answers one request of any operation, such as `{"op":"search","params":{"text":"login"}}`; docs/protocol.md lists them.
 * Free the answer with `pampax_text_free`.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for what is no request, and those of the operation.
 */
pampax_status pampax_index_call(const struct pampax_index *index,
                                const char *request_json,
                                const struct pampax_limits *limits,
                                char **out_json,
                                struct pampax_error **out_error);

/**
 * Takes over which line names which definition from the `length` bytes of an `index.scip` that another program made of
 * this tree, or of the folder `under` it, which may be NULL. `out_report_json` may be NULL.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` when the bytes are not such an index, `PAMPAX_INDEX_MISSING` before the first update,
 * and those of `pampax_index_update`.
 */
pampax_status pampax_index_import_scip(const struct pampax_index *index,
                                       const uint8_t *bytes,
                                       size_t length,
                                       const char *under,
                                       const struct pampax_limits *limits,
                                       char **out_report_json,
                                       struct pampax_error **out_error);

/**
 * Keeps the index up to date while the tree changes, until `limits` end it: triggering its token, or its time being over,
 * is the way to stop, and no error. `listener` is told of every update, on this thread, and may be NULL. The summary,
 * `{"updates":…,"failures":…}`, may be left out with NULL.
 *
 * Errors: `PAMPAX_IO` when the tree cannot be read or watched; `PAMPAX_INVALID_ARGUMENT` from a library that was built
 * without the feature `watch`. An update that fails is told to the listener.
 */
pampax_status pampax_index_watch(const struct pampax_index *index,
                                 const struct pampax_watch_listener *listener,
                                 const struct pampax_limits *limits,
                                 char **out_summary_json,
                                 struct pampax_error **out_error);

/**
 * A searcher over the last committed state; it stays at that state. Free it with `pampax_searcher_free`, before or after
 * the index.
 *
 * Errors: `PAMPAX_INDEX_MISSING` before the first update, `PAMPAX_INDEX_DAMAGED`, `PAMPAX_INDEX_VERSION`, `PAMPAX_IO`.
 */
pampax_status pampax_index_searcher(const struct pampax_index *index,
                                    struct pampax_searcher **out_searcher,
                                    struct pampax_error **out_error);

/**
 * Takes over another configuration. Calls that run, and searchers, keep the one they have. `out_report_json` may be NULL.
 *
 * Errors: `PAMPAX_INVALID_CONFIG` naming the key; nothing is changed then.
 */
pampax_status pampax_index_reload(const struct pampax_index *index,
                                  const char *options_json,
                                  char **out_report_json,
                                  struct pampax_error **out_error);

/**
 * What was measured since the index was opened, as JSON. Free it with `pampax_text_free`.
 */
pampax_status pampax_index_metrics(const struct pampax_index *index,
                                   char **out_json,
                                   struct pampax_error **out_error);

/**
 * Takes an index. Searchers of it live on. NULL is fine.
 */
void pampax_index_free(struct pampax_index *index);

/**
 * A token that is not triggered; NULL only after a panic. Free it with `pampax_cancel_free`.
 */
struct pampax_cancel *pampax_cancel_new(void);

/**
 * Asks every call that was given the token to end at its next check. NULL is fine.
 */
void pampax_cancel_trigger(const struct pampax_cancel *cancel);

/**
 * Whether the token was triggered; false for NULL.
 */
bool pampax_cancel_is_triggered(const struct pampax_cancel *cancel);

/**
 * Takes a token. Calls that run go on. NULL is fine.
 */
void pampax_cancel_free(struct pampax_cancel *cancel);

/**
 * The number of hits; 0 for NULL.
 */
size_t pampax_results_len(const struct pampax_results *results);

/**
 * Shows the hit at `index`, best first, counted from 0. `out_hit->struct_size` is `sizeof(pampax_hit)` before the call.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for an index that is not below `pampax_results_len`.
 */
pampax_status pampax_results_get(const struct pampax_results *results,
                                 size_t index,
                                 struct pampax_hit *out_hit,
                                 struct pampax_error **out_error);

/**
 * How many things could not be used; 0 for NULL.
 */
size_t pampax_results_degraded_len(const struct pampax_results *results);

/**
 * What could not be used, such as "embedder", and why. Both texts belong to the results.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for an index that is not below `pampax_results_degraded_len`.
 */
pampax_status pampax_results_degraded_get(const struct pampax_results *results,
                                          size_t index,
                                          const char **out_what,
                                          const char **out_why,
                                          struct pampax_error **out_error);

/**
 * What a person could try when there are no hits; NULL when there is nothing to say, and for NULL. Belongs to the results.
 */
const char *pampax_results_suggestion(const struct pampax_results *results);

/**
 * The state of the index that answered; 0 for NULL.
 */
uint64_t pampax_results_generation(const struct pampax_results *results);

/**
 * The whole of the results as JSON, with every contribution to every score: what the operation `search` answers. Free it
 * with `pampax_text_free`.
 */
pampax_status pampax_results_json(const struct pampax_results *results,
                                  char **out_json,
                                  struct pampax_error **out_error);

/**
 * Takes results; views into them end. NULL is fine.
 */
void pampax_results_free(struct pampax_results *results);

/**
 * Answers one request of an operation that a searcher answers, such as `symbols`, `graph` or `expand`; docs/protocol.md
 * lists them. Free the answer with `pampax_text_free`.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for what is no request and for operations that only an index answers, and those of the
 * operation.
 */
pampax_status pampax_searcher_call(const struct pampax_searcher *searcher,
                                   const char *request_json,
                                   const struct pampax_limits *limits,
                                   char **out_json,
                                   struct pampax_error **out_error);

/**
 * Answers one question, such as `{"text":"login","limit":5}`: the parameters of the operation `search`. Free the results
 * with `pampax_results_free`.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for a query that is none, a limit out of range or a malformed glob,
 * `PAMPAX_DEADLINE_EXCEEDED`, `PAMPAX_CANCELLED`, `PAMPAX_INDEX_DAMAGED`, `PAMPAX_IO`.
 */
pampax_status pampax_searcher_search(const struct pampax_searcher *searcher,
                                     const char *query_json,
                                     const struct pampax_limits *limits,
                                     struct pampax_results **out_results,
                                     struct pampax_error **out_error);

/**
 * Puts together context within a budget of tokens, such as `{"query":"how does login work","budget":2000}`: the parameters
 * of the operation `assemble`. Free the bundle with `pampax_bundle_free`.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for a request that is none, a budget out of range or an unknown tokenizer, and, before
 * anything was found, `PAMPAX_DEADLINE_EXCEEDED` and `PAMPAX_CANCELLED`; `PAMPAX_INDEX_DAMAGED`, `PAMPAX_IO`.
 */
pampax_status pampax_searcher_assemble(const struct pampax_searcher *searcher,
                                       const char *request_json,
                                       const struct pampax_limits *limits,
                                       struct pampax_bundle **out_bundle,
                                       struct pampax_error **out_error);

/**
 * The state of the index that answers; it grows with every update that changes something. 0 for NULL.
 */
uint64_t pampax_searcher_generation(const struct pampax_searcher *searcher);

/**
 * Another handle of the same state, which lives by itself. Cheap. Free it with `pampax_searcher_free`.
 */
pampax_status pampax_searcher_clone(const struct pampax_searcher *searcher,
                                    struct pampax_searcher **out_searcher,
                                    struct pampax_error **out_error);

/**
 * Takes a searcher. Results and bundles of it live on. NULL is fine.
 */
void pampax_searcher_free(struct pampax_searcher *searcher);

/**
 * Takes a text that a call of this library gave as `char *`. NULL is fine. Texts that are given as `const char *` are not
 * freed: they belong to what they were asked of.
 */
void pampax_text_free(char *text);

/**
 * The number of the error, as the call returned it; `PAMPAX_OK` for NULL.
 */
pampax_status pampax_error_code(const struct pampax_error *error);

/**
 * The stable name, such as "INDEX_MISSING"; NULL for NULL. Belongs to the error.
 */
const char *pampax_error_name(const struct pampax_error *error);

/**
 * What went wrong, as a sentence without a full stop; NULL for NULL. Belongs to the error.
 */
const char *pampax_error_message(const struct pampax_error *error);

/**
 * What a person can do about it; NULL for NULL. Belongs to the error.
 */
const char *pampax_error_remedy(const struct pampax_error *error);

/**
 * The error as a JSON document, `{"error":{"code":…,"name":…,"message":…,"remedy":…}}`; NULL for NULL. Belongs to the
 * error.
 */
const char *pampax_error_json(const struct pampax_error *error);

/**
 * The exit status of a program that ends with this error, from 2 to 6; 0 for NULL.
 */
int32_t pampax_error_exit_status(const struct pampax_error *error);

/**
 * Takes an error. NULL is fine.
 */
void pampax_error_free(struct pampax_error *error);

/**
 * Takes a text that a call of this library gave as `char *`. NULL is fine. Texts that are given as `const char *` are not
 * freed: they belong to what they were asked of.
 */
void pampax_text_free(char *text);

/**
 * A token that is not triggered; NULL only after a panic. Free it with `pampax_cancel_free`.
 */
struct pampax_cancel *pampax_cancel_new(void);

/**
 * Asks every call that was given the token to end at its next check. NULL is fine.
 */
void pampax_cancel_trigger(const struct pampax_cancel *cancel);

/**
 * Whether the token was triggered; false for NULL.
 */
bool pampax_cancel_is_triggered(const struct pampax_cancel *cancel);

/**
 * Takes a token. Calls that run go on. NULL is fine.
 */
void pampax_cancel_free(struct pampax_cancel *cancel);

/**
 * A host without callbacks; NULL only after a panic. Free it with `pampax_host_free`.
 */
struct pampax_host *pampax_host_new(void);

/**
 * Takes a host. The callbacks live on while an index or a searcher uses them. NULL is fine.
 */
void pampax_host_free(struct pampax_host *host);

/**
 * Whether nobody waits for the answer any more, because the call was cancelled or its time is over; false for NULL.
 */
bool pampax_watch_is_over(const struct pampax_watch *watch);

/**
 * The time left in milliseconds; -1 when there is no limit, and for NULL.
 */
int64_t pampax_watch_remaining_ms(const struct pampax_watch *watch);

/**
 * Says why a callback fails, as a sentence without a full stop; it is shown to users and logged. The text is copied. What
 * is not UTF-8 in it is replaced. NULLs are fine, and do nothing.
 */
void pampax_failure_set_message(struct pampax_failure *failure,
                                const char *message);

/**
 * Says that something far away failed: with an HTTP status, or 0 when there was no connection or no answer, and how long
 * it asks to wait in milliseconds, or 0. The call is then made again where that may help; after any other failure it is
 * not. NULL is fine, and does nothing.
 */
void pampax_failure_set_remote(struct pampax_failure *failure,
                               uint16_t http_status,
                               uint64_t retry_after_ms);

/**
 * Gives a host an embedder. The table is copied; its callback is called from any thread, also from several at once.
 */
pampax_status pampax_host_set_embedder(struct pampax_host *host,
                                       const struct pampax_embedder *embedder,
                                       struct pampax_error **out_error);

/**
 * Gives a host a reranker. The table is copied; its callback is called from any thread, also from several at once.
 */
pampax_status pampax_host_set_reranker(struct pampax_host *host,
                                       const struct pampax_reranker *reranker,
                                       struct pampax_error **out_error);

/**
 * Gives a host a token counter. The table is copied; its callback is called from any thread, also from several at once.
 */
pampax_status pampax_host_set_token_counter(struct pampax_host *host,
                                            const struct pampax_token_counter *counter,
                                            struct pampax_error **out_error);

/**
 * Gives a host a log. The table is copied; its callback is called from any thread, also from several at once.
 */
pampax_status pampax_host_set_log(struct pampax_host *host,
                                  const struct pampax_log *log,
                                  struct pampax_error **out_error);

/**
 * Gives a host a sink of measurements, beside what `pampax_index_metrics` keeps. The table is copied; its callback is
 * called from any thread, also from several at once.
 */
pampax_status pampax_host_set_metrics(struct pampax_host *host,
                                      const struct pampax_metrics *metrics,
                                      struct pampax_error **out_error);

/**
 * Opens the index of the folder `root`. Cheap: nothing is read or made before it is needed. `options_json` is an object
 * with any of `config` (the text of a `pampax.toml`), `variables`, `settings` (values by key, such as
 * `{"cache.enabled":false}`), `index_dir` and `metrics` (whether measurements are kept); NULL or "" means none. `host` may
 * be NULL. Free the index with `pampax_index_free`.
 *
 * Errors: `PAMPAX_INVALID_CONFIG` naming the key, `PAMPAX_IO` when `root` is not a folder.
 */
pampax_status pampax_index_open(const char *root,
                                const char *options_json,
                                const struct pampax_host *host,
                                struct pampax_index **out_index,
                                struct pampax_error **out_error);

/**
 * Brings the index up to date with the tree. `progress` may be NULL; it is called on any thread until the call ends.
 * `out_report_json` may be NULL; the report is freed with `pampax_text_free`.
 *
 * Errors: `PAMPAX_INDEX_LOCKED` when something else is writing, `PAMPAX_INDEX_DAMAGED`, `PAMPAX_INDEX_VERSION`,
 * `PAMPAX_IO`, `PAMPAX_DEADLINE_EXCEEDED`, `PAMPAX_CANCELLED`.
 */
pampax_status pampax_index_update(const struct pampax_index *index,
                                  const struct pampax_limits *limits,
                                  const struct pampax_progress_listener *progress,
                                  char **out_report_json,
                                  struct pampax_error **out_error);

/**
 * Answers one request of any operation, such as `{"op":"search","params":{"text":"login"}}`; docs/protocol.md lists them.
 * Free the answer with `pampax_text_free`.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for what is no request, and those of the operation.
 */
pampax_status pampax_index_call(const struct pampax_index *index,
                                const char *request_json,
                                const struct pampax_limits *limits,
                                char **out_json,
                                struct pampax_error **out_error);

/**
 * Takes over which line names which definition from the `length` bytes of an `index.scip` that another program made of
 * this tree, or of the folder `under` it, which may be NULL. `out_report_json` may be NULL.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` when the bytes are not such an index, `PAMPAX_INDEX_MISSING` before the first update,
 * and those of `pampax_index_update`.
 */
pampax_status pampax_index_import_scip(const struct pampax_index *index,
                                       const uint8_t *bytes,
                                       size_t length,
                                       const char *under,
                                       const struct pampax_limits *limits,
                                       char **out_report_json,
                                       struct pampax_error **out_error);

/**
 * Keeps the index up to date while the tree changes, until `limits` end it: triggering its token, or its time being over,
 * is the way to stop, and no error. `listener` is told of every update, on this thread, and may be NULL. The summary,
 * `{"updates":…,"failures":…}`, may be left out with NULL.
 *
 * Errors: `PAMPAX_IO` when the tree cannot be read or watched; `PAMPAX_INVALID_ARGUMENT` from a library that was built
 * without the feature `watch`. An update that fails is told to the listener.
 */
pampax_status pampax_index_watch(const struct pampax_index *index,
                                 const struct pampax_watch_listener *listener,
                                 const struct pampax_limits *limits,
                                 char **out_summary_json,
                                 struct pampax_error **out_error);

/**
 * A searcher over the last committed state; it stays at that state. Free it with `pampax_searcher_free`, before or after
 * the index.
 *
 * Errors: `PAMPAX_INDEX_MISSING` before the first update, `PAMPAX_INDEX_DAMAGED`, `PAMPAX_INDEX_VERSION`, `PAMPAX_IO`.
 */
pampax_status pampax_index_searcher(const struct pampax_index *index,
                                    struct pampax_searcher **out_searcher,
                                    struct pampax_error **out_error);

/**
 * Takes over another configuration. Calls that run, and searchers, keep the one they have. `out_report_json` may be NULL.
 *
 * Errors: `PAMPAX_INVALID_CONFIG` naming the key; nothing is changed then.
 */
pampax_status pampax_index_reload(const struct pampax_index *index,
                                  const char *options_json,
                                  char **out_report_json,
                                  struct pampax_error **out_error);

/**
 * What was measured since the index was opened, as JSON. Free it with `pampax_text_free`.
 */
pampax_status pampax_index_metrics(const struct pampax_index *index,
                                   char **out_json,
                                   struct pampax_error **out_error);

/**
 * Takes an index. Searchers of it live on. NULL is fine.
 */
void pampax_index_free(struct pampax_index *index);

/**
 * Answers one request of an operation that a searcher answers, such as `symbols`, `graph` or `expand`; docs/protocol.md
 * lists them. Free the answer with `pampax_text_free`.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for what is no request and for operations that only an index answers, and those of the
 * operation.
 */
pampax_status pampax_searcher_call(const struct pampax_searcher *searcher,
                                   const char *request_json,
                                   const struct pampax_limits *limits,
                                   char **out_json,
                                   struct pampax_error **out_error);

/**
 * Answers one question, such as `{"text":"login","limit":5}`: the parameters of the operation `search`. Free the results
 * with `pampax_results_free`.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for a query that is none, a limit out of range or a malformed glob,
 * `PAMPAX_DEADLINE_EXCEEDED`, `PAMPAX_CANCELLED`, `PAMPAX_INDEX_DAMAGED`, `PAMPAX_IO`.
 */
pampax_status pampax_searcher_search(const struct pampax_searcher *searcher,
                                     const char *query_json,
                                     const struct pampax_limits *limits,
                                     struct pampax_results **out_results,
                                     struct pampax_error **out_error);

/**
 * Puts together context within a budget of tokens, such as `{"query":"how does login work","budget":2000}`: the parameters
 * of the operation `assemble`. Free the bundle with `pampax_bundle_free`.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for a request that is none, a budget out of range or an unknown tokenizer, and, before
 * anything was found, `PAMPAX_DEADLINE_EXCEEDED` and `PAMPAX_CANCELLED`; `PAMPAX_INDEX_DAMAGED`, `PAMPAX_IO`.
 */
pampax_status pampax_searcher_assemble(const struct pampax_searcher *searcher,
                                       const char *request_json,
                                       const struct pampax_limits *limits,
                                       struct pampax_bundle **out_bundle,
                                       struct pampax_error **out_error);

/**
 * The state of the index that answers; it grows with every update that changes something. 0 for NULL.
 */
uint64_t pampax_searcher_generation(const struct pampax_searcher *searcher);

/**
 * Another handle of the same state, which lives by itself. Cheap. Free it with `pampax_searcher_free`.
 */
pampax_status pampax_searcher_clone(const struct pampax_searcher *searcher,
                                    struct pampax_searcher **out_searcher,
                                    struct pampax_error **out_error);

/**
 * Takes a searcher. Results and bundles of it live on. NULL is fine.
 */
void pampax_searcher_free(struct pampax_searcher *searcher);

/**
 * The number of hits; 0 for NULL.
 */
size_t pampax_results_len(const struct pampax_results *results);

/**
 * Shows the hit at `index`, best first, counted from 0. `out_hit->struct_size` is `sizeof(pampax_hit)` before the call.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for an index that is not below `pampax_results_len`.
 */
pampax_status pampax_results_get(const struct pampax_results *results,
                                 size_t index,
                                 struct pampax_hit *out_hit,
                                 struct pampax_error **out_error);

/**
 * How many things could not be used; 0 for NULL.
 */
size_t pampax_results_degraded_len(const struct pampax_results *results);

/**
 * What could not be used, such as "embedder", and why. Both texts belong to the results.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for an index that is not below `pampax_results_degraded_len`.
 */
pampax_status pampax_results_degraded_get(const struct pampax_results *results,
                                          size_t index,
                                          const char **out_what,
                                          const char **out_why,
                                          struct pampax_error **out_error);

/**
 * What a person could try when there are no hits; NULL when there is nothing to say, and for NULL. Belongs to the results.
 */
const char *pampax_results_suggestion(const struct pampax_results *results);

/**
 * The state of the index that answered; 0 for NULL.
 */
uint64_t pampax_results_generation(const struct pampax_results *results);

/**
 * The whole of the results as JSON, with every contribution to every score: what the operation `search` answers. Free it
 * with `pampax_text_free`.
 */
pampax_status pampax_results_json(const struct pampax_results *results,
                                  char **out_json,
                                  struct pampax_error **out_error);

/**
 * Takes results; views into them end. NULL is fine.
 */
void pampax_results_free(struct pampax_results *results);

/**
 * The text: what goes to the model; NULL for NULL. Belongs to the bundle.
 */
const char *pampax_bundle_text(const struct pampax_bundle *bundle);

/**
 * The length of the text in bytes; 0 for NULL.
 */
size_t pampax_bundle_text_length(const struct pampax_bundle *bundle);

/**
 * The tokens of the text, never more than the budget; 0 for NULL.
 */
size_t pampax_bundle_tokens(const struct pampax_bundle *bundle);

/**
 * The budget: as asked, or what the session has left when that is less; 0 for NULL.
 */
size_t pampax_bundle_budget(const struct pampax_bundle *bundle);

/**
 * The condition that ended the packing, such as "budget_reached"; NULL for NULL. Belongs to the bundle.
 */
const char *pampax_bundle_stop_reason(const struct pampax_bundle *bundle);

/**
 * The state of the index that answered; 0 for NULL.
 */
uint64_t pampax_bundle_generation(const struct pampax_bundle *bundle);

/**
 * The number of pieces in the text; 0 for NULL.
 */
size_t pampax_bundle_len(const struct pampax_bundle *bundle);

/**
 * Shows the piece at `index`, in the order of the text, counted from 0. `out_item->struct_size` is `sizeof(pampax_item)`
 * before the call.
 *
 * Errors: `PAMPAX_INVALID_ARGUMENT` for an index that is not below `pampax_bundle_len`.
 */
pampax_status pampax_bundle_get(const struct pampax_bundle *bundle,
                                size_t index,
                                struct pampax_item *out_item,
                                struct pampax_error **out_error);

/**
 * The whole of the bundle as JSON, with its account and its receipt: what the operation `assemble` answers. Free it with
 * `pampax_text_free`.
 */
pampax_status pampax_bundle_json(const struct pampax_bundle *bundle,
                                 char **out_json,
                                 struct pampax_error **out_error);

/**
 * Takes a bundle; views into it end. NULL is fine.
 */
void pampax_bundle_free(struct pampax_bundle *bundle);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PAMPAX_H */
