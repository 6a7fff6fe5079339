// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A line is parsed again from its start when it came in pieces, and never
 * touched again once it is whole: head->len is where the next one starts.
 * Nothing outside of head is kept, nothing is allocated, nothing is printed.
 */
#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/string.h>
#else
#include <string.h>
#endif

#include "kmesh_head.h"

enum {
	SEEN_HOST = 1,
	SEEN_LENGTH = 2,
	SEEN_ENCODING = 4,
};

/* of Content-Length: below the largest number of 63 bits */
#define LENGTH_DIGITS 18

/* What is being read: all bytes there are, and the next one to look at. */
struct cursor {
	const __u8 *bytes;
	size_t len;
	size_t at;
};

static bool is_digit(__u8 c)
{
	return c >= '0' && c <= '9';
}

static __u8 lower(__u8 c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static bool is_letter(__u8 c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

/* tchar of RFC 9110, 5.6.2 */
static bool is_token(__u8 c)
{
	switch (c) {
	case '!': case '#': case '$': case '%': case '&': case '\'':
	case '*': case '+': case '-': case '.': case '^': case '_':
	case '`': case '|': case '~':
		return true;
	default:
		return is_letter(c) || is_digit(c);
	}
}

/* Visible ASCII. A fragment is never sent, and servers disagree about one. */
static bool is_target(__u8 c)
{
	return c > ' ' && c < 0x7f && c != '#';
}

static bool is_value(__u8 c)
{
	return c == '\t' || (c >= ' ' && c != 0x7f);
}

/* unreserved of RFC 3986, 2.3: percent-encoding it changes nothing */
static bool is_unreserved(__u8 c)
{
	return is_letter(c) || is_digit(c) || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

static int hex_digit(__u8 c)
{
	if (is_digit(c))
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool same_word(const __u8 *a, size_t len, const char *word)
{
	size_t i;

	for (i = 0; i < len && word[i]; i++) {
		if (lower(a[i]) != word[i])
			return false;
	}
	return i == len && !word[i];
}

/* As it is written: the names of methods have a case. */
static bool is_method(const struct kmesh_head *head, const __u8 *bytes,
		      const char *name)
{
	return head->method.len == strlen(name) &&
	       !memcmp(bytes + head->method.off, name, head->method.len);
}

static bool ended(const struct cursor *c)
{
	return c->at == c->len;
}

static void other(struct kmesh_head *head, enum kmesh_head_reason reason)
{
	head->state = KMESH_HEAD_OTHER;
	head->reason = reason;
}

static struct kmesh_span span(size_t from, size_t to)
{
	struct kmesh_span s = { .off = (__u16)from, .len = (__u16)(to - from) };

	return s;
}

/*
 * Reads the line's end. True if it is whole; false if it is not, or not yet,
 * and head->state tells which.
 */
static bool line_end(struct kmesh_head *head, struct cursor *c)
{
	const char *expected = "\r\n";

	for (; *expected; expected++, c->at++) {
		if (ended(c))
			return false;
		if (c->bytes[c->at] != *expected) {
			other(head, KMESH_REASON_LINE_END);
			return false;
		}
	}
	return true;
}

/* ---- the request line ---- */

static bool method(struct kmesh_head *head, struct cursor *c)
{
	while (!ended(c) && is_token(c->bytes[c->at]))
		c->at++;
	if (c->at > KMESH_METHOD_MAX ||
	    (!ended(c) && (!c->at || c->bytes[c->at] != ' '))) {
		other(head, KMESH_REASON_METHOD);
		return false;
	}
	if (ended(c))
		return false;
	head->method = span(0, c->at++);
	return true;
}

static bool segment_is_dots(const __u8 *p, size_t len)
{
	size_t dots = 0;

	/* a parameter does not count: /..;x/ */
	while (len && *p != ';') {
		size_t step = 1;

		if (len >= 3 && p[0] == '%' && p[1] == '2' && lower(p[2]) == 'e')
			step = 3;
		else if (*p != '.')
			return false;
		p += step;
		len -= step;
		dots++;
	}
	return dots == 1 || dots == 2;
}

/* A percent sign that means what it says, and that a server must keep. */
static bool escape_is_plain(const __u8 *p, size_t len)
{
	int high, low, c;

	if (len < 3)
		return false;
	high = hex_digit(p[1]);
	low = hex_digit(p[2]);
	if (high < 0 || low < 0)
		return false;
	c = high << 4 | low;
	return c >= ' ' && c != 0x7f && c != '/' && c != '\\' &&
	       !is_unreserved(c);
}

/* Cuts the path into segments, and notes if servers may read it otherwise. */
static void measure_path(struct kmesh_head *head, const __u8 *bytes)
{
	const __u8 *p = bytes + head->path.off;
	size_t len = head->path.len, from = 1, i;
	bool odd = false;

	for (i = 1; i <= len; i++) {
		if (i < len && p[i] != '/') {
			odd |= p[i] == '\\' || p[i] == ';';
			odd |= p[i] == '%' && !escape_is_plain(p + i, len - i);
			continue;
		}
		odd |= i == from && i < len;
		odd |= segment_is_dots(p + from, i - from);
		if (i > from && head->segments < KMESH_SEGMENTS_MAX)
			head->segment_end[head->segments++] = i;
		from = i + 1;
	}
	if (odd)
		head->flags |= KMESH_HEAD_F_PATH_ODD;
}

/* uri-host [":" port] of RFC 3986, 3.2.2; a name is letters, digits, -._~ */
static bool authority(struct kmesh_head *head, const __u8 *bytes,
		      size_t from, size_t to)
{
	size_t at = from, end;

	if (at < to && bytes[at] == '[') {
		at++;
		while (at < to && (hex_digit(bytes[at]) >= 0 ||
				   bytes[at] == ':' || bytes[at] == '.'))
			at++;
		if (at == to || at == from + 1 || bytes[at] != ']')
			return false;
		at++;
		end = at;
	} else {
		for (; at < to && is_unreserved(bytes[at]); at++) {
			/* no empty label */
			if (bytes[at] == '.' &&
			    (at == from || bytes[at - 1] == '.'))
				return false;
		}
		end = at;
		/* the root of the name space, in writing */
		if (end > from && bytes[end - 1] == '.')
			end--;
	}
	if (end - from > KMESH_HOST_MAX)
		return false;
	head->host = span(from, end);
	if (at == to)
		return true;
	if (bytes[at++] != ':' || end == from)
		return false;
	while (at < to && is_digit(bytes[at]))
		at++;
	return at == to;
}

static size_t scheme_len(const __u8 *p, size_t len)
{
	const char *scheme = "http://";
	size_t i;

	for (i = 0; i < len && scheme[i]; i++) {
		if (lower(p[i]) != scheme[i])
			return 0;
	}
	return i;
}

/* Splits head->target. An absolute one brings a host, and perhaps no path. */
static bool split_target(struct kmesh_head *head, const __u8 *bytes)
{
	size_t from = head->target.off, end = from + head->target.len;
	size_t path = from, query;

	/* its target is an authority, and no path: a tunnel for a proxy */
	if (is_method(head, bytes, "CONNECT"))
		return false;
	if (head->target.len == 1 && bytes[from] == '*') {
		head->path = span(from, from);
		return is_method(head, bytes, "OPTIONS");
	}
	if (bytes[from] != '/') {
		path = from + scheme_len(bytes + from, end - from);
		from = path;
		if (path - head->target.off != 7)
			return false;
		while (path < end && bytes[path] != '/' && bytes[path] != '?')
			path++;
		if (path == from || !authority(head, bytes, from, path))
			return false;
		head->authority = span(from, path);
	}
	for (query = path; query < end && bytes[query] != '?'; query++)
		;
	head->path = span(path, query);
	/* "http://a" means "http://a/", and is written otherwise */
	if (path == query)
		head->flags |= KMESH_HEAD_F_PATH_ODD;
	measure_path(head, bytes);
	return true;
}

static bool target(struct kmesh_head *head, struct cursor *c)
{
	size_t from = c->at;
	__u8 first;

	while (!ended(c) && is_target(c->bytes[c->at]))
		c->at++;
	if (c->at > from) {
		/* the first byte tells most protocols that are not HTTP */
		first = lower(c->bytes[from]);
		if (first != '/' && first != '*' &&
		    !scheme_len(c->bytes + from, c->at - from))
			goto bad;
	}
	if (ended(c))
		return false;
	if (c->at == from || c->bytes[c->at] != ' ')
		goto bad;
	head->target = span(from, c->at);
	if (!split_target(head, c->bytes))
		goto bad;
	c->at++;
	return true;
bad:
	other(head, KMESH_REASON_TARGET);
	return false;
}

static bool version(struct kmesh_head *head, struct cursor *c)
{
	const char *expected = "HTTP/1.";

	for (; *expected; expected++, c->at++) {
		if (ended(c))
			return false;
		if (c->bytes[c->at] != *expected)
			goto bad;
	}
	if (ended(c))
		return false;
	if (c->bytes[c->at] != '0' && c->bytes[c->at] != '1')
		goto bad;
	head->minor = c->bytes[c->at++] - '0';
	return true;
bad:
	other(head, KMESH_REASON_VERSION);
	return false;
}

static bool request_line(struct kmesh_head *head, struct cursor *c)
{
	/* a line that came in pieces was split before, perhaps not whole */
	head->segments = 0;
	head->flags = 0;
	return method(head, c) && target(head, c) && version(head, c) &&
	       line_end(head, c);
}

/* ---- the fields ---- */

/* Digits, and no more than fit into the number of every server. */
static bool is_length(const __u8 *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (!is_digit(p[i]))
			return false;
	}
	return len && len <= LENGTH_DIGITS;
}

/* True if the field may not be there twice, and is. */
static bool seen_before(struct kmesh_head *head, unsigned int bit)
{
	bool before = head->seen & bit;

	head->seen |= bit;
	return before;
}

static bool same_authority(const struct kmesh_head *head, const __u8 *bytes,
			   const struct kmesh_span *value)
{
	size_t i;

	if (value->len != head->authority.len)
		return false;
	for (i = 0; i < value->len; i++) {
		if (lower(bytes[value->off + i]) !=
		    lower(bytes[head->authority.off + i]))
			return false;
	}
	return true;
}

/* The fields that say where a request goes, and where it ends. */
static bool judge_field(struct kmesh_head *head, const __u8 *bytes,
			const struct kmesh_field *field)
{
	const __u8 *name = bytes + field->name.off;
	const struct kmesh_span *value = &field->value;

	if (same_word(name, field->name.len, "host")) {
		if (seen_before(head, SEEN_HOST) ||
		    (head->authority.len && !same_authority(head, bytes, value)) ||
		    !authority(head, bytes, value->off, value->off + value->len)) {
			other(head, KMESH_REASON_HOST);
			return false;
		}
	} else if (same_word(name, field->name.len, "content-length")) {
		if (seen_before(head, SEEN_LENGTH) ||
		    !is_length(bytes + value->off, value->len)) {
			other(head, KMESH_REASON_FRAMING);
			return false;
		}
	} else if (same_word(name, field->name.len, "transfer-encoding")) {
		if (seen_before(head, SEEN_ENCODING) || !head->minor ||
		    !same_word(bytes + value->off, value->len, "chunked")) {
			other(head, KMESH_REASON_FRAMING);
			return false;
		}
	}
	return true;
}

/* FNV-1a: tells names apart quickly, proves nothing. */
static __u32 name_hash(const __u8 *p, size_t len)
{
	__u32 hash = KMESH_NAME_HASH_START;

	for (; len--; p++)
		hash = (hash ^ (*p == '_' ? '-' : lower(*p))) *
		       KMESH_NAME_HASH_PRIME;
	return hash;
}

static bool field_name(struct kmesh_head *head, struct cursor *c)
{
	size_t from = c->at;
	__u8 next;

	while (!ended(c) && is_token(c->bytes[c->at]))
		c->at++;
	if (ended(c))
		return false;
	next = c->bytes[c->at];
	if (c->at == from && (next == ' ' || next == '\t')) {
		other(head, KMESH_REASON_FOLDED);
		return false;
	}
	if (c->at == from || next != ':') {
		other(head, KMESH_REASON_NAME);
		return false;
	}
	return true;
}

static bool field_line(struct kmesh_head *head, struct cursor *c)
{
	struct kmesh_field field = {};
	size_t name = c->at, value, end;

	if (!field_name(head, c))
		return false;
	field.name = span(name, c->at);
	value = ++c->at;
	while (!ended(c) && is_value(c->bytes[c->at]))
		c->at++;
	end = c->at;
	if (!ended(c) && c->bytes[c->at] != '\r' && c->bytes[c->at] != '\n') {
		other(head, KMESH_REASON_VALUE);
		return false;
	}
	if (!line_end(head, c))
		return false;
	while (value < end && c->bytes[value] == ' ')
		value++;
	while (end > value && c->bytes[end - 1] == ' ')
		end--;
	/* nginx keeps a tab there, others do not */
	if (value < end &&
	    (c->bytes[value] == '\t' || c->bytes[end - 1] == '\t')) {
		other(head, KMESH_REASON_VALUE);
		return false;
	}
	field.value = span(value, end);
	field.name_hash = name_hash(c->bytes + name, field.name.len);
	if (head->count == KMESH_FIELDS_MAX) {
		other(head, KMESH_REASON_COUNT);
		return false;
	}
	if (!judge_field(head, c->bytes, &field))
		return false;
	head->fields[head->count++] = field;
	return true;
}

/* Cuts the host into labels, from its end. An address in brackets has none. */
static void measure_host(struct kmesh_head *head, const __u8 *bytes)
{
	const __u8 *p = bytes + head->host.off;
	size_t i = head->host.len;

	if (!i || p[0] == '[')
		return;
	while (i-- && head->labels < KMESH_LABELS_MAX) {
		if (!i || p[i - 1] == '.')
			head->label_start[head->labels++] = (__u8)i;
	}
}

static void finish(struct kmesh_head *head, const __u8 *bytes)
{
	/* servers look for the host in Host, even with an absolute target */
	if ((head->minor || head->authority.len) && !(head->seen & SEEN_HOST))
		other(head, KMESH_REASON_HOST);
	else if ((head->seen & SEEN_LENGTH) && (head->seen & SEEN_ENCODING))
		other(head, KMESH_REASON_FRAMING);
	else
		head->state = KMESH_HEAD_HTTP;
	measure_host(head, bytes);
}

/**
 * kmesh_head_start() - the state before the first byte
 * @head: becomes MORE, with nothing parsed
 */
void kmesh_head_start(struct kmesh_head *head)
{
	memset(head, 0, sizeof(*head));
}

/**
 * kmesh_head_parse() - go on with what has arrived
 * @head: from kmesh_head_start(), or from the call before
 * @bytes: the connection's bytes from its first one on; the same ones as in
 *	the call before, and more behind them
 * @len: how many there are now; of more than KMESH_HEAD_MAX the rest is not
 *	looked at
 *
 * Afterwards head->state is MORE, HTTP or OTHER; the latter two are final.
 * With HTTP all spans lie within head->len, the length of the head with its
 * empty line. With OTHER, head->reason says why, and the spans are as far as
 * they were understood.
 *
 * Context: any. Takes time in proportion to the bytes that are new, and to
 * those of the one line that was not whole.
 */
void kmesh_head_parse(struct kmesh_head *head, const __u8 *bytes, size_t len)
{
	struct cursor c = {
		.bytes = bytes,
		.len = len < KMESH_HEAD_MAX ? len : KMESH_HEAD_MAX,
		.at = head->len,
	};

	while (head->state == KMESH_HEAD_MORE && !ended(&c)) {
		bool whole;

		if (!c.at) {
			whole = request_line(head, &c);
		} else if (c.bytes[c.at] == '\r') {
			whole = line_end(head, &c);
			if (whole)
				finish(head, bytes);
		} else {
			whole = field_line(head, &c);
		}
		if (!whole)
			break;
		head->len = c.at;
	}
	if (head->state == KMESH_HEAD_MORE && len >= KMESH_HEAD_MAX)
		other(head, KMESH_REASON_LENGTH);
}

/**
 * kmesh_head_host() - the host as it is compared
 * @head: parsed, state HTTP
 * @bytes: what it was parsed from
 * @host: KMESH_HOST_MAX bytes: lower case, without port and final dot, and
 *	zeros behind
 */
void kmesh_head_host(const struct kmesh_head *head, const __u8 *bytes,
		     __u8 *host)
{
	size_t i;

	memset(host, 0, KMESH_HOST_MAX);
	for (i = 0; i < head->host.len; i++)
		host[i] = lower(bytes[head->host.off + i]);
}
