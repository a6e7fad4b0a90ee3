/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resource limits first, then a seccomp filter that lets a dozen calls through and kills the process at
 * any other. Entered when the Lua state exists and before a byte of a script was read.
 *
 *   recvfrom sendto                     the socket
 *   brk mmap munmap mremap madvise      memory; no mapping may be executable
 *   exit_group futex rt_sigreturn restart_syscall   what the C library cannot do without
 *
 * The names are the same on amd64 and arm64. What the filter cannot see is time: an endless loop makes
 * no call at all. The controller counts this process's processor time instead.
 *
 * Under AddressSanitizer or valgrind there is no filter and no limit of address space: its reports need more calls
 * than a script does. Such a build is for finding bugs, never for running strangers' files.
 */
#include "script/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/strain.h"

enum { ADDRESS_SPACE_MIB = 320 };

static int set_limits(struct error *err)
{
	static const struct {
		int resource;
		rlim_t most;
	} LIMITS[] = {
		{RLIMIT_CORE, 0},
		{RLIMIT_FSIZE, 0},
		{RLIMIT_NPROC, 0},
		{RLIMIT_NOFILE, 0},
		{RLIMIT_AS, (rlim_t)ADDRESS_SPACE_MIB << 20},
	};
	size_t count = sizeof(LIMITS) / sizeof(LIMITS[0]);

	for (size_t i = 0; i < count; i++) {
		struct rlimit limit = {LIMITS[i].most, LIMITS[i].most};

		if (setrlimit((__rlimit_resource_t)LIMITS[i].resource, &limit) < 0)
			return error_os(err, "cannot limit a resource of this process");
	}
	return 0;
}

static int allow_calls(scmp_filter_ctx filter)
{
	static const int CALLS[] = {
		SCMP_SYS(recvfrom),	   SCMP_SYS(sendto), SCMP_SYS(brk),
		SCMP_SYS(munmap),	   SCMP_SYS(mremap), SCMP_SYS(madvise),
		SCMP_SYS(exit_group),	   SCMP_SYS(futex),  SCMP_SYS(rt_sigreturn),
		SCMP_SYS(restart_syscall),
	};

	for (size_t i = 0; i < sizeof(CALLS) / sizeof(CALLS[0]); i++) {
		int refused = seccomp_rule_add(filter, SCMP_ACT_ALLOW, CALLS[i], 0);

		if (refused < 0)
			return refused;
	}
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

static int load_filter(struct error *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int refused = filter ? allow_calls(filter) : -ENOMEM;

	if (refused == 0)
		refused = seccomp_load(filter);
	seccomp_release(filter);
	if (refused == 0)
		return 0;
	errno = -refused;
	return error_os(err, "cannot filter system calls");
}

static void close_others(int fd)
{
	for (int other = 0; other < fd; other++)
		close(other);
	close_range((unsigned)fd + 1, ~0U, 0);
}

int sandbox_enter(int fd, struct error *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_os(err, "cannot give up privileges");
	if (STRAIN_IS_WATCHED)
		return 0;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return error_os(err, "cannot hide from other processes");
	close_others(fd);
	if (set_limits(err) < 0)
		return -1;
	return load_filter(err);
}
