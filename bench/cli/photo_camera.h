/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One picture of a USB camera, as the camera itself has compressed it, by v4l2-ctl (Debian's v4l-utils) in a child that is killed
 * when it takes too long.
 */
#ifndef DAVY_CLI_PHOTO_CAMERA_H
#define DAVY_CLI_PHOTO_CAMERA_H

#include "base/error.h"
#include "loop/loop.h"

struct photo_camera;

/* Where the picture is, until the camera is freed; NULL: `err` says why there is none. */
typedef void photo_camera_fn(void *ctx, const char *path, const struct error *err);

/* NULL: there is no such camera, or no v4l2-ctl. Told later, from the loop. */
struct photo_camera *photo_camera_take(struct loop *loop, const char *device, photo_camera_fn *fn,
				       void *ctx, struct error *err);
/* Stops it; the picture is removed. Accepts NULL. */
void photo_camera_free(struct photo_camera *camera);

#endif
