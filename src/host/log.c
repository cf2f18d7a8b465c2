#include "host/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "codec/json_write.h"
#include "host/clock.h"

enum { LINE_BYTES_MAX = 4096 };

/* The one mutable global besides the allocator: a process has one name and one standard error. */
static char process_name[64] = "bailiwick";
static enum log_level level_min = LOG_INFO;

void log_set_process(const char *name)
{
	snprintf(process_name, sizeof process_name, "%s", name);
}

void log_set_level(enum log_level level)
{
	level_min = level;
}

void log_line(enum log_level level, const char *format, ...)
{
	static const char *const names[] = { "debug", "info", "warning", "error" };
	char text[1024], when[INSTANT_TEXT_LEN + 1];
	struct buffer line;
	va_list args;
	if (level < level_min)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	instant_format(clock_now(&clock_system), false, when);
	buffer_init(&line, LINE_BYTES_MAX);
	struct json_writer w = json_writer_to(&line);
	json_open_object(&w);
	json_member_str(&w, S("time"), str_of(when));
	json_member_str(&w, S("level"), str_of(names[level]));
	json_member_str(&w, S("process"), str_of(process_name));
	json_member_str(&w, S("message"), str_of(text));
	json_close_object(&w);
	buffer_append_char(&line, '\n');
	if (!line.failed) {
		ssize_t written = write(STDERR_FILENO, line.at, line.len);
		(void)written; /* nowhere left to complain */
	}
	buffer_release(&line);
}

void log_err(const char *what, err e)
{
	if (e.site)
		log_line(LOG_ERROR, "%s: %s: %s (%s:%d)", what, err_kind_name((int)e.site->kind), e.site->why,
			 e.site->file, e.site->line);
}
