"""Labels for label printers: read back as the printer would draw them, by readers of our own."""

import re
from collections.abc import Callable

import pytest
import segno
import zxingcpp
from PIL import Image, ImageOps

from app.portal import printers
from app.portal.printers import HEIGHT, MODULE, WIDTH
from app.portal.sheets import PrintedTag, SheetError

ADDRESS = "https://scales.example.cn/t/" + "A" * 114
TAG = PrintedTag(ADDRESS, "12345674", "城东农贸市场（二期海鲜区）", "A-07 · 0017")
FIELD = re.compile(r"\^FO(\d+),(\d+)\^(BQN,2,(\d)\^FDMA,(.*?)|GFA,(\d+),\d+,(\d+),([0-9A-F]+))\^FS")
BITMAP = re.compile(rb"BITMAP (\d+),(\d+),(\d+),(\d+),0,")


def drawn_code(paper: Image.Image, at: tuple[int, int], module: int, text: str) -> None:
    """Draw a QR code as the printer does."""
    code = segno.make(text, error="m", micro=False)
    for y, row in enumerate(code.matrix):
        for x, dark in enumerate(row):
            if dark:
                spot = (at[0] + x * module, at[1] + y * module)
                paper.paste(0, (*spot, spot[0] + module, spot[1] + module))


def zpl_drawn(label: str) -> Image.Image:
    """Return what a printer makes of one ZPL label."""
    paper = Image.new("L", (WIDTH, HEIGHT), 255)
    for found in FIELD.finditer(label):
        at = (int(found[1]), int(found[2]))
        if found[4]:
            drawn_code(paper, at, int(found[4]), found[5])
            continue
        across, bits = int(found[7]), bytes.fromhex(found[8])
        assert int(found[6]) == len(bits)
        picture = Image.frombytes("1", (across * 8, len(bits) // across), bits)
        paper.paste(ImageOps.invert(picture.convert("L")), at)
    return paper


def tspl_drawn(label: bytes) -> Image.Image:
    """Return what a printer makes of one TSPL label."""
    paper = Image.new("L", (WIDTH, HEIGHT), 255)
    code = re.search(rb'QRCODE (\d+),(\d+),M,(\d),A,0,"(.*?)"', label)
    assert code
    drawn_code(paper, (int(code[1]), int(code[2])), int(code[3]), code[4].decode())
    for found in BITMAP.finditer(label):
        x, y, across, rows = (int(part) for part in found.groups())
        bits = label[found.end() : found.end() + across * rows]
        paper.paste(Image.frombytes("1", (across * 8, rows), bits).convert("L"), (x, y))
    return paper


def test_both_languages_draw_the_same_label_and_its_code_is_read() -> None:
    """The code by an independent reader; text, number and the words at the foot alike."""
    pictures = [
        zpl_drawn(printers.zpl([TAG]).decode("ascii")),
        tspl_drawn(printers.tspl([TAG])),
    ]
    for picture in pictures:
        (found,) = zxingcpp.read_barcodes(picture)
        assert found.text == ADDRESS
    assert pictures[0].tobytes() == pictures[1].tobytes()


def test_nothing_on_the_label_runs_into_something_else() -> None:
    """The code with its quiet zone, the text beside it, the words below, each in its place."""
    side = segno.make(ADDRESS, error="m").symbol_size(MODULE, 0)[0]
    right, bottom = printers.CODE_AT[0] + side, printers.CODE_AT[1] + side
    assert side >= 30 * 8
    assert printers.TEXT_AT[0] - right >= 4 * MODULE
    assert printers.FOOT_AT[1] >= bottom
    assert printers.FOOT_AT[1] + printers.FOOT[1] <= HEIGHT


def test_every_tag_is_a_label_of_its_own() -> None:
    """A thousand tags, a thousand labels."""
    tags = [TAG] * 3
    assert printers.zpl(tags).count(b"^XA") == printers.zpl(tags).count(b"^XZ") == 3
    assert printers.tspl(tags).count(b"PRINT 1\r\n") == 3


@pytest.mark.parametrize("write", [printers.zpl, printers.tspl])
@pytest.mark.parametrize(
    "bad", ["https://x/^XZ", 'https://x/"', "https://x/\r\nPRINT", "https://秤/"]
)
def test_no_address_is_taken_for_a_command_of_the_printer(
    write: Callable[[list[PrintedTag]], bytes], bad: str
) -> None:
    """It is refused before a byte is written."""
    with pytest.raises(SheetError):
        write([PrintedTag(bad, TAG.number, TAG.place, TAG.line)])
