/* Mixed calls of the same handles from several threads. argv[1]: a folder with session.rs; argv[2]: threads; argv[3]: calls
 * of each. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <pthread.h>

static pampax_index *index_;
static pampax_searcher *searcher;
static pampax_cancel *cancelled;
static long calls;

static void one_search(void) {
  pampax_results *results = NULL;
  pampax_hit hit = {.struct_size = sizeof hit};
  OK(pampax_searcher_search(searcher, "{\"text\":\"login\"}", NULL, &results, &error));
  OK(pampax_results_get(results, 0, &hit, &error));
  CHECK(strcmp(hit.path, "session.rs") == 0);
  pampax_results_free(results);
}

static void one_bundle(void) {
  pampax_bundle *bundle = NULL;
  OK(pampax_searcher_assemble(searcher, "{\"query\":\"login\",\"budget\":500}", NULL, &bundle, &error));
  CHECK(pampax_bundle_tokens(bundle) <= 500);
  pampax_bundle_free(bundle);
}

static void one_answer(const char *request, const char *part) {
  char *json = NULL;
  OK(pampax_searcher_call(searcher, request, NULL, &json, &error));
  CHECK(has(json, part));
  pampax_text_free(json);
}

static void one_failure(long turn) {
  pampax_limits limits = {sizeof limits, 0, NULL, cancelled};
  char *json = NULL;
  if (turn % 2 == 0) {
    REFUSES("there is no operation", pampax_index_call(index_, "{\"op\":\"none\"}", NULL, &json, &error));
  } else {
    FAILS(PAMPAX_CANCELLED, pampax_searcher_call(searcher, "{\"op\":\"graph\",\"params\":{\"symbols\":[\"login_user\"]}}",
                                                 &limits, &json, &error));
  }
}

static void one_clone(void) {
  pampax_searcher *clone = NULL;
  OK(pampax_searcher_clone(searcher, &clone, &error));
  CHECK(pampax_searcher_generation(clone) == pampax_searcher_generation(searcher));
  pampax_searcher_free(clone);
}

/* What costs more: the last state is opened anew, and the tree is looked at, which one thread at a time may do. */
static void one_look_at_the_index(void) {
  pampax_searcher *latest = NULL;
  char *json = NULL;
  OK(pampax_index_searcher(index_, &latest, &error));
  pampax_searcher_free(latest);
  OK(pampax_index_metrics(index_, &json, &error));
  pampax_text_free(json);
  pampax_error *error = NULL;
  pampax_status status = pampax_index_update(index_, NULL, NULL, NULL, &error);
  CHECK(status == PAMPAX_OK || status == PAMPAX_INDEX_LOCKED);
  pampax_error_free(error);
}

static void *work(void *argument) {
  long seed = (long)argument;
  for (long turn = 0; turn < calls; turn++) {
    if ((turn + seed) % 200 == 7) {
      one_look_at_the_index();
    }
    switch ((turn + seed) % 8) {
    case 0: one_search(); break;
    case 1: one_bundle(); break;
    case 2: one_answer("{\"op\":\"symbols\",\"params\":{\"name\":\"login_user\"}}", "login_user"); break;
    case 3: one_answer("{\"op\":\"show\",\"params\":{\"path\":\"session.rs\"}}", "login_user"); break;
    case 4: one_failure(turn); break;
    case 5: one_clone(); break;
    case 6: one_answer("{\"op\":\"recognise\",\"params\":{\"text\":\"why\"}}", "intent"); break;
    default: one_answer("{\"op\":\"generation\"}", "generation"); break;
    }
  }
  return NULL;
}

int main(int count, char **arguments) {
  CHECK(count == 4);
  long threads = strtol(arguments[2], NULL, 10);
  calls = strtol(arguments[3], NULL, 10);
  CHECK(threads > 0 && threads <= 64 && calls > 0);
  /* Valgrind takes its time. */
  const char *patient =
      "{\"settings\":{\"performance.search_timeout_ms\":0,\"performance.assemble_timeout_ms\":0}}";
  OK(pampax_index_open(arguments[1], patient, NULL, &index_, &error));
  OK(pampax_index_update(index_, NULL, NULL, NULL, &error));
  OK(pampax_index_searcher(index_, &searcher, &error));
  cancelled = pampax_cancel_new();
  pampax_cancel_trigger(cancelled);
  pthread_t handles[64];
  for (long thread = 0; thread < threads; thread++) {
    CHECK(pthread_create(&handles[thread], NULL, work, (void *)thread) == 0);
  }
  for (long thread = 0; thread < threads; thread++) {
    CHECK(pthread_join(handles[thread], NULL) == 0);
  }
  pampax_cancel_free(cancelled);
  pampax_searcher_free(searcher);
  pampax_index_free(index_);
  puts("every thread");
  return 0;
}
