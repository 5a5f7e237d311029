#ifndef RECORD_ESCAPE_H
#define RECORD_ESCAPE_H

#include "base/arena.h"
#include "base/view.h"

/*
 * ${v} without its backslash escapes: a backslash before one of ${which} is dropped ("n" and "r" there mean line feed and
 * carriage return), any other stays.  Itself where it has no backslash, else in ${a}; itself too where ${a} has no room.
 */
struct hn_view escape_undo(struct hn_view v, const char *which, struct hn_arena *a);

#endif
