/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asked on the process's own terminal, whatever stdin is, with the echo off; the terminal is as it was afterwards, also
 * when the person presses Ctrl-C: the terminal sends no signal while it is asked, and gives the line as soon as its
 * interrupt character comes, which is that line's last byte then.
 */
#include "cli/passphrase.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "cli/words.h"

enum { PASSPHRASE_MOST = 1000, KEY_MOST = 16384 };

static const struct {
	struct words ask, again, differ, empty, no_terminal, stopped, needs_key, unprotected;
} TEXTS = {
	.ask = {"passphrase for %s: ", "%s 的口令:"},
	.again = {"the same once more: ", "再输入一次:"},
	.differ = {"the two passphrases differ: nothing was made", "两次口令不一致,未作任何更改"},
	.empty = {"the passphrase is empty, and a person's key has one",
		  "口令为空;个人密钥必须有口令"},
	.no_terminal = {"there is no terminal to ask for the passphrase: give "
			"--passphrase-file FILE",
			"没有终端可输入口令:请用 --passphrase-file 文件"},
	.stopped = {"stopped at the passphrase: nothing was done", "输入口令时中止,未作任何更改"},
	.needs_key = {"whose key signs is not said: give --key FILE",
		      "未指明签名密钥:请用 --key 文件"},
	.unprotected = {"%s is kept without a passphrase; a person's key has one (davy keys make)",
			"%s 没有口令保护;个人密钥必须有口令(davy keys make)"},
};

void passphrase_free(char *passphrase)
{
	if (!passphrase)
		return;
	explicit_bzero(passphrase, strlen(passphrase));
	free(passphrase);
}

/* One line, without its end; -1: stopped, by the interrupt character (0: there is none) or the end of the input. */
static int read_line(int terminal, char interrupt, char text[PASSPHRASE_MOST])
{
	ssize_t size = read(terminal, text, PASSPHRASE_MOST - 1);

	if (size <= 0 || (interrupt && text[size - 1] == interrupt))
		return -1;
	text[size] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	return 0;
}

static char *ask(int terminal, const char *question, struct error *err)
{
	char text[PASSPHRASE_MOST], *answer = NULL;
	struct termios was, quiet;
	int done;

	if (tcgetattr(terminal, &was) < 0) {
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.no_terminal));
		return NULL;
	}
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	quiet.c_lflag |= ICANON;
	quiet.c_cc[VEOL] = was.c_cc[VINTR];
	tcsetattr(terminal, TCSAFLUSH, &quiet);
	(void)file_write_all(terminal, question, strlen(question));
	done = read_line(terminal, (char)was.c_cc[VINTR], text);
	tcsetattr(terminal, TCSAFLUSH, &was);
	(void)file_write_all(terminal, "\n", 1);
	if (done < 0)
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.stopped));
	else
		answer = xstrdup(text);
	explicit_bzero(text, sizeof(text));
	return answer;
}

static char *ask_terminal(bool is_new, const char *what, struct error *err)
{
	int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	char *question = xprintf(say(TEXTS.ask), what), *first, *second;

	if (terminal < 0) {
		error_set(err, ERROR_USAGE, "%s", say(TEXTS.no_terminal));
		free(question);
		return NULL;
	}
	first = ask(terminal, question, err);
	if (first && is_new) {
		second = ask(terminal, say(TEXTS.again), err);
		if (!second || strcmp(first, second) != 0) {
			if (second)
				error_set(err, ERROR_USAGE, "%s", say(TEXTS.differ));
			passphrase_free(first);
			first = NULL;
		}
		passphrase_free(second);
	}
	free(question);
	close(terminal);
	return first;
}

static void wipe(struct buf *secret)
{
	explicit_bzero(secret->data, secret->room);
	buf_done(secret);
}

static char *read_file(const char *path, struct error *err)
{
	struct buf text;
	char *answer = NULL;

	buf_init(&text);
	if (file_read_secret(path, PASSPHRASE_MOST, &text, err) == 0)
		answer = xstrndup(text.data, strcspn(text.data, "\r\n"));
	wipe(&text);
	return answer;
}

char *passphrase_read(const char *path, bool is_new, const char *what, struct error *err)
{
	char *answer = path ? read_file(path, err) : ask_terminal(is_new, what, err);

	if (!answer || answer[0])
		return answer;
	passphrase_free(answer);
	error_set(err, ERROR_USAGE, "%s", say(TEXTS.empty));
	return NULL;
}

int passphrase_needed(const char *key_path, struct error *err)
{
	struct error unopened;
	struct buf text;
	struct key *key;
	int done;

	if (!key_path)
		return error_set(err, ERROR_USAGE, "%s", say(TEXTS.needs_key));
	buf_init(&text);
	done = file_read_secret(key_path, KEY_MOST, &text, err);
	wipe(&text);
	if (done < 0)
		return error_context(err, "--key");
	key = key_load(key_path, NULL, &unopened);
	if (key) {
		key_free(key);
		return error_set(err, ERROR_REFUSED, say(TEXTS.unprotected), key_path);
	}
	if (unopened.kind == ERROR_REFUSED)
		return 0;
	*err = unopened;
	return error_context(err, "--key");
}

struct key *passphrase_key(const char *key_path, const char *path, struct error *err)
{
	struct key *key;
	char *passphrase;

	if (passphrase_needed(key_path, err) < 0)
		return NULL;
	passphrase = passphrase_read(path, false, key_path, err);
	key = passphrase ? key_load(key_path, passphrase, err) : NULL;
	passphrase_free(passphrase);
	return key;
}
