/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows its setting: a controller, a supply, a load whose reading must be where it was set.
 *
 * A test is a stimulus and a response. When the stimulus is not what the protocol believes, the response
 * says nothing of the product, so a reference that does not follow ends the run as ERROR. (A device under
 * test that does not follow fails, by a measure: the fixture refuses the rule for it.)
 *
 * From the moment a setting leaves for the device until `after` past its acknowledgement nothing is
 * demanded; later every reading that was asked for since then must lie within. A new setting begins the
 * patience anew. Before the first setting there is nothing to follow and nothing is asked; from then on
 * the guard asks by itself, whether or not a script wants the channel.
 */
#include <math.h>
#include <stdio.h>

#include "run/slot.h"

static bool demands(const struct fixture_follow *spec, double setting)
{
	return spec->within > 0 || setting != 0;
}

static void does_not_follow(struct slot *slot, const struct fixture_follow *spec, double reading,
			    double setting)
{
	const struct fixture_device *device = &slot->fixture->device[spec->device];
	const struct fixture_channel *channel = &slot->fixture->channel[spec->channel];
	struct quantity shown = {.value = reading, .unit = channel->unit};
	char is[64], should_be[64], why[400];

	quantity_print(&shown, 6, is, sizeof(is));
	shown.value = setting;
	quantity_print(&shown, 6, should_be, sizeof(should_be));
	snprintf(why, sizeof(why), "%s: %s is %s and does not follow its %s %s: %s", device->name,
		 device->driver->read[channel->read].name, is,
		 device->driver->write[spec->write].name, should_be, spec->else_says);
	slot_trip(slot, VERDICT_ERROR, why);
}

void follow_leaves(struct slot *slot, int device, int write)
{
	for (size_t i = 0; i < slot->fixture->follow_count; i++) {
		const struct fixture_follow *spec = &slot->fixture->follow[i];

		if (spec->device == device && spec->write == write)
			slot->follow[i].from = NSEC_NEVER;
	}
}

void follow_arrived(struct slot *slot, int device, int write, double number)
{
	for (size_t i = 0; i < slot->fixture->follow_count; i++) {
		const struct fixture_follow *spec = &slot->fixture->follow[i];
		struct slot_follow *follow = &slot->follow[i];

		if (spec->device != device || spec->write != write)
			continue;
		follow->setting = unit_to_si(
			&slot->fixture->device[device].driver->write[write].unit, number);
		follow->from = slot_now(slot) + spec->after;
		if (!follow->wanted)
			guard_want(slot, &follow->interest, spec->channel);
		follow->wanted = true;
	}
}

void follow_sample(struct slot *slot, int channel, const struct bench_sample *sample)
{
	for (size_t i = 0; i < slot->fixture->follow_count && !slot->tripped; i++) {
		const struct fixture_follow *spec = &slot->fixture->follow[i];
		const struct slot_follow *follow = &slot->follow[i];
		double allowed = spec->within + spec->share * fabs(follow->setting);

		if (spec->channel == channel && follow->wanted && sample->asked >= follow->from &&
		    demands(spec, follow->setting) &&
		    limit_exceeds(fabs(sample->value - follow->setting), allowed))
			does_not_follow(slot, spec, sample->value, follow->setting);
	}
}
