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
