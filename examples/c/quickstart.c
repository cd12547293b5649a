/* Indexes a folder, asks it a question, and prints the hits and the context for it.
 *
 *   cc quickstart.c $(pkg-config --cflags --libs pampax) -o quickstart
 *   ./quickstart FOLDER "how does login work"
 */
#include <inttypes.h>
#include <pampax.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Prints the error and returns the exit status that goes with it. */
static int failed(pampax_error *error) {
  fprintf(stderr, "%s: %s\n  %s\n", pampax_error_name(error), pampax_error_message(error), pampax_error_remedy(error));
  int status = pampax_error_exit_status(error);
  pampax_error_free(error);
  return status;
}

/* The text as a JSON string within an object, such as {"text":"login"}; NULL without memory. `rest` follows it. */
static char *object(const char *key, const char *text, const char *rest) {
  size_t size = strlen(key) + 6 * strlen(text) + strlen(rest) + 8;
  char *json = malloc(size);
  if (json == NULL) {
    return NULL;
  }
  size_t at = (size_t)snprintf(json, size, "{\"%s\":\"", key);
  for (; *text != '\0'; text++) {
    const char *format = *text == '"' || *text == '\\' ? "\\%c" : (unsigned char)*text < 0x20 ? "\\u%04x" : "%c";
    at += (size_t)snprintf(json + at, size - at, format, *text);
  }
  snprintf(json + at, size - at, "\"%s}", rest);
  return json;
}

static int print_hits(const pampax_searcher *searcher, const char *question) {
  pampax_error *error = NULL;
  pampax_results *results = NULL;
  char *query = object("text", question, ",\"limit\":5");
  pampax_status status = pampax_searcher_search(searcher, query, NULL, &results, &error);
  free(query);
  if (status != PAMPAX_OK) {
    return failed(error);
  }
  for (size_t index = 0; index < pampax_results_len(results); index++) {
    pampax_hit hit = {.struct_size = sizeof hit};
    if (pampax_results_get(results, index, &hit, &error) != PAMPAX_OK) {
      pampax_results_free(results);
      return failed(error);
    }
    printf("%s:%" PRIu32 "-%" PRIu32 " %.2f %s\n", hit.path, hit.start_line, hit.end_line, hit.score,
           hit.symbol == NULL ? "" : hit.symbol);
  }
  pampax_results_free(results);
  return 0;
}

static int print_context(const pampax_searcher *searcher, const char *question) {
  pampax_error *error = NULL;
  pampax_bundle *bundle = NULL;
  char *request = object("query", question, ",\"budget\":2000");
  pampax_status status = pampax_searcher_assemble(searcher, request, NULL, &bundle, &error);
  free(request);
  if (status != PAMPAX_OK) {
    return failed(error);
  }
  printf("\n%zu of %zu tokens\n\n%s\n", pampax_bundle_tokens(bundle), pampax_bundle_budget(bundle),
         pampax_bundle_text(bundle));
  pampax_bundle_free(bundle);
  return 0;
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: quickstart FOLDER QUESTION\n");
    return 2;
  }
  pampax_error *error = NULL;
  pampax_index *index = NULL;
  pampax_searcher *searcher = NULL;
  if (pampax_index_open(arguments[1], NULL, NULL, &index, &error) != PAMPAX_OK) {
    return failed(error);
  }
  int status = 0;
  if (pampax_index_update(index, NULL, NULL, NULL, &error) != PAMPAX_OK ||
      pampax_index_searcher(index, &searcher, &error) != PAMPAX_OK) {
    status = failed(error);
  } else {
    status = print_hits(searcher, arguments[2]);
    status = status != 0 ? status : print_context(searcher, arguments[2]);
  }
  pampax_searcher_free(searcher);
  pampax_index_free(index);
  return status;
}
