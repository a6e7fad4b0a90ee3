# SPDX-License-Identifier: Apache-2.0
"""A ticket printer at the end of a pseudo terminal, as Epson's ESC/POS has it: its twin.

ticket_printer.py FOLDER [TEMPER…]: writes the name of its device into FOLDER/device, and what came out of it into
FOLDER/ticket-1.pbm, … at every cut. It ends with its standard input, and with a sentence when it is told what it does not
understand. Tempers: silent (answers no question), no-paper, open, fault, babbles (sends other bytes before an
answer), stuck (takes some thousand bytes and then nothing), runs-out (its paper ends in the ticket).
"""
import os, pty, select, sys, tty

FOLDER, TEMPER = sys.argv[1], set(sys.argv[2:])
ROW = 72


class Printer:
    def __init__(self, fd):
        self.fd, self.bytes, self.rows, self.tickets = fd, b"", [], 0

    def answer(self, question):
        if "silent" in TEMPER:
            return
        ended = "no-paper" in TEMPER or ("runs-out" in TEMPER and self.tickets)
        state = {2: 0x12 | 0x04 * ("open" in TEMPER) | 0x40 * ("fault" in TEMPER), 4: 0x72 if ended else 0x12}
        os.write(self.fd, (b"\x00\xffOK" if "babbles" in TEMPER else b"") + bytes([state[question]]))

    def cut(self):
        self.tickets += 1
        with open(f"{FOLDER}/ticket-{self.tickets}.pbm", "wb") as out:
            out.write(b"P4\n%d %d\n" % (ROW * 8, len(self.rows)) + b"".join(self.rows))
        self.rows = []

    def take(self):
        """One order off the front of what has come; False: it is not whole yet."""
        b = self.bytes
        if b[:2] == b"\x10\x04" and len(b) >= 3:
            self.answer(b[2])
            self.bytes = b[3:]
        elif b[:2] == b"\x1b@":
            self.rows, self.bytes = [], b[2:]
        elif b[:2] in (b"\x1bd", b"\x1b!") and len(b) >= 3:
            self.bytes = b[3:]
        elif b[:3] == b"\x1dVB" and len(b) >= 4:
            self.cut()
            self.bytes = b[4:]
        elif b[:4] == b"\x1dv0\x00" and len(b) >= 8:
            wide, high = b[4] + 256 * b[5], b[6] + 256 * b[7]
            if wide != ROW:
                sys.exit(f"a picture of {wide} bytes a row")
            if len(b) < 8 + wide * high:
                return False
            self.rows += [b[8 + wide * y:8 + wide * (y + 1)] for y in range(high)]
            self.bytes = b[8 + wide * high:]
        elif len(b) >= 8:
            sys.exit(f"no order begins with {b[:8].hex()}")
        else:
            return False
        return True


def main():
    fd, slave = pty.openpty()
    tty.setraw(slave)
    with open(f"{FOLDER}/device.part", "w") as out:
        out.write(os.ttyname(slave))
    os.rename(f"{FOLDER}/device.part", f"{FOLDER}/device")
    printer, taken = Printer(fd), 0
    while True:
        ready = select.select([0] + [fd] * ("stuck" not in TEMPER or taken < 2000), [], [])[0]
        if 0 in ready:
            return
        some = os.read(fd, 1000)
        taken += len(some)
        printer.bytes += some
        while printer.take():
            pass


main()
