package codetree

/*
#include <stddef.h>

// Of tree-sitter's core, which the bindings link; weak, so that this file links alone.
extern void ts_set_allocator(void *(*)(size_t), void *(*)(size_t, size_t), void *(*)(void *, size_t), void (*)(void *))
	__attribute__((weak));

static void use_libc(void) {
	if (ts_set_allocator) ts_set_allocator(NULL, NULL, NULL, NULL);
}
*/
import "C"

// The bindings (v0.25.0) route each allocation of a parser through Go and back to libc's,
// which takes a quarter of the time of a parse. What was allocated that way is freed by
// libc either way.
func init() { C.use_libc() }
