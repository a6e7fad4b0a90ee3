/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our Modbus frames against a peer that others wrote: libmodbus, over a pseudo-terminal.
 *
 * One way round libmodbus asks and a server made of our decoder and encoder answers in a thread of
 * its own. The other way round our frames ask and libmodbus answers; there the kernel keeps the
 * bytes, and no thread is needed.
 *
 * The far end has ten of everything; whatever lies beyond is an illegal address. A frame of the far
 * end ends with silence, as Modbus says.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <modbus/modbus.h>

#include "codec/modbus.h"
#include "tests/claims.h"

enum { UNIT = 17, CELLS = 10, SILENCE_MS = 10, PATIENCE_MS = 3000 };

static int pty_open(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY);
	struct termios raw;

	if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0 || tcgetattr(fd, &raw) < 0) {
		CU_FAIL_FATAL("no pseudo-terminal");
	}
	cfmakeraw(&raw);
	tcsetattr(fd, TCSANOW, &raw);
	return fd;
}

static modbus_t *peer_new(int pty)
{
	modbus_t *peer = modbus_new_rtu(ptsname(pty), 115200, 'N', 8, 1);

	modbus_set_slave(peer, UNIT);
	modbus_set_response_timeout(peer, PATIENCE_MS / 1000, 0);
	modbus_set_byte_timeout(peer, 0, 20000);
	if (modbus_connect(peer) < 0) {
		CU_FAIL_FATAL("libmodbus cannot open the pseudo-terminal");
	}
	return peer;
}

/* Bytes until the line is silent; the first may take `patience_ms`. */
static size_t frame_read(int fd, uint8_t *frame, int patience_ms)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	size_t size = 0;

	while (size < MODBUS_ADU_MOST && poll(&ready, 1, size ? SILENCE_MS : patience_ms) > 0) {
		ssize_t got = read(fd, frame + size, MODBUS_ADU_MOST - size);

		if (got <= 0)
			break;
		size += (size_t)got;
	}
	return size;
}

/*
 * Our server
 */

struct far_end {
	int pty;
	pthread_t thread;
	atomic_bool stopped;
	atomic_int spoilt_bit;	      /* of each reply; negative: none */
	bool coils[CELLS];	      /* discrete inputs are their opposite */
	uint8_t registers[2 * CELLS]; /* input registers are the same, each byte's bits flipped */
};

static size_t pack_coils(const struct far_end *end, const struct modbus_request *request,
			 uint8_t *data)
{
	size_t size = (request->count + 7u) / 8;

	memset(data, 0, size);
	for (size_t i = 0; i < request->count; i++)
		if (end->coils[request->address + i] !=
		    (request->function == MODBUS_READ_DISCRETES))
			data[i / 8] |= (uint8_t)(1 << i % 8);
	return size;
}

static size_t copy_registers(const struct far_end *end, const struct modbus_request *request,
			     uint8_t *data)
{
	size_t size = 2u * request->count;

	for (size_t i = 0; i < size; i++) {
		data[i] = end->registers[2u * request->address + i];
		if (request->function == MODBUS_READ_INPUT)
			data[i] = (uint8_t)~data[i];
	}
	return size;
}

static size_t far_end_obey(struct far_end *end, const struct modbus_request *request, uint8_t *data)
{
	switch (request->function) {
	case MODBUS_READ_COILS:
	case MODBUS_READ_DISCRETES:
		return pack_coils(end, request, data);
	case MODBUS_READ_HOLDING:
	case MODBUS_READ_INPUT:
		return copy_registers(end, request, data);
	case MODBUS_WRITE_COIL:
		end->coils[request->address] = request->data[0] == 0xFF;
		return 0;
	case MODBUS_WRITE_COILS:
		for (size_t i = 0; i < request->count; i++)
			end->coils[request->address + i] = request->data[i / 8] >> i % 8 & 1;
		return 0;
	case MODBUS_WRITE_REGISTER:
	case MODBUS_WRITE_REGISTERS:
		memcpy(end->registers + 2u * request->address, request->data, request->size);
		return 0;
	}
	return 0;
}

static size_t far_end_answer(struct far_end *end, const uint8_t *frame, size_t size, uint8_t *adu)
{
	struct modbus_request request;
	struct error err;
	uint8_t data[250];

	if (modbus_request_decode(&request, frame, size, &err) < 0 || request.unit != UNIT)
		return 0;
	if (request.address + request.count > CELLS)
		return modbus_exception_encode(&request, 2, adu);
	return modbus_reply_encode(&request, data, far_end_obey(end, &request, data), adu);
}

static void *far_end_serve(void *ctx)
{
	struct far_end *end = ctx;

	while (!end->stopped) {
		uint8_t frame[MODBUS_ADU_MOST], adu[MODBUS_ADU_MOST];
		size_t size = frame_read(end->pty, frame, 20);
		size_t answer = size ? far_end_answer(end, frame, size, adu) : 0;
		int bit = end->spoilt_bit;

		if (bit >= 0 && (size_t)bit < 8 * answer)
			adu[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (answer && write(end->pty, adu, answer) < 0)
			break;
	}
	return NULL;
}

static modbus_t *far_end_start(struct far_end *end)
{
	*end = (struct far_end){.pty = pty_open(), .spoilt_bit = -1};
	modbus_t *peer = peer_new(end->pty);

	pthread_create(&end->thread, NULL, far_end_serve, end);
	return peer;
}

static void far_end_stop(struct far_end *end, modbus_t *peer)
{
	end->stopped = true;
	pthread_join(end->thread, NULL);
	modbus_close(peer);
	modbus_free(peer);
	close(end->pty);
}

static void libmodbus_reads_back_registers_that_it_wrote_to_our_server(void)
{
	struct far_end end;
	modbus_t *peer = far_end_start(&end);
	uint16_t written[] = {0x1234, 0xABCD, 0x0001}, found[4] = {0}, inputs[1] = {0};

	CU_ASSERT_EQUAL(modbus_write_registers(peer, 2, 3, written), 3);
	CU_ASSERT_EQUAL(modbus_write_register(peer, 5, 0x55AA), 1);
	CU_ASSERT_EQUAL(modbus_read_registers(peer, 2, 4, found), 4);
	CU_ASSERT_EQUAL(modbus_read_input_registers(peer, 2, 1, inputs), 1);

	CU_ASSERT_EQUAL(memcmp(found, written, sizeof(written)), 0);
	CU_ASSERT_EQUAL(found[3], 0x55AA);
	CU_ASSERT_EQUAL(inputs[0], (uint16_t)~0x1234);
	far_end_stop(&end, peer);
}

static void libmodbus_reads_back_coils_that_it_wrote_to_our_server(void)
{
	static const uint8_t WRITTEN[] = {1, 0, 1, 1, 0, 0, 0, 1, 1};
	struct far_end end;
	modbus_t *peer = far_end_start(&end);
	uint8_t found[CELLS] = {0}, inputs[CELLS] = {0};

	CU_ASSERT_EQUAL(modbus_write_bits(peer, 0, 9, WRITTEN), 9);
	CU_ASSERT_EQUAL(modbus_write_bit(peer, 9, 1), 1);
	CU_ASSERT_EQUAL(modbus_read_bits(peer, 0, CELLS, found), CELLS);
	CU_ASSERT_EQUAL(modbus_read_input_bits(peer, 0, CELLS, inputs), CELLS);

	CU_ASSERT_EQUAL(memcmp(found, WRITTEN, sizeof(WRITTEN)), 0);
	CU_ASSERT_EQUAL(found[9], 1);
	CU_ASSERT_EQUAL(inputs[0], 0);
	CU_ASSERT_EQUAL(inputs[1], 1);
	far_end_stop(&end, peer);
}

static void libmodbus_understands_our_exceptions(void)
{
	struct far_end end;
	modbus_t *peer = far_end_start(&end);
	uint16_t found[2];

	CU_ASSERT_EQUAL(modbus_read_registers(peer, 9, 2, found), -1);
	CU_ASSERT_EQUAL(errno, EMBXILADD);
	CU_ASSERT_EQUAL(modbus_write_bit(peer, 10, 1), -1);
	CU_ASSERT_EQUAL(errno, EMBXILADD);
	far_end_stop(&end, peer);
}

static void libmodbus_refuses_our_reply_with_a_flipped_bit_in_any_byte(void)
{
	struct far_end end;
	modbus_t *peer = far_end_start(&end);

	for (int byte = 0; byte < 9; byte++) {
		uint16_t found[2];

		end.spoilt_bit = 8 * byte + byte % 8;
		CU_ASSERT_EQUAL(modbus_read_registers(peer, 0, 2, found), -1);
		modbus_flush(peer);
	}

	uint16_t found[2];
	end.spoilt_bit = -1;
	CU_ASSERT_EQUAL(modbus_read_registers(peer, 0, 2, found), 2);
	far_end_stop(&end, peer);
}

static void our_server_is_silent_to_a_request_of_libmodbus_with_a_flipped_bit_in_any_byte(void)
{
	int pty = pty_open();
	modbus_t *peer = peer_new(pty);
	struct far_end end = {.pty = pty};
	uint8_t raw[] = {UNIT, MODBUS_WRITE_REGISTERS, 0, 2, 0, 1, 2, 0x12, 0x34};
	uint8_t frame[MODBUS_ADU_MOST], answer[MODBUS_ADU_MOST];

	CU_ASSERT_EQUAL(modbus_send_raw_request(peer, raw, sizeof(raw)), sizeof(raw) + 2);
	size_t size = frame_read(pty, frame, PATIENCE_MS);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CU_ASSERT_EQUAL(far_end_answer(&end, frame, size, answer), 0);
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}

	CU_ASSERT_EQUAL(size, sizeof(raw) + 2);
	CU_ASSERT_EQUAL(far_end_answer(&end, frame, size, answer), 8);
	modbus_close(peer);
	modbus_free(peer);
	close(pty);
}

/*
 * Their server
 */

struct their_server {
	int pty;
	modbus_t *peer;
	modbus_mapping_t *cells;
};

static void their_server_start(struct their_server *server)
{
	server->pty = pty_open();
	server->peer = peer_new(server->pty);
	server->cells = modbus_mapping_new(CELLS, CELLS, CELLS, CELLS);
	modbus_set_indication_timeout(server->peer, PATIENCE_MS / 1000, 0);
}

static void their_server_stop(struct their_server *server)
{
	modbus_mapping_free(server->cells);
	modbus_close(server->peer);
	modbus_free(server->peer);
	close(server->pty);
}

/* Ask with our frames; `data` gets the payload of the answer. */
static int ask(struct their_server *server, const struct modbus_request *request, uint8_t *data,
	       size_t *data_size, struct error *err)
{
	uint8_t adu[MODBUS_ADU_MOST], heard[MODBUS_RTU_MAX_ADU_LENGTH];
	size_t size = modbus_request_encode(request, adu);

	if (write(server->pty, adu, size) != (ssize_t)size)
		return error_os(err, "pseudo-terminal");
	int length = modbus_receive(server->peer, heard);
	if (length <= 0 || modbus_reply(server->peer, heard, length, server->cells) < 0)
		return error_set(err, ERROR_TIMEOUT, "libmodbus did not answer");

	size = frame_read(server->pty, adu, PATIENCE_MS);
	CU_ASSERT_EQUAL(modbus_reply_size(request, adu, size), size);
	return modbus_reply_decode(request, adu, size, data, data_size, err);
}

static void our_client_reads_all_four_tables_of_libmodbus(void)
{
	struct their_server server;
	struct modbus_request request = {.unit = UNIT, .address = 1, .count = 2};
	uint8_t data[250];
	size_t size = 0;
	struct error err;

	their_server_start(&server);
	server.cells->tab_registers[1] = 0x1234;
	server.cells->tab_registers[2] = 0xFEDC;
	server.cells->tab_input_registers[2] = 0x0BAD;
	server.cells->tab_bits[2] = 1;
	server.cells->tab_input_bits[1] = 1;

	request.function = MODBUS_READ_HOLDING;
	CU_ASSERT_EQUAL(ask(&server, &request, data, &size, &err), 0);
	CU_ASSERT(size == 4 && !memcmp(data, "\x12\x34\xFE\xDC", 4));
	request.function = MODBUS_READ_INPUT;
	CU_ASSERT_EQUAL(ask(&server, &request, data, &size, &err), 0);
	CU_ASSERT(size == 4 && !memcmp(data, "\x00\x00\x0B\xAD", 4));
	request.function = MODBUS_READ_COILS;
	CU_ASSERT_EQUAL(ask(&server, &request, data, &size, &err), 0);
	CU_ASSERT(size == 1 && data[0] == 2);
	request.function = MODBUS_READ_DISCRETES;
	CU_ASSERT_EQUAL(ask(&server, &request, data, &size, &err), 0);
	CU_ASSERT(size == 1 && data[0] == 1);
	their_server_stop(&server);
}

static void our_client_writes_registers_and_coils_of_libmodbus(void)
{
	static const struct modbus_request WRITES[] = {
		{UNIT, MODBUS_WRITE_REGISTER, 0, 1, {0x12, 0x34}, 2},
		{UNIT, MODBUS_WRITE_REGISTERS, 8, 2, {0xAB, 0xCD, 0x00, 0x07}, 4},
		{UNIT, MODBUS_WRITE_COIL, 0, 1, {0xFF, 0x00}, 2},
		{UNIT, MODBUS_WRITE_COILS, 1, 9, {0x81, 0x01}, 2},
	};
	struct their_server server;
	uint8_t data[250];
	size_t size;
	struct error err;

	their_server_start(&server);
	for (size_t i = 0; i < sizeof(WRITES) / sizeof(WRITES[0]); i++)
		CU_ASSERT_EQUAL(ask(&server, &WRITES[i], data, &size, &err), 0);

	CU_ASSERT_EQUAL(server.cells->tab_registers[0], 0x1234);
	CU_ASSERT_EQUAL(server.cells->tab_registers[8], 0xABCD);
	CU_ASSERT_EQUAL(server.cells->tab_registers[9], 7);
	CU_ASSERT_EQUAL(memcmp(server.cells->tab_bits, "\1\1\0\0\0\0\0\0\1\1", CELLS), 0);
	their_server_stop(&server);
}

static void our_client_understands_the_exceptions_of_libmodbus(void)
{
	struct their_server server;
	struct modbus_request beyond = {
		.unit = UNIT, .function = MODBUS_READ_INPUT, .address = 9, .count = 2};
	uint8_t data[250];
	size_t size;
	struct error err;

	their_server_start(&server);
	CU_ASSERT_EQUAL(ask(&server, &beyond, data, &size, &err), -1);
	CU_ASSERT_EQUAL(err.kind, ERROR_DEVICE);
	CU_ASSERT_STRING_EQUAL(err.text, "illegal data address (exception 2)");
	their_server_stop(&server);
}

static void libmodbus_does_not_obey_our_request_with_a_flipped_bit_in_any_byte(void)
{
	struct their_server server;
	struct modbus_request write_one = {UNIT, MODBUS_WRITE_REGISTER, 3, 1, {0x12, 0x34}, 2};
	uint8_t data[250];
	size_t data_size;
	struct error err;

	their_server_start(&server);
	modbus_set_indication_timeout(server.peer, 0, 50000);
	for (int byte = 0; byte < 8; byte++) {
		uint8_t adu[MODBUS_ADU_MOST], heard[MODBUS_RTU_MAX_ADU_LENGTH];
		size_t size = modbus_request_encode(&write_one, adu);

		adu[byte] ^= (uint8_t)(1 << byte % 8);
		CU_ASSERT_EQUAL(write(server.pty, adu, size), (ssize_t)size);
		CU_ASSERT(modbus_receive(server.peer, heard) <= 0);
		modbus_flush(server.peer);
	}

	modbus_set_indication_timeout(server.peer, PATIENCE_MS / 1000, 0);
	CU_ASSERT_EQUAL(ask(&server, &write_one, data, &data_size, &err), 0);
	their_server_stop(&server);
}

static void our_client_refuses_a_reply_of_libmodbus_with_a_flipped_bit_anywhere(void)
{
	struct their_server server;
	struct modbus_request request = {
		.unit = UNIT, .function = MODBUS_READ_HOLDING, .address = 0, .count = 2};
	uint8_t adu[MODBUS_ADU_MOST], heard[MODBUS_RTU_MAX_ADU_LENGTH], data[250];
	size_t size = modbus_request_encode(&request, adu), data_size;
	struct error err;

	their_server_start(&server);
	CU_ASSERT_EQUAL(write(server.pty, adu, size), (ssize_t)size);
	int length = modbus_receive(server.peer, heard);
	CU_ASSERT(modbus_reply(server.peer, heard, length, server.cells) > 0);
	size = frame_read(server.pty, adu, PATIENCE_MS);

	CU_ASSERT_EQUAL(size, 9);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		adu[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CU_ASSERT_EQUAL(modbus_reply_decode(&request, adu, size, data, &data_size, &err),
				-1);
		adu[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	their_server_stop(&server);
}

void suite_modbus_libmodbus(void)
{
	suite_begin("modbus_libmodbus");
	claim(libmodbus_reads_back_registers_that_it_wrote_to_our_server);
	claim(libmodbus_reads_back_coils_that_it_wrote_to_our_server);
	claim(libmodbus_understands_our_exceptions);
	claim(libmodbus_refuses_our_reply_with_a_flipped_bit_in_any_byte);
	claim(our_server_is_silent_to_a_request_of_libmodbus_with_a_flipped_bit_in_any_byte);
	claim(our_client_reads_all_four_tables_of_libmodbus);
	claim(our_client_writes_registers_and_coils_of_libmodbus);
	claim(our_client_understands_the_exceptions_of_libmodbus);
	claim(libmodbus_does_not_obey_our_request_with_a_flipped_bit_in_any_byte);
	claim(our_client_refuses_a_reply_of_libmodbus_with_a_flipped_bit_anywhere);
}
