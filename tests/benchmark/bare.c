/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bare EXCHANGES: what an exchange costs a program that does nothing else. A client with epoll asks for
 * two registers (8 bytes out, 9 back) and checks the CRC; a child answers. Once over a socket pair and
 * once over a pseudo-terminal, both ends on one processor; the processor time is the client's alone.
 */
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "codec/modbus.h"
#include "tests/benchmark/figures.h"

static const struct modbus_request QUESTION = {
	.unit = 1, .function = MODBUS_READ_INPUT, .address = 0, .count = 2};
static const uint8_t REGISTERS[4] = {0x41, 0x20, 0x00, 0x00};

/* Everything that makes up `size` bytes; false at the end of file. */
static bool read_whole(int fd, uint8_t *bytes, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t more = read(fd, bytes + have, size - have);

		if (more <= 0)
			return false;
		have += (size_t)more;
	}
	return true;
}

static _Noreturn void answer_for_ever(int fd)
{
	uint8_t asked[8], reply[MODBUS_ADU_MOST];
	size_t size = modbus_reply_encode(&QUESTION, REGISTERS, sizeof(REGISTERS), reply);

	while (read_whole(fd, asked, sizeof(asked)))
		if (write(fd, reply, size) < 0)
			break;
	_exit(0);
}

static void ask_once(int fd, int epoll)
{
	uint8_t adu[MODBUS_ADU_MOST], reply[MODBUS_ADU_MOST], data[MODBUS_ADU_MOST];
	size_t size = modbus_request_encode(&QUESTION, adu), have = 0;
	struct epoll_event event;
	struct error err;

	if (write(fd, adu, size) < 0)
		exit(1);
	while (have < 9) {
		if (epoll_wait(epoll, &event, 1, -1) < 1)
			exit(1);
		ssize_t more = read(fd, reply + have, sizeof(reply) - have);

		have += more > 0 ? (size_t)more : 0;
	}
	if (modbus_reply_decode(&QUESTION, reply, have, data, &size, &err) < 0)
		exit(1);
}

static void measure(const char *name, int client, int server, long exchanges)
{
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	pid_t child = fork();

	if (child == 0) {
		close(client);
		answer_for_ever(server);
	}
	close(server);
	fcntl(client, F_SETFL, O_NONBLOCK);
	epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
	nsec began = figure_processor();

	for (long i = 0; i < exchanges; i++)
		ask_once(client, epoll);
	figure_print(name, (double)(figure_processor() - began) / 1e3 / (double)exchanges);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(client);
	close(epoll);
}

int main(int argc, char **argv)
{
	long exchanges = argc > 1 ? atol(argv[1]) : 20000;
	struct termios raw = {0};
	int pair[2], master, slave;

	figure_pin(0);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return 1;
	measure("bare_socket_us", pair[0], pair[1], exchanges);
	cfmakeraw(&raw);
	if (openpty(&master, &slave, NULL, &raw, NULL) < 0)
		return 1;
	measure("bare_pty_us", master, slave, exchanges);
	return 0;
}
