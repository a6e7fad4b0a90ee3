/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why v4l2-ctl: it is kept by those who keep the kernel's own V4L2, knows the ways of their drivers, and writes the bytes of a
 * frame as they come. A camera that offers MJPG compresses each frame as a JPEG of its own, so nothing is decoded and compressed
 * again, as fswebcam and ffmpeg do. The first frames are thrown away: exposure and white balance settle in them.
 */
#include "cli/photo_camera.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "cli/words.h"
#include "codec/picture.h"
#include "loop/child.h"
#include "loop/clock.h"
#include "run/photo.h"

/* Our own choices: what a camera needs to begin, thirty frames at five a second, and to spare. */
#define PATIENCE SEC(15)
#define SKIPPED "--stream-skip=30"
/* More than a USB camera has: its driver takes the nearest. */
#define FORMAT "--set-fmt-video=width=3840,height=2160,pixelformat=MJPG"

static const struct {
	struct words no_camera, no_tool, not_ready, failed, no_jpeg, slow;
} TEXTS = {
	.no_camera = {"there is no camera at %s: plug it in (v4l2-ctl --list-devices shows what "
		      "there is), or give a file",
		      "%s 处没有摄像头:请接上(v4l2-ctl --list-devices 可列出),或给出照片文件"},
	.no_tool = {"a camera is asked through v4l2-ctl, which is not installed: apt install "
		    "v4l-utils, or give a file",
		    "摄像头经 v4l2-ctl 取图,但尚未安装:请执行 apt install "
		    "v4l-utils,或给出照片文件"},
	.not_ready = {"nothing can be written below %s: give a file",
		      "%s 下无法写入:请给出照片文件"},
	.failed = {"the camera at %s gave no picture (v4l2-ctl %s): another program may have it, "
		   "or this user may not use it (group video)",
		   "%s 处的摄像头未给出图像(v4l2-ctl %s):可能被其他程序占用,或本用户无权使用(video "
		   "组)"},
	.no_jpeg = {"the camera at %s gives no JPEG (MJPG) frames: use another one, or give a file",
		    "%s 处的摄像头不提供 JPEG(MJPG)图像:请换用其他摄像头,或给出照片文件"},
	.slow = {"the camera at %s gave no picture in 15 s: unplug it and plug it in again",
		 "%s 处的摄像头 15 s 内未给出图像:请重新插拔"},
};

struct photo_camera {
	char *device, *folder, *picture;
	struct child *child;
	struct timer bound;
	photo_camera_fn *fn;
	void *ctx;
};

/* As a shell finds it; the caller frees it. */
static char *find_tool(void)
{
	const char *at = getenv("PATH");

	while (at && *at) {
		size_t size = strcspn(at, ":");
		char *path = xprintf("%.*s/v4l2-ctl", (int)size, at);

		if (size && access(path, X_OK) == 0)
			return path;
		free(path);
		at += size + (at[size] == ':');
	}
	return NULL;
}

/* The controller, which may be another user, reads it there. */
static char *make_folder(struct error *err)
{
	const char *base = getenv("TMPDIR");
	char *folder = xprintf("%s/davy-photo-XXXXXX", base && *base ? base : "/tmp");

	if (mkdtemp(folder) && chmod(folder, 0755) == 0)
		return folder;
	error_set(err, ERROR_OS, say(TEXTS.not_ready), base && *base ? base : "/tmp");
	free(folder);
	return NULL;
}

static void tell(struct photo_camera *camera, const char *path, const struct error *err)
{
	timer_stop(&camera->bound);
	camera->fn(camera->ctx, path, err);
}

static void look(struct photo_camera *camera)
{
	struct picture picture;
	struct buf bytes;
	struct error err;
	int done;

	buf_init(&bytes);
	done = file_read(camera->picture, PHOTO_SIZE_MOST, &bytes, &err);
	if (done == 0)
		done = picture_look((const uint8_t *)bytes.data, bytes.size, &picture, &err);
	if (done == 0)
		done = chmod(camera->picture, 0644);
	if (done < 0)
		error_set(&err, ERROR_DEVICE, say(TEXTS.no_jpeg), camera->device);
	buf_done(&bytes);
	tell(camera, done == 0 ? camera->picture : NULL, &err);
}

static void ended(void *ctx, int status)
{
	struct photo_camera *camera = ctx;
	struct error err;
	char how[64];

	if (status == 0 && file_exists(camera->picture)) {
		look(camera);
		return;
	}
	child_describe_end(status, how, sizeof(how));
	error_set(&err, ERROR_DEVICE, say(TEXTS.failed), camera->device, how);
	tell(camera, NULL, &err);
}

static void too_slow(void *ctx)
{
	struct photo_camera *camera = ctx;
	struct error err;

	child_free(camera->child);
	camera->child = NULL;
	error_set(&err, ERROR_TIMEOUT, say(TEXTS.slow), camera->device);
	tell(camera, NULL, &err);
}

static int start(struct photo_camera *camera, struct loop *loop, char *tool, struct error *err)
{
	char *device = xprintf("--device=%s", camera->device);
	char *to = xprintf("--stream-to=%s", camera->picture);
	char *argv[] = {tool, device, FORMAT, "--stream-mmap", SKIPPED, "--stream-count=1",
			to,   NULL};

	camera->child = child_start(loop, argv, -1, -1, ended, camera, err);
	free(to);
	free(device);
	if (!camera->child)
		return -1;
	timer_start(&camera->bound, loop_real_clock(loop),
		    clock_now(loop_real_clock(loop)) + PATIENCE, TIMER_WAIT, too_slow, camera);
	return 0;
}

struct photo_camera *photo_camera_take(struct loop *loop, const char *device, photo_camera_fn *fn,
				       void *ctx, struct error *err)
{
	struct photo_camera *camera;
	struct stat node;
	char *tool = find_tool();

	if (stat(device, &node) < 0 || !S_ISCHR(node.st_mode)) {
		free(tool);
		error_set(err, ERROR_DEVICE, say(TEXTS.no_camera), device);
		return NULL;
	}
	if (!tool) {
		error_set(err, ERROR_DEVICE, "%s", say(TEXTS.no_tool));
		return NULL;
	}
	camera = xcalloc(1, sizeof(*camera));
	camera->device = xstrdup(device);
	camera->fn = fn;
	camera->ctx = ctx;
	camera->folder = make_folder(err);
	camera->picture = camera->folder ? xprintf("%s/camera.jpg", camera->folder) : NULL;
	if (!camera->folder || start(camera, loop, tool, err) < 0) {
		photo_camera_free(camera);
		camera = NULL;
	}
	free(tool);
	return camera;
}

void photo_camera_free(struct photo_camera *camera)
{
	struct error ignored;

	if (!camera)
		return;
	timer_stop(&camera->bound);
	child_free(camera->child);
	if (camera->folder)
		file_remove_folder(camera->folder, &ignored);
	free(camera->folder);
	free(camera->picture);
	free(camera->device);
	free(camera);
}
