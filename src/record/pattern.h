#ifndef RECORD_PATTERN_H
#define RECORD_PATTERN_H

#include "record/record.h"

#define PATTERN_TEXT_MAX 2048u	/* bytes of text looked at */

/*
 * Match ${text} from its begin with a pattern and set the fields that it captures; ${r} is changed only on a match.  A
 * pattern is literal text (a blank in it stands for one or more) with captures; text after the pattern's end is allowed:
 *   %s %d  source, destination address        %p %q  source, destination port    %h  source: address or host name
 *   %u %t  user, user acted upon              %n %y  DNS name and type           %c  command line
 *   %r  reason   %m  MAC   %x  transport      %i  interface   %g  rule          %w  a word   %*  anything
 *   %$  the end of the text
 * A word ends at a blank; %u %t %c %r %* go up to the text behind them.  A user name is as long as can be, since whoever
 * signs in chooses it: "a from 192.0.2.1" stays a name.
 */
bool pattern_match(const char *pattern, struct hn_view text, struct record *r);

#endif
