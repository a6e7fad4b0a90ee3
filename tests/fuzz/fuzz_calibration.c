/* SPDX-License-Identifier: Apache-2.0 */
/* A calibration file: certificates that are read are finite, found again, and told to the journal. */
#include <math.h>
#include <stdlib.h>

#include "run/calibration.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct error err;
	struct calibration *calibration = calibration_parse(text, "input", &err);
	const struct certificate *certificate;
	double standard;

	free(text);
	if (!calibration)
		return 0;
	value_free(calibration_describe(calibration, 1));
	value_free(calibration_describe(calibration, 2));
	calibration_other_slot(calibration, "reference", "methane");
	certificate = calibration_find(calibration, 1, "reference", "methane");
	if (certificate) {
		standard = certificate_standard(certificate, 2);
		must(!isnan(standard) && standard > 0);
		must(certificate_expired(certificate, INT64_MAX) ||
		     !certificate_expired(certificate, 0));
	}
	calibration_free(calibration);
	return 0;
}
