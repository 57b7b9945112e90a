"""The summary as PDF: the lines of the note, set for one or two sheets of black on white."""

from datetime import UTC, datetime

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

from cds.along.fonts import BOLD, REGULAR, drawable, fonts_for
from cds.outline import Line, outline, told_who
from cds.summary import Summary
from chart.when import day_in_words

_MARGIN = 12  # mm
_INDENT = 3.5  # mm a level
_SIZES = {"title": 13.0, "heading": 9.0, "text": 8.0, "foot": 6.5}  # points
_LEADING = 0.42  # mm a point


def as_pdf(summary: Summary) -> bytes:
    """Letter paper; who it is about and the page's number stand on every sheet."""
    lines = list(outline(summary, is_full=False))
    sheet = _Sheet(summary, "".join(str(line) for line in lines))
    sheet.add_page()
    for line in lines[1:]:  # the first, who, heads every sheet
        sheet.put(line)
    return bytes(sheet.output())


class _Sheet(FPDF):
    def __init__(self, summary: Summary, text: str) -> None:
        super().__init__(format="letter")
        chart = summary.case.chart
        self._who = drawable(told_who(chart))
        self._day = day_in_words(chart.as_of)
        self.add_font("text", "", REGULAR)
        self.add_font("text", "B", BOLD)
        extra = fonts_for(drawable(text))
        for path in extra:
            self.add_font(path.stem, "", path)
            self.add_font(path.stem, "B", path)
        self.set_fallback_fonts([path.stem for path in extra], exact_match=False)
        self.set_text_shaping(True)
        self.set_margin(_MARGIN)
        self.set_auto_page_break(True, margin=_MARGIN + 3)
        self.set_title("Pre-visit opioid summary")
        self.set_lang("en")
        # The day it is about, and not the moment it was made: the same summary gives the same file.
        self.set_creation_date(datetime.combine(chart.as_of, datetime.min.time(), UTC))

    def header(self) -> None:
        self._say(self._who, "title", "B")
        self.ln(0.8)

    def footer(self) -> None:
        self.set_y(-_MARGIN)
        self._say(f"Pre-visit opioid summary, {self._day}, sheet {self.page_no()} of {{nb}}", "foot", "")

    def put(self, line: Line) -> None:
        if line.is_heading:
            self._rule()
        self.set_left_margin(_MARGIN + _INDENT * line.level)  # wrapped lines stand in as well
        self.set_x(self.l_margin)
        lead, text = drawable(line.lead), drawable(line.text)
        if lead:
            self.set_font("text", "B", _SIZES["text"])
            self.write(_SIZES["text"] * _LEADING, f"{lead}: " if text else lead)
            self.set_font("text", "", _SIZES["text"])
            self.write(_SIZES["text"] * _LEADING, f"{text}\n")
        else:
            self._say(text, "heading" if line.is_heading else "text", "B" if line.is_heading else "")
        self.set_left_margin(_MARGIN)

    def _rule(self) -> None:
        self.ln(1)
        self.set_draw_color(120)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
        self.ln(0.6)

    def _say(self, text: str, size: str, style: str) -> None:
        self.set_font("text", style, _SIZES[size])
        # By character: a name of 400 letters has no place to break and must not run off the paper.
        mode = WrapMode.CHAR if any(len(word) > 60 for word in text.split()) else WrapMode.WORD
        height = _SIZES[size] * _LEADING
        self.multi_cell(0, height, text, align="L", wrapmode=mode, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
