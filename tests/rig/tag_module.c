/* SPDX-License-Identifier: Apache-2.0 */
/* A question ends with 7E, and none that is asked here has that byte before. */
#include "tests/rig/tag_module.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tests/reader_frames.h"

enum { ASK_MOST = 32, END = 0x7E, VERSION_ASKED = 0x03, LAST_OF_EPC = 19, SUM = 22 };

/* What is before it: "A", "B" or nothing. */
static char look(const char *file)
{
	FILE *lies = fopen(file, "r");
	int tag = lies ? fgetc(lies) : EOF;

	if (lies)
		fclose(lies);
	return tag == 'A' || tag == 'B' ? (char)tag : ' ';
}

static ssize_t answer(int port, const uint8_t *ask, const char *file)
{
	uint8_t frame[sizeof(TAG)];
	char tag = look(file);

	if (ask[2] == VERSION_ASKED)
		return write(port, VERSION, sizeof(VERSION));
	if (tag == ' ')
		return write(port, NO_TAG, sizeof(NO_TAG));
	memcpy(frame, TAG, sizeof(frame));
	frame[LAST_OF_EPC] += tag == 'B';
	frame[SUM] += tag == 'B';
	return write(port, frame, sizeof(frame));
}

static int open_port(const char *path)
{
	struct termios raw;
	int port = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (port < 0 || tcgetattr(port, &raw) < 0)
		return -1;
	cfmakeraw(&raw);
	cfsetspeed(&raw, B115200);
	raw.c_cflag |= CLOCAL | CREAD;
	return tcsetattr(port, TCSAFLUSH, &raw) < 0 ? -1 : port;
}

int tag_module_play(const char *path, const char *file)
{
	int port = open_port(path);
	uint8_t ask[ASK_MOST];
	size_t size = 0;

	while (port >= 0 && read(port, &ask[size], 1) == 1) {
		bool is_whole = ask[size] == END && size > 2;

		if (is_whole && answer(port, ask, file) < 0)
			break;
		size = is_whole ? 0 : (size + 1) % ASK_MOST;
	}
	perror(path);
	return 2;
}
