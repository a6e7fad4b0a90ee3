/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's own words for a terminal cannot stand beside the library's: hence a file of their own. */
#include <asm/termbits.h>
#include <sys/ioctl.h>

int rig_baud(int fd);

int rig_baud(int fd)
{
	struct termios2 set;

	return ioctl(fd, TCGETS2, &set) < 0 ? -1 : (int)set.c_ospeed;
}
