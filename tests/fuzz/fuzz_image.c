/* SPDX-License-Identifier: Apache-2.0 */
/* A safe image as it comes from a file or from the controller: what is accepted is what is written. */
#include "tests/fuzz/bench.h"
#include "tests/fuzz/tree.h"

FUZZ_TREES

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct value *tree = tree_read(data, size);
	struct error err;
	struct safe_image *image = tree ? safe_image_from_value(tree, "input", &err) : NULL;

	value_free(tree);
	if (!image)
		return 0;
	for (size_t i = 0; i < image->write_count; i++)
		must(image->write[i].port < image->port_count && image->write[i].size > 0);
	bench_check_image(image);
	safe_image_free(image);
	return 0;
}
