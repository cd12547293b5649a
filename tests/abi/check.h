/* What the C tests share. A failed check names itself and ends the program. */
#ifndef CHECK_H
#define CHECK_H

#include "pampax.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                     \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
      exit(1);                                                                               \
    }                                                                                        \
  } while (0)

/* The call succeeds and writes no error. */
#define OK(call)                                                                             \
  do {                                                                                       \
    pampax_error *error = NULL;                                                              \
    pampax_status status = (call);                                                           \
    if (status != PAMPAX_OK) {                                                               \
      fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, pampax_error_json(error)); \
      exit(1);                                                                               \
    }                                                                                        \
    CHECK(error == NULL);                                                                    \
  } while (0)

/* The call fails with `code`, and its error says so too. */
#define FAILS(code, call)                                                                    \
  do {                                                                                       \
    pampax_error *error = NULL;                                                              \
    pampax_status status = (call);                                                           \
    if (status != (code) || pampax_error_code(error) != (code)) {                            \
      fprintf(stderr, "%s:%d: %s: %d\n", __FILE__, __LINE__, #call, (int)status);            \
      exit(1);                                                                               \
    }                                                                                        \
    pampax_error_free(error);                                                                \
  } while (0)

/* As FAILS with PAMPAX_INVALID_ARGUMENT, and the message names what is wrong. */
#define REFUSES(name, call)                                                                  \
  do {                                                                                       \
    pampax_error *error = NULL;                                                              \
    CHECK((call) == PAMPAX_INVALID_ARGUMENT);                                                \
    CHECK(strstr(pampax_error_message(error), (name)) != NULL);                              \
    pampax_error_free(error);                                                                \
  } while (0)

#define BAD_UTF8 "\xff\xfe"

static inline int has(const char *text, const char *part) {
  return text != NULL && strstr(text, part) != NULL;
}

#endif
