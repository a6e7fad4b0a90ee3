/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compile FILE.lua …: the prelude as C source, on standard output.
 *
 * Runs while Davy is built. A Lua process runs the prelude before its first script, and a loader before
 * each file that it reads, and most of that time went into parsing the same text again. So it is parsed
 * here, once, by the library that davy-lua is linked with: what the one writes only the same version of
 * the other reads. Names and lines are kept, since an error names them.
 *
 * Each file becomes one array: base.lua is PRELUDE_BASE, called "davy/base" where Lua speaks of it.
 */
#include <ctype.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

static int write_bytes(lua_State *L, const void *bytes, size_t size, void *ctx)
{
	const unsigned char *byte = bytes;

	(void)L;
	(void)ctx;
	for (size_t i = 0; i < size; i++)
		printf("0x%02x,%s", byte[i], i % 16 == 15 ? "\n" : "");
	return 0;
}

/* "…/base.lua": "base", or "BASE". */
static void name_of(const char *path, int (*letter)(int), char *name, size_t size)
{
	const char *slash = strrchr(path, '/');
	const char *from = slash ? slash + 1 : path;
	size_t length = strcspn(from, ".");

	snprintf(name, size, "%.*s", (int)length, from);
	for (char *at = name; letter && *at; at++)
		*at = (char)letter((unsigned char)*at);
}

static int compile(lua_State *L, const char *path)
{
	char name[64], text[sizeof(name) + 8];
	static char source[1 << 18];
	FILE *file = fopen(path, "rb");
	size_t size = file ? fread(source, 1, sizeof(source), file) : 0;

	if (!file || ferror(file) || !feof(file)) {
		fprintf(stderr, "%s: cannot be read\n", path);
		return -1;
	}
	fclose(file);
	name_of(path, NULL, name, sizeof(name));
	snprintf(text, sizeof(text), "=davy/%s", name);
	if (luaL_loadbufferx(L, source, size, text, "t") != LUA_OK) {
		fprintf(stderr, "%s\n", lua_tostring(L, -1));
		return -1;
	}
	name_of(path, toupper, name, sizeof(name));
	printf("static const char PRELUDE_%s[] = {\n", name);
	lua_dump(L, write_bytes, NULL, 0);
	printf("};\n");
	lua_pop(L, 1);
	return 0;
}

int main(int argc, char **argv)
{
	lua_State *L = luaL_newstate();
	int done = L ? 0 : -1;

	for (int i = 1; i < argc && done == 0; i++)
		done = compile(L, argv[i]);
	if (L)
		lua_close(L);
	return done < 0 || fflush(stdout) != 0;
}
