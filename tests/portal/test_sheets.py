"""A printed sheet: its codes decode and lead to the tags, its words are those of the law."""

from datetime import date

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from app.portal.sheets import LAYOUTS, PrintedTag, SheetError, sheet

ON = date(2026, 11, 23)
HOST = "https://wutong.example-city.cn"


def tag(number: int) -> PrintedTag:
    """Return a label with an address as long as real ones are."""
    text = f"AQ{number:04d}".ljust(114, "x")
    return PrintedTag(f"{HOST}/t/{text}", f"{number:08d}", "城东农贸市场", f"A-{number:03d} · 0017")


def pages(pdf: bytes) -> list[Image.Image]:
    """Return the pages as a printer at 200 dpi would show them."""
    document = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=200 / 72).to_pil() for page in document]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_code_on_the_sheet_leads_to_its_tag(layout: str) -> None:
    """One and a half sheets of each label paper, read back by an independent decoder."""
    paper = LAYOUTS[layout]
    count = paper.columns * paper.rows * 3 // 2
    printed = pages(sheet([tag(n) for n in range(count)], paper, ON))
    assert len(printed) == 2
    read = {code.text for page in printed for code in zxingcpp.read_barcodes(page)}
    assert read == {tag(n).address for n in range(count)}


def test_a_code_is_at_least_22_mm_wide() -> None:
    """30 mm with its quiet zone, as asked for on scales."""
    page = pages(sheet([tag(1)], LAYOUTS["a4-24"], ON))[0]
    (code,) = zxingcpp.read_barcodes(page)
    width_px = code.position.top_right.x - code.position.top_left.x
    assert width_px / 200 * 25.4 >= 22


def test_the_label_says_that_it_is_no_mark_of_verification() -> None:
    """The words of the law, and the number in two groups."""
    document = pypdfium2.PdfDocument(sheet([tag(12345674)], LAYOUTS["a4-24"], ON))
    text = document[0].get_textpage().get_text_range()
    assert "信息查询码，不代表检定合格" in text
    assert "1234 5674" in text


def test_a_character_without_a_glyph_is_an_error_not_a_box() -> None:
    """Nobody notices a box before two thousand labels are printed."""
    strange = PrintedTag(f"{HOST}/t/x", "12345674", "市场\U000f0000", "")
    with pytest.raises(SheetError):
        sheet([strange], LAYOUTS["a4-24"], ON)
