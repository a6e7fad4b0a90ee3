# SPDX-License-Identifier: Apache-2.0
"""
print_pages.py: HTML documents to PDF by WeasyPrint, one after another, for Davy (bench/report/paper.c), which starts
it with a socket as descriptor 3, asks for one document at a time and keeps the time. It serves WeasyPrint of
Debian 12 (57) and 13 (62): of its interface it uses what both have, and nothing that a later one has given up.

  <-  {"memory": bytes, "processor": seconds a document, "largest": bytes of a PDF}
  ->  {"ready": "57.2"}
  <-  {"size": N, "pdf": PATH, "title": TEXT, "shown": [PATH, ...],
       "attached": [{"name", "description", "path" or "size": N, "gzip": true or left out}, ...]}
      then the N bytes of the document, and of each attachment that has no path its bytes
  ->  {"pages": N}, or {"refused": SENTENCE, "kind": "document", "memory" or "machine"}

The PDF is written as a new file under exactly the name that is given, and is on the disk when the answer comes: who
asks gives a temporary name and renames. Nothing of the network and no file is read for a document but what it is
given: data: URLs, and the files in "shown" by their file: URLs. What WeasyPrint would only log, such as an image that
it cannot load, refuses the document: one that looks finished must be finished. So does a character that no font
has, as WeasyPrint would leave a gap there and say nothing.

No dates and nothing random stand in the PDF: the same document gives the same bytes with the same WeasyPrint,
fonts and libraries.
"""

import ctypes
import errno
import gc
import hashlib
import html
import json
import logging
import math
import os
import re
import resource
import socket
import sys
import unicodedata
import urllib.parse
import urllib.request
import zlib

PIECE = 1 << 20
MIB = 1 << 20
FONT_PACKAGE = "fonts-wqy-microhei"
MIME_TYPES = {
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".html": "text/html",
    ".json": "application/json",
    ".jpg": "image/jpeg",
    ".jsonl": "application/jsonl",
    ".png": "image/png",
    ".txt": "text/plain",
}


class Refused(Exception):
    """A sentence for the person who asked, and whose matter it is."""

    def __init__(self, sentence, kind="document"):
        super().__init__(sentence)
        self.kind = kind


# ---- what is drawn needs a font ----


class FontSet(ctypes.Structure):
    _fields_ = [
        ("count", ctypes.c_int),
        ("room", ctypes.c_int),
        ("fonts", ctypes.POINTER(ctypes.c_void_p)),
    ]


def load_fontconfig():
    fc = ctypes.CDLL("libfontconfig.so.1")
    for name, result, arguments in (
        ("FcPatternCreate", ctypes.c_void_p, []),
        ("FcPatternDestroy", None, [ctypes.c_void_p]),
        ("FcObjectSetCreate", ctypes.c_void_p, []),
        ("FcObjectSetAdd", ctypes.c_int, [ctypes.c_void_p, ctypes.c_char_p]),
        ("FcObjectSetDestroy", None, [ctypes.c_void_p]),
        ("FcFontList", ctypes.POINTER(FontSet), [ctypes.c_void_p] * 3),
        ("FcFontSetDestroy", None, [ctypes.POINTER(FontSet)]),
        ("FcPatternGetString", ctypes.c_int,
         [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_char_p)]),
        ("FcPatternGetCharSet", ctypes.c_int,
         [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p)]),
        ("FcCharSetHasChar", ctypes.c_int, [ctypes.c_void_p, ctypes.c_uint32]),
    ):
        function = getattr(fc, name)
        function.restype = result
        function.argtypes = arguments
    return fc


def covers(fc, font, characters):
    """Those of `characters` that this font has, if it is of a kind that Pango draws with."""
    form = ctypes.c_char_p()
    charset = ctypes.c_void_p()
    if fc.FcPatternGetString(font, b"fontformat", 0, ctypes.byref(form)) != 0:
        return set()
    if form.value not in (b"TrueType", b"CFF"):
        return set()
    if fc.FcPatternGetCharSet(font, b"charset", 0, ctypes.byref(charset)) != 0:
        return set()
    return {c for c in characters if fc.FcCharSetHasChar(charset, ord(c))}


def without_font(characters):
    """Those of `characters` that no font of this machine has."""
    fc = load_fontconfig()
    pattern = fc.FcPatternCreate()
    wanted = fc.FcObjectSetCreate()
    for name in (b"fontformat", b"charset"):
        fc.FcObjectSetAdd(wanted, name)
    fonts = fc.FcFontList(None, pattern, wanted)
    if fonts:
        for i in range(fonts.contents.count):
            if characters:
                characters = characters - covers(fc, fonts.contents.fonts[i], characters)
        fc.FcFontSetDestroy(fonts)
    fc.FcObjectSetDestroy(wanted)
    fc.FcPatternDestroy(pattern)
    return characters


def is_drawn(character):
    """Marks that choose a variant have no glyph of their own, as blanks and controls have none."""
    if 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF:
        return False
    return unicodedata.category(character) not in ("Cc", "Cf", "Zs", "Zl", "Zp")


def escaped_in_css(text):
    for digits in re.findall(r"\\([0-9a-fA-F]{1,6})", text):
        code = int(digits, 16)
        if code <= sys.maxunicode and not 0xD800 <= code <= 0xDFFF:
            yield chr(code)


class Fonts:
    """What is known of characters lasts for all documents."""

    def __init__(self):
        self.known = set()

    def check(self, text):
        characters = set(html.unescape(text)) | set(escaped_in_css(text))
        new = {c for c in characters - self.known if is_drawn(c)}
        missing = without_font(new) if new else new
        self.known |= new - missing
        if not missing:
            return
        chinese = {c for c in missing if "\u4e00" <= c <= "\u9fff"}
        first = min(chinese or missing)
        more = f", nor {len(missing) - 1} more of its characters" if len(missing) > 1 else ""
        font = f"the Debian package {FONT_PACKAGE}" if chinese else "a font that has it"
        raise Refused(f"no font of this machine has its character {first} (U+{ord(first):04X}){more}: install {font}",
                      "machine")


# ---- what a document may read ----


def in_itself(url):
    """What a data: URL holds. WeasyPrint's own reader of URLs (default_url_fetcher) is on its way out from 68 on."""
    response = urllib.request.DataHandler().data_open(urllib.request.Request(url))
    kind = response.headers.get_content_type()
    return {"string": response.read(), "mime_type": kind, "encoding": response.headers.get_param("charset")}


class Fetcher:
    """WeasyPrint reads through this alone; what it was denied is kept, as WeasyPrint only logs it."""

    def __init__(self, shown):
        self.shown = set(shown)
        self.denied = []

    def __call__(self, url, *others, **named):
        if url[:5].lower() == "data:":
            return in_itself(url)
        parts = urllib.parse.urlsplit(url)
        path = urllib.parse.unquote(parts.path)
        if parts.scheme == "file" and parts.netloc == "" and path in self.shown:
            return {"file_obj": open(path, "rb")}
        self.denied.append(url)
        raise ValueError("no document may read this")


class Complaints(logging.Handler):
    def __init__(self):
        super().__init__(logging.ERROR)
        self.said = []

    def emit(self, record):
        self.said.append(record.getMessage())


# ---- attachments ----


def compressed(pieces):
    """The pieces deflated, their size and MD5 (which PDF wants; nothing rests on it)."""
    deflate = zlib.compressobj()
    digest = hashlib.md5(usedforsecurity=False)
    size, out = 0, []
    for piece in pieces:
        size += len(piece)
        digest.update(piece)
        out.append(deflate.compress(piece))
    out.append(deflate.flush())
    return b"".join(out), size, digest.hexdigest()


def pieces_of(attachment):
    if "path" not in attachment:
        yield attachment["bytes"]
        return
    with open(attachment["path"], "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def gzipped(pieces):
    """The same as a gzip file, without a name or a time in it."""
    deflate = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    for piece in pieces:
        yield deflate.compress(piece)
    yield deflate.flush()


def as_it_is(pieces):
    """What is compressed already is not compressed again: the pieces, their size and MD5."""
    data = b"".join(pieces)
    return data, len(data), hashlib.md5(data, usedforsecurity=False).hexdigest()


def attach(pdf, pydyf, attachments):
    """
    By our own hand: WeasyPrint 57 has no name for an attachment from memory, dates it in 62, and takes a time that
    grows with the square of its size in both. AFRelationship as in PDF/A-3: the data that the document was made of.
    """
    names = pdf.catalog.get("Names")
    if names is not None and "EmbeddedFiles" in names:
        raise Refused("it attaches a file by itself, by <link rel=attachment>; what is attached is for Davy to say")
    files, entries = pydyf.Array(), pydyf.Array()
    for i, attachment in enumerate(attachments):
        is_gzip = attachment.get("gzip", False)
        pieces = pieces_of(attachment)
        data, size, digest = as_it_is(gzipped(pieces)) if is_gzip else compressed(pieces)
        name = attachment["name"]
        mime = MIME_TYPES.get(os.path.splitext(name)[1], "application/octet-stream")
        about = {
            "Type": "/EmbeddedFile",
            "Subtype": "/" + mime.replace("/", "#2F"),
            "Params": pydyf.Dictionary({"CheckSum": f"<{digest}>", "Size": size}),
        }
        if not is_gzip:
            about["Filter"] = "/FlateDecode"
        stream = pydyf.Stream([data], pydyf.Dictionary(about))
        pdf.add_object(stream)
        file = pydyf.Dictionary({
            "Type": "/Filespec",
            "F": pydyf.String(name),
            "UF": pydyf.String(name),
            "EF": pydyf.Dictionary({"F": stream.reference, "UF": stream.reference}),
            "Desc": pydyf.String(attachment["description"]),
            "AFRelationship": "/Source",
        })
        pdf.add_object(file)
        files.append(file.reference)
        entries.extend([pydyf.String(f"{i:04}"), file.reference])
    tree = pydyf.Dictionary({"Names": entries})
    pdf.add_object(tree)
    if names is None:
        names = pdf.catalog["Names"] = pydyf.Dictionary()
    names["EmbeddedFiles"] = tree.reference
    pdf.catalog["AF"] = files


# ---- one document ----


class Printer:
    def __init__(self, bounds):
        import pydyf
        import weasyprint

        self.bounds = bounds
        self.pydyf, self.weasyprint = pydyf, weasyprint
        self.fonts = Fonts()
        self.complaints = Complaints()
        logger = logging.getLogger("weasyprint")
        logger.handlers = [self.complaints]
        logger.setLevel(logging.ERROR)

    def lay_out(self, job, text):
        self.complaints.said = []
        fetcher = Fetcher(job["shown"])
        document = self.weasyprint.HTML(string=text, url_fetcher=fetcher).render()
        return document, fetcher

    def check(self, fetcher):
        if fetcher.denied:
            raise Refused(f"it asks for {shortened(fetcher.denied[0])}, and a document may read nothing but what "
                          "it is given")
        if self.complaints.said:
            raise Refused(f"WeasyPrint cannot print it as it stands: {shortened(self.complaints.said[0])}")

    def write(self, job, text, file):
        document, fetcher = self.lay_out(job, text)
        self.check(fetcher)

        def finish(_, pdf):
            if job["title"]:
                pdf.info["Title"] = self.pydyf.String(job["title"])
            if job["attached"]:
                attach(pdf, self.pydyf, job["attached"])

        document.write_pdf(file, finisher=finish)
        self.check(fetcher)
        return len(document.pages)

    def print(self, job, data):
        text = data.decode("utf-8", errors="strict")
        self.fonts.check(text)
        mode = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(job["pdf"], mode, 0o644), "wb") as file:
            pages = self.write(job, text, file)
            file.flush()
            os.fsync(file.fileno())
        return pages

    def why_not(self, problem):
        """The answer to a document that could not be printed."""
        largest = self.bounds["largest"] // MIB
        if isinstance(problem, Refused):
            return {"refused": str(problem), "kind": problem.kind}
        if isinstance(problem, MemoryError):
            return {"refused": f"it needs more memory than the {self.bounds['memory'] // MIB} MiB that printing is given",
                    "kind": "memory"}
        if isinstance(problem, UnicodeDecodeError):
            return {"refused": "it is not UTF-8", "kind": "document"}
        if isinstance(problem, OSError) and problem.errno == errno.EFBIG:
            return {"refused": f"its PDF would be larger than the {largest} MiB that one may have", "kind": "document"}
        if isinstance(problem, OSError) and problem.errno is not None:
            what = problem.filename or "its PDF cannot be written"
            return {"refused": f"{what}: {problem.strerror}", "kind": "machine"}
        return {"refused": f"WeasyPrint {self.weasyprint.__version__} gave it up: "
                           f"{type(problem).__name__}: {shortened(str(problem))}", "kind": "document"}

    def forget(self):
        """WeasyPrint 57 keeps the fonts of each document that it has drawn, 14 to 22 MB a face, in a cache of a method."""
        inside = sys.modules.get("weasyprint.pdf.stream")
        for name in ("Stream", "add_font", "cache_clear"):
            inside = getattr(inside, name, None)
        if inside:
            inside()
        gc.collect()

    def answer(self, job, data):
        allow_processor(self.bounds["processor"])
        try:
            return {"pages": self.print(job, data)}
        except Exception as problem:  # whatever a document does to WeasyPrint is that document's own matter
            return self.why_not(problem)


def shortened(text, most=160):
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most] + "…"


# ---- the conversation ----


def allow_processor(seconds):
    """From now on; the kernel ends whoever takes more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def bound(bounds):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (bounds["memory"], bounds["memory"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (bounds["largest"], bounds["largest"]))
    allow_processor(bounds["processor"])


def read_exactly(stream, size):
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data


def serve(stream):
    def say(answer):
        stream.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        stream.flush()

    bounds = json.loads(stream.readline())
    bound(bounds)
    try:
        printer = Printer(bounds)
    except MemoryError:
        say({"refused": f"WeasyPrint cannot even begin with {bounds['memory'] // MIB} MiB of memory", "kind": "memory"})
        return
    except (ImportError, OSError) as problem:
        say({"refused": "PDF needs WeasyPrint, and it is not here: install the Debian package weasyprint "
                        f"({shortened(str(problem))})", "kind": "machine"})
        return
    say({"ready": printer.weasyprint.__version__})
    while line := stream.readline():
        job = json.loads(line)
        try:
            data = read_exactly(stream, job["size"])
            for attachment in job["attached"]:
                if "path" not in attachment:
                    attachment["bytes"] = read_exactly(stream, attachment["size"])
        except MemoryError as problem:
            say(printer.why_not(problem))
            return  # what is left of it stands where the next would
        say(printer.answer(job, data))
        del job, data
        printer.forget()


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C.UTF-8"  # nothing is chosen by whoever happens to print
    os.environ["SOURCE_DATE_EPOCH"] = "0"  # for fontTools, which dates each subset of a font
    with socket.socket(fileno=3) as conversation:
        serve(conversation.makefile("rwb"))
