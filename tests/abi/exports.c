/* Every export, as it is meant and as it is misused. argv[1]: a folder with session.rs. argv[2]: a file that is no index.scip */
#include "check.h"

#define SEARCH "{\"text\":\"login\",\"limit\":5}"
#define ASSEMBLE "{\"query\":\"how does login work\",\"budget\":1000}"

/* The smallest index.scip: which program made it, and nothing more. */
static const uint8_t smallest[] = {0x0a, 0x07, 0x12, 0x03, 0x0a, 0x01, 'x', 0x20, 0x01};

static void versions(void) {
  CHECK(pampax_abi_version() == PAMPAX_ABI_VERSION);
  CHECK(has(pampax_version(), "."));
}

static void errors(void) {
  pampax_error *error = NULL;
  pampax_index *index = NULL;
  CHECK(pampax_index_open("/nowhere/at/all", NULL, NULL, &index, &error) == PAMPAX_IO);
  CHECK(index == NULL);
  CHECK(pampax_error_code(error) == PAMPAX_IO);
  CHECK(pampax_error_exit_status(error) == 3);
  CHECK(strcmp(pampax_error_name(error), "IO") == 0);
  CHECK(has(pampax_error_message(error), "/nowhere/at/all"));
  CHECK(has(pampax_error_remedy(error), "check"));
  CHECK(has(pampax_error_json(error), "{\"error\":{\"code\":300,\"name\":\"IO\",\"message\":\""));
  pampax_error_free(error);
  /* Who wants no error gives no place for one. */
  CHECK(pampax_index_open("/nowhere/at/all", NULL, NULL, &index, NULL) == PAMPAX_IO);
  CHECK(pampax_error_code(NULL) == PAMPAX_OK && pampax_error_exit_status(NULL) == 0);
  CHECK(pampax_error_name(NULL) == NULL && pampax_error_message(NULL) == NULL);
  CHECK(pampax_error_remedy(NULL) == NULL && pampax_error_json(NULL) == NULL);
}

static void nothing_is_freed(void) {
  pampax_error_free(NULL);
  pampax_text_free(NULL);
  pampax_cancel_free(NULL);
  pampax_host_free(NULL);
  pampax_index_free(NULL);
  pampax_searcher_free(NULL);
  pampax_results_free(NULL);
  pampax_bundle_free(NULL);
}

static void tokens_and_watches(void) {
  pampax_cancel *cancel = pampax_cancel_new();
  CHECK(!pampax_cancel_is_triggered(cancel) && !pampax_cancel_is_triggered(NULL));
  pampax_cancel_trigger(cancel);
  pampax_cancel_trigger(cancel);
  pampax_cancel_trigger(NULL);
  CHECK(pampax_cancel_is_triggered(cancel));
  pampax_cancel_free(cancel);
  CHECK(!pampax_watch_is_over(NULL) && pampax_watch_remaining_ms(NULL) == -1);
  pampax_failure_set_message(NULL, "nobody");
  pampax_failure_set_remote(NULL, 500, 1);
}

static void opening(const char *root) {
  pampax_index *index = NULL;
  REFUSES("root: it is NULL", pampax_index_open(NULL, NULL, NULL, &index, &error));
  REFUSES("root: it is not UTF-8", pampax_index_open(BAD_UTF8, NULL, NULL, &index, &error));
  REFUSES("options: it is not UTF-8", pampax_index_open(root, BAD_UTF8, NULL, &index, &error));
  REFUSES("options", pampax_index_open(root, "{", NULL, &index, &error));
  REFUSES("no_such_option", pampax_index_open(root, "{\"no_such_option\":1}", NULL, &index, &error));
  REFUSES("out_index: it is NULL", pampax_index_open(root, NULL, NULL, NULL, &error));
  FAILS(PAMPAX_INVALID_CONFIG,
        pampax_index_open(root, "{\"settings\":{\"no.such.key\":1}}", NULL, &index, &error));
  CHECK(index == NULL);
}

static void before_the_first_update(pampax_index *index) {
  pampax_searcher *searcher = NULL;
  char *json = NULL;
  FAILS(PAMPAX_INDEX_MISSING, pampax_index_searcher(index, &searcher, &error));
  FAILS(PAMPAX_INDEX_MISSING, pampax_index_call(index, "{\"op\":\"status\"}", NULL, &json, &error));
  FAILS(PAMPAX_INDEX_MISSING,
        pampax_index_import_scip(index, smallest, sizeof smallest, NULL, NULL, &json, &error));
  CHECK(searcher == NULL && json == NULL);
}

struct progress {
  int told;
  int destroyed;
};

static void on_progress(void *userdata, const pampax_progress *progress) {
  struct progress *seen = userdata;
  CHECK(progress->struct_size == sizeof *progress);
  CHECK(progress->stage != NULL && progress->files_done <= progress->files_total);
  __atomic_add_fetch(&seen->told, 1, __ATOMIC_RELAXED);
}

static void on_destroy(void *userdata) {
  ((struct progress *)userdata)->destroyed++;
}

static void updating(pampax_index *index) {
  char *report = NULL;
  struct progress seen = {0, 0};
  pampax_progress_listener table = {sizeof table, &seen, on_destroy, on_progress};
  OK(pampax_index_update(index, NULL, &table, &report, &error));
  CHECK(has(report, "\"added\":1") && seen.told > 0 && seen.destroyed == 1);
  pampax_text_free(report);
  OK(pampax_index_update(index, NULL, NULL, NULL, &error));
  table.tell = NULL;
  REFUSES("tell: it is NULL", pampax_index_update(index, NULL, &table, &report, &error));
  CHECK(seen.destroyed == 2);
  table.tell = on_progress;
  REFUSES("index: it is NULL", pampax_index_update(NULL, NULL, &table, &report, &error));
  CHECK(seen.destroyed == 3);
  table.struct_size = 3;
  REFUSES("struct_size", pampax_index_update(index, NULL, &table, &report, &error));
  CHECK(seen.destroyed == 3);
}

static void limits(pampax_index *index) {
  char *json = NULL;
  pampax_cancel *cancel = pampax_cancel_new();
  pampax_limits limits = {0};
  REFUSES("struct_size", pampax_index_call(index, "{\"op\":\"status\"}", &limits, &json, &error));
  limits.struct_size = sizeof limits;
  OK(pampax_index_call(index, "{\"op\":\"status\"}", &limits, &json, &error));
  pampax_text_free(json);
  limits.correlation_id = BAD_UTF8;
  REFUSES("correlation_id: it is not UTF-8", pampax_index_update(index, &limits, NULL, NULL, &error));
  limits.correlation_id = "mine";
  limits.timeout_ms = 60000;
  limits.cancel = cancel;
  OK(pampax_index_update(index, &limits, NULL, NULL, &error));
  pampax_cancel_trigger(cancel);
  FAILS(PAMPAX_CANCELLED, pampax_index_update(index, &limits, NULL, NULL, &error));
  pampax_cancel_free(cancel);
}

static void calling(pampax_index *index) {
  char *json = NULL;
  REFUSES("request: it is NULL", pampax_index_call(index, NULL, NULL, &json, &error));
  REFUSES("request: it is not UTF-8", pampax_index_call(index, BAD_UTF8, NULL, &json, &error));
  REFUSES("index: it is NULL", pampax_index_call(NULL, "{}", NULL, &json, &error));
  REFUSES("out_json: it is NULL", pampax_index_call(index, "{\"op\":\"status\"}", NULL, NULL, &error));
  REFUSES("there is no operation `serch`", pampax_index_call(index, "{\"op\":\"serch\"}", NULL, &json, &error));
  CHECK(json == NULL);
  OK(pampax_index_call(index, "{\"op\":\"search\",\"params\":" SEARCH "}", NULL, &json, &error));
  CHECK(has(json, "session.rs"));
  pampax_text_free(json);
}

static void importing(pampax_index *index, const char *file) {
  uint8_t bytes[64];
  FILE *stream = fopen(file, "rb");
  CHECK(stream != NULL);
  size_t length = fread(bytes, 1, sizeof bytes, stream);
  fclose(stream);
  char *json = NULL;
  REFUSES("", pampax_index_import_scip(index, bytes, length, NULL, NULL, &json, &error));
  REFUSES("bytes: it is NULL", pampax_index_import_scip(index, NULL, 3, NULL, NULL, &json, &error));
  REFUSES("bytes: so many", pampax_index_import_scip(index, bytes, SIZE_MAX, NULL, NULL, &json, &error));
  REFUSES("index: it is NULL", pampax_index_import_scip(NULL, bytes, 0, NULL, NULL, &json, &error));
  REFUSES("under: it is not UTF-8", pampax_index_import_scip(index, bytes, 0, BAD_UTF8, NULL, &json, &error));
  REFUSES("path", pampax_index_import_scip(index, bytes, 0, "../out", NULL, &json, &error));
  CHECK(json == NULL);
  OK(pampax_index_import_scip(index, smallest, sizeof smallest, NULL, NULL, &json, &error));
  CHECK(has(json, "\"documents\":0"));
  pampax_text_free(json);
}

struct events {
  pampax_cancel *cancel;
  int updated;
  int destroyed;
};

static void on_event(void *userdata, int32_t kind, const char *document) {
  struct events *events = userdata;
  CHECK(kind == PAMPAX_WATCH_UPDATED && has(document, "\"generation\""));
  events->updated++;
  pampax_cancel_trigger(events->cancel);
}

static void on_events_over(void *userdata) {
  ((struct events *)userdata)->destroyed++;
}

static void watching(pampax_index *index) {
  struct events events = {pampax_cancel_new(), 0, 0};
  pampax_watch_listener listener = {sizeof listener, &events, on_events_over, on_event};
  pampax_limits limits = {sizeof limits, 60000, NULL, events.cancel};
  char *summary = NULL;
  OK(pampax_index_watch(index, &listener, &limits, &summary, &error));
  CHECK(strcmp(summary, "{\"failures\":0,\"updates\":1}") == 0);
  CHECK(events.updated == 1 && events.destroyed == 1);
  pampax_text_free(summary);
  /* Without anybody to tell, until the time is over: the token is triggered already. */
  OK(pampax_index_watch(index, NULL, &limits, NULL, &error));
  REFUSES("index: it is NULL", pampax_index_watch(NULL, &listener, &limits, NULL, &error));
  listener.tell = NULL;
  REFUSES("tell: it is NULL", pampax_index_watch(index, &listener, &limits, NULL, &error));
  CHECK(events.destroyed == 3);
  pampax_cancel_free(events.cancel);
}

static void configuring(pampax_index *index) {
  char *json = NULL;
  OK(pampax_index_reload(index, NULL, NULL, &error));
  /* What follows has all the time that Valgrind takes. */
  const char *patient =
      "{\"settings\":{\"performance.search_timeout_ms\":0,\"performance.assemble_timeout_ms\":0}}";
  OK(pampax_index_reload(index, patient, &json, &error));
  CHECK(has(json, "performance.search_timeout_ms"));
  pampax_text_free(json);
  FAILS(PAMPAX_INVALID_CONFIG, pampax_index_reload(index, "{\"settings\":{\"no.key\":1}}", &json, &error));
  REFUSES("options: it is not UTF-8", pampax_index_reload(index, BAD_UTF8, &json, &error));
  REFUSES("index: it is NULL", pampax_index_reload(NULL, NULL, NULL, &error));
  OK(pampax_index_metrics(index, &json, &error));
  CHECK(has(json, "search"));
  pampax_text_free(json);
  REFUSES("out_json: it is NULL", pampax_index_metrics(index, NULL, &error));
  REFUSES("index: it is NULL", pampax_index_metrics(NULL, &json, &error));
}

static void hits(pampax_searcher *searcher) {
  pampax_results *results = NULL;
  OK(pampax_searcher_search(searcher, SEARCH, NULL, &results, &error));
  CHECK(pampax_results_len(results) == 1 && pampax_results_len(NULL) == 0);
  pampax_hit hit = {0};
  REFUSES("struct_size", pampax_results_get(results, 0, &hit, &error));
  hit.struct_size = sizeof hit;
  OK(pampax_results_get(results, 0, &hit, &error));
  CHECK(strcmp(hit.path, "session.rs") == 0 && strcmp(hit.language, "rust") == 0);
  CHECK(strcmp(hit.role, "code") == 0 && strcmp(hit.kind, "function") == 0);
  CHECK(strcmp(hit.symbol, "login_user") == 0 && strlen(hit.span_id) > 0);
  CHECK(strcmp(hit.freshness, "fresh") == 0 && has(hit.breadcrumb, "login_user"));
  CHECK(has(hit.snippet, "pub fn login_user") && strlen(hit.snippet) == hit.snippet_length);
  CHECK(hit.start_line == 1 && hit.end_line >= 2 && hit.score > 0.0 && hit.tokens > 0);
  CHECK(hit.start_byte == 0 && hit.end_byte > 10 && hit.struct_size == sizeof hit);
  REFUSES("index: 1 is not below 1", pampax_results_get(results, 1, &hit, &error));
  REFUSES("index", pampax_results_get(results, SIZE_MAX, &hit, &error));
  REFUSES("out_hit: it is NULL", pampax_results_get(results, 0, NULL, &error));
  REFUSES("results: it is NULL", pampax_results_get(NULL, 0, &hit, &error));
  const char *what = NULL, *why = NULL;
  CHECK(pampax_results_degraded_len(results) == 1 && pampax_results_degraded_len(NULL) == 0);
  OK(pampax_results_degraded_get(results, 0, &what, &why, &error));
  CHECK(strcmp(what, "embedder") == 0 && strcmp(why, "no embedder") == 0);
  REFUSES("index", pampax_results_degraded_get(results, 1, &what, &why, &error));
  REFUSES("out_why", pampax_results_degraded_get(results, 0, &what, NULL, &error));
  REFUSES("results", pampax_results_degraded_get(NULL, 0, &what, &why, &error));
  CHECK(pampax_results_suggestion(results) == NULL && pampax_results_suggestion(NULL) == NULL);
  CHECK(pampax_results_generation(results) == pampax_searcher_generation(searcher));
  CHECK(pampax_results_generation(NULL) == 0);
  char *json = NULL, *same = NULL;
  OK(pampax_results_json(results, &json, &error));
  OK(pampax_searcher_call(searcher, "{\"op\":\"search\",\"params\":" SEARCH "}", NULL, &same, &error));
  CHECK(strcmp(json, same) == 0);
  REFUSES("out_json", pampax_results_json(results, NULL, &error));
  REFUSES("results", pampax_results_json(NULL, &json, &error));
  pampax_text_free(json);
  pampax_text_free(same);
  pampax_results_free(results);
}

static void context(pampax_searcher *searcher) {
  pampax_bundle *bundle = NULL;
  OK(pampax_searcher_assemble(searcher, ASSEMBLE, NULL, &bundle, &error));
  CHECK(has(pampax_bundle_text(bundle), "pub fn login_user"));
  CHECK(strlen(pampax_bundle_text(bundle)) == pampax_bundle_text_length(bundle));
  CHECK(pampax_bundle_tokens(bundle) > 0 && pampax_bundle_tokens(bundle) <= 1000);
  CHECK(pampax_bundle_budget(bundle) == 1000 && strlen(pampax_bundle_stop_reason(bundle)) > 0);
  CHECK(pampax_bundle_generation(bundle) == pampax_searcher_generation(searcher));
  CHECK(pampax_bundle_len(bundle) >= 1);
  pampax_item item = {0};
  REFUSES("struct_size", pampax_bundle_get(bundle, 0, &item, &error));
  item.struct_size = sizeof item;
  OK(pampax_bundle_get(bundle, 0, &item, &error));
  CHECK(strcmp(item.path, "session.rs") == 0 && strcmp(item.language, "rust") == 0);
  CHECK(strcmp(item.role, "code") == 0 && strcmp(item.level, "full") == 0 && strcmp(item.origin, "search") == 0);
  CHECK(item.tokens > 0 && item.relevance > 0.0 && item.score > 0.0 && item.start_line == 1);
  CHECK(item.end_line >= 2 && item.kind != NULL && item.symbol != NULL && item.span_id != NULL);
  REFUSES("index", pampax_bundle_get(bundle, 99, &item, &error));
  REFUSES("out_item", pampax_bundle_get(bundle, 0, NULL, &error));
  REFUSES("bundle", pampax_bundle_get(NULL, 0, &item, &error));
  char *json = NULL;
  OK(pampax_bundle_json(bundle, &json, &error));
  CHECK(has(json, "\"receipt\""));
  REFUSES("out_json", pampax_bundle_json(bundle, NULL, &error));
  REFUSES("bundle", pampax_bundle_json(NULL, &json, &error));
  pampax_text_free(json);
  CHECK(pampax_bundle_text(NULL) == NULL && pampax_bundle_text_length(NULL) == 0);
  CHECK(pampax_bundle_tokens(NULL) == 0 && pampax_bundle_budget(NULL) == 0 && pampax_bundle_len(NULL) == 0);
  CHECK(pampax_bundle_stop_reason(NULL) == NULL && pampax_bundle_generation(NULL) == 0);
  pampax_bundle_free(bundle);
}

static void searching(pampax_searcher *searcher) {
  pampax_results *results = NULL;
  pampax_bundle *bundle = NULL;
  char *json = NULL;
  REFUSES("query: it is NULL", pampax_searcher_search(searcher, NULL, NULL, &results, &error));
  REFUSES("query: it is not UTF-8", pampax_searcher_search(searcher, BAD_UTF8, NULL, &results, &error));
  REFUSES("query", pampax_searcher_search(searcher, "[", NULL, &results, &error));
  REFUSES("limit", pampax_searcher_search(searcher, "{\"text\":\"a\",\"limit\":0}", NULL, &results, &error));
  REFUSES("out_results", pampax_searcher_search(searcher, SEARCH, NULL, NULL, &error));
  REFUSES("searcher", pampax_searcher_search(NULL, SEARCH, NULL, &results, &error));
  REFUSES("request: it is NULL", pampax_searcher_assemble(searcher, NULL, NULL, &bundle, &error));
  REFUSES("request: it is not UTF-8", pampax_searcher_assemble(searcher, BAD_UTF8, NULL, &bundle, &error));
  REFUSES("budget", pampax_searcher_assemble(searcher, "{\"query\":\"a\",\"budget\":1}", NULL, &bundle, &error));
  REFUSES("out_bundle", pampax_searcher_assemble(searcher, ASSEMBLE, NULL, NULL, &error));
  REFUSES("searcher", pampax_searcher_assemble(NULL, ASSEMBLE, NULL, &bundle, &error));
  REFUSES("asked of an index", pampax_searcher_call(searcher, "{\"op\":\"update\"}", NULL, &json, &error));
  REFUSES("request: it is NULL", pampax_searcher_call(searcher, NULL, NULL, &json, &error));
  REFUSES("out_json", pampax_searcher_call(searcher, "{}", NULL, NULL, &error));
  REFUSES("searcher", pampax_searcher_call(NULL, "{}", NULL, &json, &error));
  CHECK(results == NULL && bundle == NULL && json == NULL);
  OK(pampax_searcher_search(searcher, "{\"text\":\"zzzzqqqq\"}", NULL, &results, &error));
  CHECK(pampax_results_len(results) == 0);
  pampax_results_free(results);
}

int main(int count, char **arguments) {
  CHECK(count == 3);
  versions();
  errors();
  nothing_is_freed();
  tokens_and_watches();
  opening(arguments[1]);
  pampax_index *index = NULL;
  const char *lexical = "{\"settings\":{\"embedding.provider\":\"none\"}}";
  OK(pampax_index_open(arguments[1], lexical, NULL, &index, &error));
  before_the_first_update(index);
  updating(index);
  limits(index);
  calling(index);
  importing(index, arguments[2]);
  watching(index);
  configuring(index);
  pampax_searcher *first = NULL, *searcher = NULL;
  OK(pampax_index_searcher(index, &first, &error));
  REFUSES("out_searcher", pampax_index_searcher(index, NULL, &error));
  REFUSES("index", pampax_index_searcher(NULL, &searcher, &error));
  OK(pampax_searcher_clone(first, &searcher, &error));
  REFUSES("out_searcher", pampax_searcher_clone(first, NULL, &error));
  REFUSES("searcher", pampax_searcher_clone(NULL, &searcher, &error));
  CHECK(pampax_searcher_generation(searcher) >= 1 && pampax_searcher_generation(NULL) == 0);
  /* A clone outlives what it was made from. */
  pampax_searcher_free(first);
  pampax_index_free(index);
  searching(searcher);
  hits(searcher);
  context(searcher);
  pampax_searcher_free(searcher);
  puts("every export");
  return 0;
}
