/* codec/html.h - text into HTML. */
#ifndef CODEC_HTML_H
#define CODEC_HTML_H

#include "base/buffer.h"

/* Escapes & < > " ' so that the text is safe in element content and in a quoted attribute. */
NONNULL void html_write(struct buffer *b, str text);

#endif
