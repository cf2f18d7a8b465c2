#include "codec/html.h"

void html_write(struct buffer *b, str text)
{
	for (size_t i = 0; i < text.len; i++) {
		switch (text.at[i]) {
		case '&':
			buffer_append_str(b, S("&amp;"));
			break;
		case '<':
			buffer_append_str(b, S("&lt;"));
			break;
		case '>':
			buffer_append_str(b, S("&gt;"));
			break;
		case '"':
			buffer_append_str(b, S("&quot;"));
			break;
		case '\'':
			buffer_append_str(b, S("&#39;"));
			break;
		default:
			buffer_append_char(b, text.at[i]);
		}
	}
}
