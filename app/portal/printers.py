"""Labels for label printers: ZPL II (Zebra) and TSPL (TSC), 60 x 40 mm at 8 dots to the mm.

The printer draws the QR code itself, from text: sharp, and a tenth of the bytes. Chinese is sent
as a picture, for few printers have the glyphs. Sources: Zebra, ZPL II Programming Guide (^BQ,
^GF); TSC, TSPL/TSPL2 Programming Language (QRCODE, BITMAP).
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from app.domain.codes import spaced
from app.portal.sheets import HERE, PrintedTag, SheetError

WIDTH, HEIGHT = 480, 320  # dots
SIDE_MM: Final = (60, 40)
MODULE: Final = 5  # dots: 49 modules of QR 8-M are 30.6 mm
CODE_AT: Final = (20, 20)
TEXT_AT: Final = (288, 24)
TEXT_WIDTH: Final = WIDTH - TEXT_AT[0]
FOOT_AT: Final = (20, 280)
FOOT: Final = (WIDTH - 40, 32)
BIG, PLAIN, SMALL = 36, 26, 22
FONTS: Final = HERE / "fonts"


def zpl(tags: Iterable[PrintedTag]) -> bytes:
    """Return ``tags`` as labels for a printer that speaks ZPL II."""
    return "".join(_zpl(tag) for tag in tags).encode("ascii")


def tspl(tags: Iterable[PrintedTag]) -> bytes:
    """Return ``tags`` as labels for a printer that speaks TSPL."""
    wide, high = SIDE_MM
    head = f"SIZE {wide} mm,{high} mm\r\nGAP 2 mm,0 mm\r\nDIRECTION 1\r\n".encode("ascii")
    return head + b"".join(_tspl(tag) for tag in tags)


# By the name of the layout: what writes it, and how its file ends.
PRINTERS: Final[Mapping[str, tuple[Callable[[Iterable[PrintedTag]], bytes], str]]] = (
    MappingProxyType({"zpl-60x40": (zpl, "zpl"), "tspl-60x40": (tspl, "tspl")})
)


def _zpl(tag: PrintedTag) -> str:
    x, y = CODE_AT
    code = f"^FO{x},{y}^BQN,2,{MODULE}^FDMA,{_safe(tag.address)}^FS"
    return f"^XA^PW{WIDTH}^LL{HEIGHT}{code}{_field(TEXT_AT, _beside(tag))}{_foot(tag.words)}^XZ\n"


def _field(at: tuple[int, int], picture: Image.Image) -> str:
    """Return a picture as a graphic field of ZPL, in hexadecimal; a set bit is black."""
    data = _black(picture)
    across = len(data) // picture.height
    size = len(data)
    return f"^FO{at[0]},{at[1]}^GFA,{size},{size},{across},{data.hex().upper()}^FS"


def _tspl(tag: PrintedTag) -> bytes:
    x, y = CODE_AT
    code = f'CLS\r\nQRCODE {x},{y},M,{MODULE},A,0,"{_safe(tag.address)}"\r\n'.encode("ascii")
    pictures = ((TEXT_AT, _beside(tag)), (FOOT_AT, _line(tag.words)))
    return code + b"".join(_bitmap(at, one) for at, one in pictures) + b"PRINT 1\r\n"


def _bitmap(at: tuple[int, int], picture: Image.Image) -> bytes:
    """Return a picture as a bitmap of TSPL; there a set bit is white."""
    data = bytes(byte ^ 0xFF for byte in _black(picture))
    across = len(data) // picture.height
    head = f"BITMAP {at[0]},{at[1]},{across},{picture.height},0,"
    return head.encode("ascii") + data + b"\r\n"


def _black(picture: Image.Image) -> bytes:
    """Return the rows of a picture, eight dots to a byte, 1 for black."""
    return bytes(byte ^ 0xFF for byte in picture.tobytes())


def _safe(address: str) -> str:
    """Return ``address``, which may hold nothing that a printer takes for a command.

    Raises:
        SheetError: It does.
    """
    if not address.isascii() or any(sign in address for sign in '^~"\r\n'):
        raise SheetError("this address cannot be printed by a label printer")
    return address


@lru_cache(maxsize=4)
def _foot(words: str) -> str:
    return _field(FOOT_AT, _line(words))


@lru_cache(maxsize=4)
def _line(words: str) -> Image.Image:
    picture = _empty(*FOOT)
    ImageDraw.Draw(picture).text((0, 0), words, font=_font(SMALL), fill=0)
    return picture


def _beside(tag: PrintedTag) -> Image.Image:
    """Return what stands beside the code: place, scale, and the number to read out."""
    lines = [*_wrapped(tag.place, PLAIN), tag.line, tag.more]
    picture = _empty(TEXT_WIDTH, 240)
    pen = ImageDraw.Draw(picture)
    for index, line in enumerate(lines):
        pen.text((0, index * (PLAIN + 8)), line, font=_font(PLAIN), fill=0)
    first, second = spaced(tag.number).split(" ")
    pen.text((0, 150), first, font=_font(BIG), fill=0)
    pen.text((0, 150 + BIG + 4), second, font=_font(BIG), fill=0)
    return picture


def _wrapped(text: str, size: int) -> list[str]:
    """Return ``text`` in at most two lines that fit."""
    font, lines = _font(size), [""]
    for sign in text:
        if font.getlength(lines[-1] + sign) > TEXT_WIDTH:
            lines.append("")
        lines[-1] += sign
    return lines[:2]


def _empty(width: int, height: int) -> Image.Image:
    return Image.new("1", (-(-width // 8) * 8, height), 1)


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(FONTS / "NotoSansSC-700Bold.ttf", size)
    except OSError as error:
        raise SheetError("the fonts of the labels are missing") from error
