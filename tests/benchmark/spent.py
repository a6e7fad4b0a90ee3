# SPDX-License-Identifier: Apache-2.0
"""spent.py COMMAND…: what a command takes: "wall_ms", "processor_ms" of all its processes, "peak_kib" of the largest."""
import resource, subprocess, sys, time

began = time.monotonic()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"wall_ms {(time.monotonic() - began) * 1000:.1f}")
print(f"processor_ms {(used.ru_utime + used.ru_stime) * 1000:.1f}")
print(f"peak_kib {used.ru_maxrss}")
sys.exit(status)
