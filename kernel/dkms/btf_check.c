// SPDX-License-Identifier: Apache-2.0
/*
 * btf_check MODULE BASE: can the kernel whose BTF is BASE find kmesh_arm() in
 * the module's? A module whose BTF was left out, was made against another
 * kernel's, or whose ids were not resolved loads all the same, and then
 * nothing can arm.
 *
 * BASE is raw BTF or an ELF file with a section of it. Reads the formats
 * itself, for it is compiled where the module is: with a C compiler and the
 * kernel's headers for user space, and no library. What it reads may be
 * anything: nothing is taken for granted.
 */
#include <elf.h>
#include <linux/btf.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTION "kmesh_arm"
#define CONTEXT "bpf_sock_addr"
#define ID_PREFIX "__BTF_ID__"

#define KIND_FLOAT 16
#define KIND_DECL_TAG 17
#define KIND_TYPE_TAG 18
#define KIND_ENUM64 19

struct bytes {
	const unsigned char *at;
	size_t len;
};

/* The types of one BTF; those of its base come before them. */
struct btf {
	const struct btf *base;
	const struct btf_type **types;
	unsigned int first, count; /* ids first to first + count - 1 */
	const char *strings;
	unsigned int first_char, chars;
};

static const char *file_name = "";

__attribute__((format(printf, 1, 2))) static bool complain(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", file_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return false;
}

/* What was allocated, until the end: two files, and a copy and a list for each BTF of three. */
static void *kept[8];
static unsigned int kept_count;

static void *keep(void *at)
{
	if (at)
		kept[kept_count++] = at;
	return at;
}

static void free_kept(void)
{
	while (kept_count)
		free(kept[--kept_count]);
}

/* ---- files ---- */

static bool read_file(const char *path, struct bytes *file)
{
	FILE *in = fopen(path, "rb");
	unsigned char *at = NULL;
	size_t len = 0, room = 0, got;

	if (!in)
		return complain("cannot be opened");
	do {
		if (len == room) {
			unsigned char *more = realloc(at, room = room * 2 + 65536);

			if (!more)
				break;
			at = more;
		}
		got = fread(at + len, 1, room - len, in);
		len += got;
	} while (got);
	file->at = keep(at);
	file->len = len;
	if (ferror(in) || !feof(in)) {
		fclose(in);
		return complain("cannot be read");
	}
	fclose(in);
	return true;
}

static bool inside(struct bytes whole, unsigned long long off, unsigned long long len)
{
	return off <= whole.len && len <= whole.len - off;
}

static bool is_elf(struct bytes file)
{
	return file.len >= sizeof(Elf64_Ehdr) && !memcmp(file.at, ELFMAG, SELFMAG);
}

/* A header of the file: sections need not be aligned in it. */
static bool section_header(struct bytes file, unsigned int i, Elf64_Shdr *header)
{
	Elf64_Ehdr elf;

	memcpy(&elf, file.at, sizeof(elf));
	if (elf.e_ident[EI_CLASS] != ELFCLASS64 || elf.e_ident[EI_DATA] != ELFDATA2LSB)
		return false;
	if (i >= elf.e_shnum || elf.e_shentsize != sizeof(*header) ||
	    !inside(file, elf.e_shoff, (unsigned long long)elf.e_shnum * sizeof(*header)))
		return false;
	memcpy(header, file.at + elf.e_shoff + i * sizeof(*header), sizeof(*header));
	return true;
}

static bool section_bytes(struct bytes file, const Elf64_Shdr *header, struct bytes *out)
{
	if (header->sh_type == SHT_NOBITS || !inside(file, header->sh_offset, header->sh_size))
		return false;
	out->at = file.at + header->sh_offset;
	out->len = header->sh_size;
	return true;
}

/* A text that ends within its table, or NULL. */
static const char *text_in(struct bytes table, unsigned long long off)
{
	if (off >= table.len || !memchr(table.at + off, 0, table.len - off))
		return NULL;
	return (const char *)table.at + off;
}

/* The number of the section of that name, or 0. */
static unsigned int find_section(struct bytes file, const char *name, struct bytes *out)
{
	Elf64_Shdr header;
	struct bytes names;
	Elf64_Ehdr elf;

	memcpy(&elf, file.at, sizeof(elf));
	if (!section_header(file, elf.e_shstrndx, &header) || !section_bytes(file, &header, &names))
		return 0;
	for (unsigned int i = 1; section_header(file, i, &header); i++) {
		const char *found = text_in(names, header.sh_name);

		if (found && !strcmp(found, name) && section_bytes(file, &header, out))
			return i;
	}
	return 0;
}

/* ---- BTF ---- */

static unsigned int kind_of(const struct btf_type *type)
{
	return BTF_INFO_KIND(type->info);
}

/* Bytes behind the type itself; -1 for a kind that is not known here. */
static long tail_of(const struct btf_type *type)
{
	unsigned int vlen = BTF_INFO_VLEN(type->info);

	switch (kind_of(type)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case KIND_FLOAT:
	case KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return (long)vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return (long)vlen * 8;
	case BTF_KIND_DATASEC:
	case KIND_ENUM64:
		return (long)vlen * 12;
	}
	return -1;
}

static const struct btf_type *type_of(const struct btf *btf, unsigned int id)
{
	while (btf && id < btf->first)
		btf = btf->base;
	return btf && id - btf->first < btf->count ? btf->types[id - btf->first] : NULL;
}

/* Never NULL: a name that is not there is no name. */
static const char *name_at(const struct btf *btf, unsigned int off)
{
	while (btf && off < btf->first_char)
		btf = btf->base;
	return btf && off - btf->first_char < btf->chars ? btf->strings + (off - btf->first_char) : "";
}

static bool parse_btf(struct bytes from, const struct btf *base, struct btf *btf)
{
	/* a copy is aligned, whatever the file was */
	unsigned char *at = keep(malloc(from.len ? from.len : 1));
	const struct btf_header *header = (const void *)at;
	unsigned long long begin, end, strings;

	if (!at)
		return complain("out of memory");
	memcpy(at, from.at, from.len);
	if (from.len < sizeof(*header) || header->magic != BTF_MAGIC ||
	    header->version != BTF_VERSION || header->hdr_len < sizeof(*header) ||
	    header->hdr_len % 4 || header->type_off % 4)
		return complain("its BTF has no header that is known here");
	begin = (unsigned long long)header->hdr_len + header->type_off;
	end = begin + header->type_len;
	strings = (unsigned long long)header->hdr_len + header->str_off;
	if (end > from.len || strings + header->str_len > from.len || !header->str_len ||
	    at[strings + header->str_len - 1])
		return complain("its BTF is cut off");

	btf->base = base;
	btf->first = base ? base->first + base->count : 1;
	btf->count = 0;
	btf->strings = (const char *)at + strings;
	btf->first_char = base ? base->first_char + base->chars : 0;
	btf->chars = header->str_len;
	btf->types = keep(calloc(header->type_len / sizeof(struct btf_type) + 1, sizeof(*btf->types)));
	if (!btf->types)
		return complain("out of memory");
	while (begin < end) {
		const struct btf_type *type = (const void *)(at + begin);
		long tail = end - begin >= sizeof(*type) ? tail_of(type) : -1;

		if (tail < 0 || end - begin - sizeof(*type) < (unsigned long)tail)
			return complain("type %u of its BTF cannot be read", btf->first + btf->count);
		btf->types[btf->count++] = type;
		begin += sizeof(*type) + tail;
	}
	return true;
}

/* Through typedefs and qualifiers. A chain is no longer than there are ids. */
static const struct btf_type *resolved(const struct btf *btf, unsigned int id)
{
	const struct btf_type *type = type_of(btf, id);

	for (unsigned int n = 0; type && n < 64; n++) {
		switch (kind_of(type)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case KIND_TYPE_TAG:
			type = type_of(btf, type->type);
			break;
		default:
			return type;
		}
	}
	return NULL;
}

static bool is_int32(const struct btf *btf, unsigned int id)
{
	const struct btf_type *type = resolved(btf, id);

	return type && kind_of(type) == BTF_KIND_INT && type->size == 4;
}

/* ---- what is asked of the module ---- */

static bool right_function(const struct btf *btf, const struct btf_type *func)
{
	const struct btf_type *proto = type_of(btf, func->type), *context;
	const struct btf_param *params = (const void *)(proto + 1);

	if (!proto || kind_of(proto) != BTF_KIND_FUNC_PROTO || BTF_INFO_VLEN(proto->info) != 3 ||
	    !is_int32(btf, proto->type) || !is_int32(btf, params[1].type) ||
	    !is_int32(btf, params[2].type))
		return complain("the BTF of " FUNCTION "() is of something else: it belongs to another kernel's");
	context = resolved(btf, params[0].type);
	context = context && kind_of(context) == BTF_KIND_PTR ? resolved(btf, context->type) : NULL;
	if (!context || kind_of(context) != BTF_KIND_STRUCT ||
	    strcmp(name_at(btf, context->name_off), CONTEXT))
		return complain("in its BTF " FUNCTION "() does not take struct " CONTEXT ": it was made "
				"against another kernel's");
	return true;
}

/* The id of the module's own function, or 0. */
static unsigned int find_function(const struct btf *btf)
{
	for (unsigned int i = 0; i < btf->count; i++) {
		const struct btf_type *type = btf->types[i];

		if (kind_of(type) != BTF_KIND_FUNC || strcmp(name_at(btf, type->name_off), FUNCTION))
			continue;
		return right_function(btf, type) ? btf->first + i : 0;
	}
	complain("its BTF knows no " FUNCTION "(), or was made against another kernel's");
	return 0;
}

/* Is the id in one of the sets that the module registers (set8: a count, flags, then ids with flags each)? */
static bool in_a_set(struct bytes ids, unsigned long long off, unsigned int wanted)
{
	__u32 count, id;

	if (!inside(ids, off, 8))
		return false;
	memcpy(&count, ids.at + off, 4);
	for (unsigned int i = 0; i < count && inside(ids, off + 8 + 8ULL * i, 8); i++) {
		memcpy(&id, ids.at + off + 8 + 8ULL * i, 4);
		if (id == wanted)
			return true;
	}
	return false;
}

static bool ids_resolved(struct bytes file, unsigned int wanted)
{
	struct bytes ids, names, table;
	Elf64_Shdr header, strings;
	unsigned int section = find_section(file, ".BTF_ids", &ids);
	bool found = false;

	if (!section)
		return complain("it has no .BTF_ids: it was built for a kernel without functions of modules");
	for (unsigned int i = 1; section_header(file, i, &header); i++) {
		if (header.sh_type != SHT_SYMTAB || !section_bytes(file, &header, &table) ||
		    !section_header(file, header.sh_link, &strings) ||
		    !section_bytes(file, &strings, &names))
			continue;
		for (size_t at = 0; inside(table, at, sizeof(Elf64_Sym)); at += sizeof(Elf64_Sym)) {
			Elf64_Sym symbol;
			const char *name;

			memcpy(&symbol, table.at + at, sizeof(symbol));
			name = text_in(names, symbol.st_name);
			if (name && symbol.st_shndx == section &&
			    !strncmp(name, ID_PREFIX "set8__", strlen(ID_PREFIX "set8__")))
				found = found || in_a_set(ids, symbol.st_value, wanted);
		}
	}
	return found || complain("the id of " FUNCTION "() is not in its .BTF_ids: they were not resolved");
}

static bool check(const char *module, const char *base)
{
	struct bytes file, base_file, section;
	struct btf kernel, distilled, own;
	const struct btf *under = &kernel;
	unsigned int id;

	file_name = base;
	if (!read_file(base, &base_file))
		return false;
	section = base_file;
	if (is_elf(base_file) && !find_section(base_file, ".BTF", &section))
		return complain("it has no BTF");
	if (!parse_btf(section, NULL, &kernel))
		return false;

	file_name = module;
	if (!read_file(module, &file))
		return false;
	if (!is_elf(file))
		return complain("this is no module");
	/* newer paholes bring along the types that the module needs of the kernel's; it looks them up by name */
	if (find_section(file, ".BTF.base", &section)) {
		if (!parse_btf(section, NULL, &distilled))
			return false;
		under = &distilled;
	}
	if (!find_section(file, ".BTF", &section))
		return complain("it has no BTF");
	if (!parse_btf(section, under, &own))
		return false;
	id = find_function(&own);
	return id && ids_resolved(file, id);
}

int main(int argc, char **argv)
{
	bool right;

	if (argc != 3) {
		fprintf(stderr, "usage: btf_check MODULE BASE\n");
		return 2;
	}
	right = check(argv[1], argv[2]);
	free_kept();
	return right ? 0 : 1;
}
