/* Answers requests through the C ABI: opens an index of the folder argv[1] with the options argv[2], reads requests from
 * standard input, one a line, and prints for each the answer, or the document of the error, as one line. */
#define _POSIX_C_SOURCE 200809L
#include "pampax.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed(pampax_error *error) {
  int status = pampax_error_exit_status(error);
  fprintf(stderr, "%s\n", pampax_error_json(error));
  pampax_error_free(error);
  return status;
}

static int is_blank(const char *line, size_t length) {
  return strspn(line, " \t\r\n\f") >= length;
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: conformance FOLDER OPTIONS\n");
    return 2;
  }
  pampax_error *error = NULL;
  pampax_index *index = NULL;
  if (pampax_index_open(arguments[1], arguments[2], NULL, &index, &error) != PAMPAX_OK) {
    return failed(error);
  }
  char *line = NULL;
  size_t capacity = 0;
  ssize_t length;
  while ((length = getline(&line, &capacity, stdin)) != -1) {
    if (is_blank(line, (size_t)length)) {
      continue;
    }
    if (line[length - 1] == '\n') {
      line[length - 1] = '\0';
    }
    char *answer = NULL;
    if (pampax_index_call(index, line, NULL, &answer, &error) == PAMPAX_OK) {
      puts(answer);
      pampax_text_free(answer);
    } else {
      puts(pampax_error_json(error));
      pampax_error_free(error);
    }
  }
  free(line);
  pampax_index_free(index);
  return fflush(stdout) == 0 ? 0 : 3;
}
