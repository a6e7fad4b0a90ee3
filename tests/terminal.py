#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# A person at a terminal: terminal.py COLUMNSxROWS [STEP…] -- COMMAND…
#
# Runs the command on a terminal of that size and keeps the picture that a person would see. Steps, in their order:
#   see=TEXT    wait until it stands on the screen        gone=TEXT   … until it does not
#   type=TEXT   type it; escapes as in C                  look        print the picture
#   size=CxR    the window is resized                     signal=NAME send this signal to the command
# At the end: the picture, and what no picture shows: "wrapped" lines that were wider than the terminal, whether its modes
# are "restored", and what the command "ended" with. Nothing that is sent is known but what is understood here: any other
# escape sequence is an error, and so is a cursor that leaves the top.
import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
import unicodedata

PATIENCE = float(os.environ.get("PATIENCE", 60))  # s for a step


class Screen:
    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines = [[" "] * columns for _ in range(rows)]
        self.row = self.column = 0
        self.wrapped = 0
        self.wrong = []
        self.pending = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data):
        text = self.pending + self.decoder.decode(data)
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                end = self.sequence(text, at)
                if end is None:
                    break
                at = end
            else:
                self.character(text[at])
                at += 1
        self.pending = text[at:]

    # One that is not whole yet is None.
    def sequence(self, text, at):
        end = at + 2
        while end < len(text) and not text[end].isalpha():
            end += 1
        if end >= len(text):
            return None
        number, letter = text[at + 2:end], text[end]
        if text[at + 1] != "[" or letter not in "AJKm":
            self.wrong.append(repr(text[at:end + 1]))
        elif letter == "A":
            self.row -= int(number or 1)
            if self.row < 0:
                self.wrong.append("above the top")
                self.row = 0
        elif letter in "JK":
            self.lines[self.row][self.column:] = [" "] * (self.columns - self.column)
            if letter == "J":
                for row in range(self.row + 1, self.rows):
                    self.lines[row] = [" "] * self.columns
        return end + 1

    def character(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.down()
        elif character == "\b":
            self.column = max(0, self.column - 1)
        elif character >= " ":
            width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
            if self.column + width > self.columns:
                self.wrapped += 1
                self.column = 0
                self.down()
            self.lines[self.row][self.column] = character
            if width == 2:
                self.lines[self.row][self.column + 1] = ""
            self.column += width

    def down(self):
        if self.row + 1 < self.rows:
            self.row += 1
        else:
            self.lines = self.lines[1:] + [[" "] * self.columns]

    def resize(self, columns, rows):
        kept = self.lines[max(0, self.row + 1 - rows):]
        self.row -= len(self.lines) - len(kept)
        self.columns, self.rows = columns, rows
        self.lines = [(line + [" "] * columns)[:columns] for line in kept][:rows]
        while len(self.lines) < rows:
            self.lines.append([" "] * columns)

    def picture(self):
        return "\n".join("".join(line).rstrip() for line in self.lines)


def sized(fd, size):
    columns, rows = (int(part) for part in size.split("x"))
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    return columns, rows


class Session:
    def __init__(self, size, command):
        # The command begins when its terminal has its size and was looked at, however busy the machine is.
        told, ready = os.pipe()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.close(ready)
            os.read(told, 1)
            os.environ["TERM"] = "xterm"
            os.execvp(command[0], command)
        os.close(told)
        self.screen = Screen(*sized(self.fd, size))
        self.found = termios.tcgetattr(self.fd)
        os.close(ready)
        self.over = False

    def read(self, seconds):
        if self.over:
            return
        if not select.select([self.fd], [], [], seconds)[0]:
            return
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.over = not data
        self.screen.feed(data)

    def wait(self, text, stands):
        until = time.monotonic() + PATIENCE
        while (text in self.screen.picture()) != stands:
            if self.over or time.monotonic() > until:
                print(self.screen.picture())
                sys.exit("it is %s to be seen: %s" % ("not" if stands else "still", text))
            self.read(0.2)

    def look(self):
        for _ in range(3):
            self.read(0.1)
        print(self.screen.picture())
        print("=" * self.screen.columns, "wrapped" if self.screen.wrapped else "")

    def step(self, step):
        what, _, text = step.partition("=")
        if what == "see":
            self.wait(text, True)
        elif what == "gone":
            self.wait(text, False)
        elif what == "type":
            raw = codecs.decode(text.encode("latin-1", "backslashreplace"), "unicode_escape")
            os.write(self.fd, raw.encode("utf-8"))
        elif what == "look":
            self.look()
        elif what == "size":
            self.screen.resize(*sized(self.fd, text))
            os.kill(self.pid, signal.SIGWINCH)
        elif what == "signal":
            os.kill(self.pid, getattr(signal, "SIG" + text))
        else:
            sys.exit("no such step: " + step)

    def end(self):
        until = time.monotonic() + PATIENCE
        now = None
        while not self.over and time.monotonic() < until:
            try:
                now = termios.tcgetattr(self.fd)
            except termios.error:
                pass
            self.read(0.2)
        if not self.over:
            os.kill(self.pid, signal.SIGKILL)
            self.screen.wrong.append("it did not end")
        status = os.waitpid(self.pid, 0)[1]
        try:
            now = termios.tcgetattr(self.fd)
        except termios.error:
            pass
        print(self.screen.picture())
        print("wrapped", self.screen.wrapped)
        print("restored", "yes" if now == self.found else "no")
        print("ended", os.waitstatus_to_exitcode(status))
        for wrong in self.screen.wrong:
            print("wrong:", wrong)
        return 1 if self.screen.wrong else 0


def main():
    split = sys.argv.index("--")
    session = Session(sys.argv[1], sys.argv[split + 1:])
    for step in sys.argv[2:split]:
        session.step(step)
    return session.end()


sys.exit(main())
