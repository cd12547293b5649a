/* Tables of callbacks: that work, fail, hang, answer nonsense, and are refused. argv[1]: a folder with session.rs. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <math.h>
#include <time.h>

/* HANGS until nobody waits for it; IS_DEAF hangs until the test releases it. */
enum manner { WORKS, FAILS_, FAILS_FAR_AWAY, HANGS, IS_DEAF, IS_NO_NUMBER, LEAVES_OUT };

/* What a table's userdata is. */
struct seam {
  enum manner manner;
  int calls;
  int questions;
  int destroyed;
  int released;
};

#define DIMENSIONS 8

static void count(int *counter) {
  __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
}

static int read_count(int *counter) {
  return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

static void pause_ms(long milliseconds) {
  struct timespec time = {milliseconds / 1000, (milliseconds % 1000) * 1000000};
  nanosleep(&time, NULL);
}

static void destroy(void *userdata) {
  count(&((struct seam *)userdata)->destroyed);
}

/* Waits for threads of the library that still hold a table. */
static int is_destroyed_once(struct seam *seam) {
  for (int turn = 0; turn < 3000 && read_count(&seam->destroyed) == 0; turn++) {
    pause_ms(10);
  }
  pause_ms(20);
  return read_count(&seam->destroyed) == 1;
}

/* What every manner but working does. */
static int32_t misbehave(struct seam *seam, const pampax_watch *watch, pampax_failure *failure, float *numbers) {
  switch (seam->manner) {
  case FAILS_:
    pampax_failure_set_message(failure, "the model is out");
    return 7;
  case FAILS_FAR_AWAY:
    pampax_failure_set_message(failure, "not UTF-8 \xff");
    pampax_failure_set_remote(failure, 400, 0);
    return 1;
  case HANGS:
    while (!pampax_watch_is_over(watch)) {
      CHECK(pampax_watch_remaining_ms(watch) >= 0);
      pause_ms(5);
    }
    return 1;
  case IS_DEAF:
    while (!read_count(&seam->released)) {
      pause_ms(5);
    }
    return 0;
  case IS_NO_NUMBER:
    numbers[0] = NAN;
    return 0;
  default:
    return 0;
  }
}

static int32_t embed(void *userdata, const pampax_texts *texts, int32_t purpose, float *vectors,
                     const pampax_watch *watch, pampax_failure *failure) {
  struct seam *seam = userdata;
  count(&seam->calls);
  if (purpose == PAMPAX_PURPOSE_QUERY) {
    count(&seam->questions);
  }
  if (seam->manner != WORKS) {
    return misbehave(seam, watch, failure, vectors);
  }
  for (size_t text = 0; text < texts->count; text++) {
    CHECK(strlen(texts->items[text]) == texts->lengths[text]);
    for (size_t part = 0; part < DIMENSIONS; part++) {
      vectors[text * DIMENSIONS + part] = (float)((texts->lengths[text] * (part + 3)) % 11) + 1.0f;
    }
  }
  return 0;
}

static int32_t score(void *userdata, const char *query, const pampax_texts *documents, float *scores,
                     const pampax_watch *watch, pampax_failure *failure) {
  struct seam *seam = userdata;
  count(&seam->calls);
  CHECK(strlen(query) > 0);
  if (seam->manner != WORKS) {
    return misbehave(seam, watch, failure, scores);
  }
  for (size_t document = 0; document < documents->count; document++) {
    scores[document] = (float)document;
  }
  return 0;
}

static size_t count_words(void *userdata, const char *text, size_t length) {
  count(&((struct seam *)userdata)->calls);
  CHECK(strlen(text) == length);
  size_t words = 0;
  for (size_t at = 0; at < length; at++) {
    words += text[at] == ' ' || text[at] == '\n';
  }
  return words;
}

static void write_log(void *userdata, int32_t level, const char *record, size_t length) {
  count(&((struct seam *)userdata)->calls);
  CHECK(level >= PAMPAX_LOG_ERROR && level <= PAMPAX_LOG_DEBUG);
  CHECK(strlen(record) == length && has(record, "\"schema\":1"));
  if (has(record, "\"corr_id\":\"mine\"")) {
    count(&((struct seam *)userdata)->questions);
  }
}

static void measure(void *userdata, const pampax_measurement *measurement) {
  count(&((struct seam *)userdata)->calls);
  CHECK(measurement->struct_size == sizeof *measurement && measurement->count >= 1);
  CHECK(measurement->kind >= PAMPAX_COUNTER && measurement->kind <= PAMPAX_HISTOGRAM);
  CHECK(strlen(measurement->name) > 0 && isfinite(measurement->value));
  for (size_t label = 0; label < measurement->label_count; label++) {
    CHECK(strlen(measurement->label_names[label]) > 0 && measurement->label_values[label] != NULL);
  }
}

static pampax_embedder embedder(struct seam *seam) {
  pampax_embedder table = {sizeof table, seam, destroy, "lengths-1", DIMENSIONS, embed};
  return table;
}

static pampax_reranker reranker(struct seam *seam) {
  pampax_reranker table = {sizeof table, seam, destroy, "order-1", score};
  return table;
}

/* Opens the folder anew with a host, which is freed at once: the index keeps what it needs. Who hangs is given little time,
 * everybody else more than enough. */
static pampax_index *opened(const char *root, pampax_host *host, enum manner manner) {
  pampax_index *index = NULL;
  char options[400];
  int time_ms = manner == HANGS || manner == IS_DEAF ? 300 : 300000;
  snprintf(options, sizeof options,
           "{\"settings\":{\"remote.retries\":0,\"remote.timeout_ms\":%d,\"remote.batch_timeout_ms\":%d,"
           "\"performance.search_timeout_ms\":0,\"performance.assemble_timeout_ms\":0}}",
           time_ms, time_ms);
  OK(pampax_index_open(root, options, host, &index, &error));
  pampax_host_free(host);
  return index;
}

static char *search(pampax_index *index) {
  char *json = NULL;
  pampax_limits limits = {sizeof limits, 0, "mine", NULL};
  OK(pampax_index_call(index, "{\"op\":\"search\",\"params\":{\"text\":\"login user\"}}", &limits, &json, &error));
  CHECK(has(json, "session.rs"));
  return json;
}

static void embedder_that(enum manner manner, const char *root, const char *why) {
  struct seam seam = {manner, 0, 0, 0, 0};
  pampax_embedder table = embedder(&seam);
  pampax_host *host = pampax_host_new();
  OK(pampax_host_set_embedder(host, &table, &error));
  pampax_index *index = opened(root, host, manner);
  OK(pampax_index_update(index, NULL, NULL, NULL, &error));
  char *json = search(index);
  CHECK(manner == WORKS ? !has(json, "\"what\":\"embedder\"") : has(json, "\"what\":\"embedder\""));
  if (why != NULL) {
    CHECK(has(json, why));
  }
  pampax_text_free(json);
  CHECK(read_count(&seam.calls) > 0);
  pampax_index_free(index);
  /* A callback that still runs keeps its table. */
  CHECK(manner != IS_DEAF || read_count(&seam.destroyed) == 0);
  count(&seam.released);
  CHECK(is_destroyed_once(&seam));
}

static void reranker_that(enum manner manner, const char *root) {
  struct seam seam = {manner, 0, 0, 0, 0};
  pampax_reranker table = reranker(&seam);
  pampax_host *host = pampax_host_new();
  OK(pampax_host_set_reranker(host, &table, &error));
  pampax_index *index = opened(root, host, manner);
  OK(pampax_index_update(index, NULL, NULL, NULL, &error));
  char *json = search(index);
  CHECK(manner == WORKS ? !has(json, "\"what\":\"reranker\"") : has(json, "\"what\":\"reranker\""));
  pampax_text_free(json);
  CHECK(read_count(&seam.calls) > 0);
  pampax_index_free(index);
  CHECK(manner != IS_DEAF || read_count(&seam.destroyed) == 0);
  count(&seam.released);
  CHECK(is_destroyed_once(&seam));
}

static void counter_and_sinks(const char *root) {
  struct seam words = {WORKS, 0, 0, 0, 0}, records = {WORKS, 0, 0, 0, 0}, measurements = {WORKS, 0, 0, 0, 0};
  pampax_token_counter counter = {sizeof counter, &words, destroy, "words", count_words};
  pampax_log log = {sizeof log, &records, destroy, write_log};
  pampax_metrics metrics = {sizeof metrics, &measurements, destroy, measure};
  pampax_host *host = pampax_host_new();
  OK(pampax_host_set_token_counter(host, &counter, &error));
  OK(pampax_host_set_log(host, &log, &error));
  OK(pampax_host_set_metrics(host, &metrics, &error));
  pampax_index *index = opened(root, host, WORKS);
  OK(pampax_index_update(index, NULL, NULL, NULL, &error));
  pampax_text_free(search(index));
  char *json = NULL;
  const char *request = "{\"op\":\"assemble\",\"params\":{\"query\":\"login\",\"budget\":90,\"tokenizer\":\"words\"}}";
  OK(pampax_index_call(index, request, NULL, &json, &error));
  CHECK(has(json, "\"tokenizer\":\"words\""));
  pampax_text_free(json);
  CHECK(read_count(&words.calls) > 0 && read_count(&records.calls) > 0 && read_count(&measurements.calls) > 0);
  CHECK(read_count(&records.questions) > 0);
  pampax_index_free(index);
  CHECK(is_destroyed_once(&words) && is_destroyed_once(&records) && is_destroyed_once(&measurements));
}

/* A table that is refused is destroyed as well, and leaves the host as it was. */
static void refused_tables(void) {
  struct seam seam = {WORKS, 0, 0, 0, 0};
  int refusals = 0;
  pampax_host *host = pampax_host_new();
#define REFUSED(name, call)                    \
  do {                                         \
    REFUSES(name, call);                       \
    CHECK(read_count(&seam.destroyed) == ++refusals); \
  } while (0)
  pampax_embedder e = embedder(&seam);
  REFUSED("host: it is NULL", pampax_host_set_embedder(NULL, &e, &error));
  e.id = NULL;
  REFUSED("id: it is NULL", pampax_host_set_embedder(host, &e, &error));
  e.id = BAD_UTF8;
  REFUSED("id: it is not UTF-8", pampax_host_set_embedder(host, &e, &error));
  e = embedder(&seam);
  e.dimensions = 0;
  REFUSED("dimensions", pampax_host_set_embedder(host, &e, &error));
  e = embedder(&seam);
  e.embed = NULL;
  REFUSED("embed: it is NULL", pampax_host_set_embedder(host, &e, &error));
  pampax_reranker r = reranker(&seam);
  REFUSED("host: it is NULL", pampax_host_set_reranker(NULL, &r, &error));
  r.score = NULL;
  REFUSED("score: it is NULL", pampax_host_set_reranker(host, &r, &error));
  r = reranker(&seam);
  r.id = NULL;
  REFUSED("id: it is NULL", pampax_host_set_reranker(host, &r, &error));
  pampax_token_counter c = {sizeof c, &seam, destroy, "words", count_words};
  REFUSED("host: it is NULL", pampax_host_set_token_counter(NULL, &c, &error));
  c.count = NULL;
  REFUSED("count: it is NULL", pampax_host_set_token_counter(host, &c, &error));
  c.count = count_words;
  c.name = NULL;
  REFUSED("name: it is NULL", pampax_host_set_token_counter(host, &c, &error));
  pampax_log l = {sizeof l, &seam, destroy, write_log};
  REFUSED("host: it is NULL", pampax_host_set_log(NULL, &l, &error));
  l.write = NULL;
  REFUSED("write: it is NULL", pampax_host_set_log(host, &l, &error));
  pampax_metrics m = {sizeof m, &seam, destroy, measure};
  REFUSED("host: it is NULL", pampax_host_set_metrics(NULL, &m, &error));
  m.measure = NULL;
  REFUSED("measure: it is NULL", pampax_host_set_metrics(host, &m, &error));
  /* A table that is set again takes the place of the first, which ends. */
  e = embedder(&seam);
  OK(pampax_host_set_embedder(host, &e, &error));
  CHECK(read_count(&seam.destroyed) == refusals);
  OK(pampax_host_set_embedder(host, &e, &error));
  CHECK(read_count(&seam.destroyed) == ++refusals);
  /* Where not even the head can be read there is nothing to destroy. */
  e.struct_size = sizeof(size_t);
  REFUSES("struct_size", pampax_host_set_embedder(host, &e, &error));
  REFUSES("embedder: it is NULL", pampax_host_set_embedder(host, NULL, &error));
  REFUSES("reranker: it is NULL", pampax_host_set_reranker(host, NULL, &error));
  REFUSES("counter: it is NULL", pampax_host_set_token_counter(host, NULL, &error));
  REFUSES("log: it is NULL", pampax_host_set_log(host, NULL, &error));
  REFUSES("metrics: it is NULL", pampax_host_set_metrics(host, NULL, &error));
  CHECK(read_count(&seam.destroyed) == refusals);
  pampax_host_free(host);
  CHECK(read_count(&seam.destroyed) == refusals + 1 && read_count(&seam.calls) == 0);
}

int main(int count, char **arguments) {
  CHECK(count == 2);
  refused_tables();
  counter_and_sinks(arguments[1]);
  reranker_that(WORKS, arguments[1]);
  reranker_that(FAILS_, arguments[1]);
  reranker_that(IS_NO_NUMBER, arguments[1]);
  reranker_that(LEAVES_OUT, arguments[1]);
  reranker_that(HANGS, arguments[1]);
  reranker_that(IS_DEAF, arguments[1]);
  embedder_that(FAILS_, arguments[1], "the model is out");
  embedder_that(FAILS_FAR_AWAY, arguments[1], "not UTF-8");
  embedder_that(IS_NO_NUMBER, arguments[1], NULL);
  embedder_that(LEAVES_OUT, arguments[1], NULL);
  embedder_that(HANGS, arguments[1], NULL);
  embedder_that(IS_DEAF, arguments[1], NULL);
  embedder_that(WORKS, arguments[1], NULL);
  puts("every callback");
  return 0;
}
