/* Answers the questions on standard input, one a line, with "NANOSECONDS HITS FIRST": how long the search took, how many hits
 * there are, and where the first is. Usage: search FOLDER OPTIONS handles|json */
#define _POSIX_C_SOURCE 200809L
#include "pampax.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long long now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (long long)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int failed(pampax_error *error) {
  fprintf(stderr, "%s\n", pampax_error_json(error));
  pampax_error_free(error);
  return 1;
}

/* The questions hold nothing that JSON would escape. */
static int by_handles(pampax_searcher *searcher, const char *question) {
  char query[4096];
  pampax_error *error = NULL;
  pampax_results *results = NULL;
  snprintf(query, sizeof query, "{\"text\":\"%s\"}", question);
  long long start = now_ns();
  if (pampax_searcher_search(searcher, query, NULL, &results, &error) != PAMPAX_OK) {
    return failed(error);
  }
  size_t count = pampax_results_len(results);
  pampax_hit hit = {0};
  for (size_t index = count; index-- > 0;) {
    hit.struct_size = sizeof hit;
    if (pampax_results_get(results, index, &hit, &error) != PAMPAX_OK) {
      return failed(error);
    }
  }
  long long end = now_ns();
  printf("%lld %zu %s:%u\n", end - start, count, count ? hit.path : "", count ? hit.start_line : 0);
  pampax_results_free(results);
  return fflush(stdout);
}

static int by_json(pampax_searcher *searcher, const char *question) {
  char request[4096];
  pampax_error *error = NULL;
  char *answer = NULL;
  snprintf(request, sizeof request, "{\"op\":\"search\",\"params\":{\"text\":\"%s\"}}", question);
  long long start = now_ns();
  if (pampax_searcher_call(searcher, request, NULL, &answer, &error) != PAMPAX_OK) {
    return failed(error);
  }
  long long end = now_ns();
  size_t count = 0;
  for (const char *at = answer; (at = strstr(at, "\"contributions\":")) != NULL; at++) {
    count++;
  }
  const char *path = strstr(answer, "\"path\":\"") + 8, *line = strstr(answer, "\"start_line\":") + 13;
  printf("%lld %zu %.*s:%d\n", end - start, count, (int)strcspn(path, "\""), path, atoi(line));
  pampax_text_free(answer);
  return fflush(stdout);
}

int main(int count, char **arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: search FOLDER OPTIONS handles|json\n");
    return 2;
  }
  pampax_error *error = NULL;
  pampax_index *index = NULL;
  pampax_searcher *searcher = NULL;
  if (pampax_index_open(arguments[1], arguments[2], NULL, &index, &error) != PAMPAX_OK ||
      pampax_index_searcher(index, &searcher, &error) != PAMPAX_OK) {
    return failed(error);
  }
  int (*answer)(pampax_searcher *, const char *) = strcmp(arguments[3], "json") == 0 ? by_json : by_handles;
  char line[2048];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (answer(searcher, line) != 0) {
      return 1;
    }
  }
  pampax_searcher_free(searcher);
  pampax_index_free(index);
  return 0;
}
