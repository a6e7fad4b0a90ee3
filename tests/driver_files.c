/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/driver_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "tests/cell.h"
#include "tests/claims.h"

struct driver *driver_of(const char *name)
{
	char *path = xprintf("fixtures/drivers/%s/driver.lua", name);
	struct driver *driver;
	struct cell *cell;
	struct buf text;
	struct error err;

	buf_init(&text);
	CU_ASSERT_FATAL(file_read(path, 65536, &text, &err) == 0);
	cell = cell_load("driver", text.data, "");
	const struct frame *data = cell_frame(cell, FRAME_DATA, 0);
	CU_ASSERT_FATAL(data != NULL);
	driver = driver_compile(data->payload, name, &err);
	if (!driver)
		CU_FAIL_FATAL(err.text);
	cell_free(cell);
	buf_done(&text);
	free(path);
	return driver;
}

int driver_read_line(struct driver *driver, const char *name, const char *line, double *number,
		     struct error *err)
{
	struct exchange exchange;

	exchange_read(&exchange, driver, &driver->read[driver_find_read(driver, name)], 1);
	return exchange_number(&exchange, (const uint8_t *)line, strlen(line), number, err);
}
