# SPDX-License-Identifier: Apache-2.0
"""A label printer at the end of a pseudo terminal, as the TSPL/TSPL2 programming manual has it: its twin.

label_printer.py FOLDER [TEMPER…]: writes the name of its device into FOLDER/device, what came out of it into
FOLDER/label-1.pbm, …, and each label's commands, but for the dots, into FOLDER/label-1.tspl. FOLDER/told is there once
it was told anything but a question. It ends with its standard input, and with a sentence when it is told what it does
not understand. Tempers: silent (answers no question), open, jam, no-paper, no-ribbon, paused, fault, strange (a bit that
the manual does not have), busy (prints somebody else's), paper-ends (after the first label), opened (while it prints),
deaf (answers nothing once it prints), idle (takes a label and prints none), endless (never ceases to print), late (a
byte that answers nothing stands in its line).
"""
import os, pty, re, select, sys, time, tty

FOLDER, TEMPER = sys.argv[1], set(sys.argv[2:])
PRINTS = 0.3  # seconds
STATES = {"open": 0x01, "jam": 0x02, "no-paper": 0x04, "no-ribbon": 0x08, "paused": 0x10, "busy": 0x20, "strange": 0x40,
          "fault": 0x80}


class Printer:
    def __init__(self, fd):
        self.fd, self.bytes, self.labels, self.lines = fd, b"", 0, []
        self.size = self.picture = None
        self.until, self.ended = 0, False

    def state(self):
        state = sum(bit for name, bit in STATES.items() if name in TEMPER)
        if self.until > time.monotonic():
            return state | 0x20 | ("opened" in TEMPER) | 0x04 * self.ended
        return state | 0x04 * self.ended

    def answer(self):
        if "silent" not in TEMPER and not ("deaf" in TEMPER and self.until):
            os.write(self.fd, bytes([self.state()]))

    def print(self):
        if not self.size or self.picture is None:
            sys.exit("PRINT before SIZE, CLS and BITMAP")
        if "idle" in TEMPER:
            return
        self.until = time.monotonic() + (60 if "endless" in TEMPER else PRINTS)
        self.ended = "paper-ends" in TEMPER and self.labels > 0
        if self.ended or "opened" in TEMPER:
            return
        self.labels += 1
        wide, high, dots = self.picture
        with open(f"{FOLDER}/label-{self.labels}.pbm", "wb") as out:
            out.write(b"P4\n%d %d\n" % (wide * 8, high) + bytes(255 - byte for byte in dots))
        with open(f"{FOLDER}/label-{self.labels}.tspl", "w") as out:
            out.write("\n".join(self.lines) + "\n")
        self.lines = []

    def line(self, text):
        if text:
            self.lines.append(text)
        if found := re.fullmatch(r"SIZE (\d+) mm,(\d+) mm", text):
            self.size = tuple(8 * int(side) for side in found.groups())
        elif text == "CLS":
            self.picture = None
        elif text == "PRINT 1,1":
            self.print()
        elif text and not re.fullmatch(r"GAP \d+ mm,0 mm|DIRECTION 0", text):
            sys.exit(f"not understood: {text}")

    def bitmap(self, end):
        """False: its dots have not all come."""
        head = self.bytes[:end].decode()
        left, top, wide, high, mode = map(int, head[len("BITMAP "):-1].split(","))
        if (left, top, wide * 8, high, mode) != (0, 0, *self.size, 0):
            sys.exit(f"a label of {self.size} dots, and a picture {head}")
        if len(self.bytes) < end + wide * high:
            return False
        self.lines.append(head)
        self.picture = wide, high, self.bytes[end:end + wide * high]
        self.bytes = self.bytes[end + wide * high:]
        return True

    def take(self):
        """One order off the front of what has come; False: it is not whole yet."""
        b = self.bytes
        if b and b[:1] != b"\x1b":
            open(f"{FOLDER}/told", "w").close()
        if b[:1] == b"\x1b":
            if len(b) < 3:
                return False
            if b[:3] != b"\x1b!?":
                sys.exit(f"no order begins with {b[:3].hex()}")
            self.bytes = b[3:]
            self.answer()
            return True
        if found := re.match(rb"BITMAP (\d+,){5}", b):
            return self.bitmap(found.end())
        if b"\r\n" not in b or b.startswith(b"BITMAP"):
            return False
        text, self.bytes = b.split(b"\r\n", 1)
        self.line(text.decode())
        return True


def main():
    fd, slave = pty.openpty()
    tty.setraw(slave)
    if "late" in TEMPER:
        os.write(fd, b"\x04")
    with open(f"{FOLDER}/device.part", "w") as out:
        out.write(os.ttyname(slave))
    os.rename(f"{FOLDER}/device.part", f"{FOLDER}/device")
    printer = Printer(fd)
    while True:
        ready = select.select([0, fd], [], [])[0]
        if 0 in ready:
            return
        printer.bytes += os.read(fd, 4000)
        while printer.take():
            pass


main()
