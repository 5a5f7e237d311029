#ifndef RECORD_EVTX_H
#define RECORD_EVTX_H

#include "record/document.h"

/*
 * Windows' event logs (.evtx): each event becomes one JSON object, which the reader "winevent" knows.  A record that cannot be
 * read is told with its number and the next one is read.  In a damaged log, what libevtx can recover behind the damage is read
 * too (numbered on behind the rest), and the log as a whole is an error.  By libevtx, out of memory: no file is opened.
 */
extern const struct document evtx_document;

#endif
