"""Self-contained HTML pages: pictures inside, no script, no other host."""

from toile.pages.contact_sheet import contact_sheet
from toile.pages.demo_page import DemoFacts, DrawnBlock, FoundBlock, MadeBlock, SeenBlock, demo_page
from toile.pages.filter_page import filter_page
from toile.pages.report_page import Row, report_page

__all__ = [
    "DemoFacts",
    "DrawnBlock",
    "FoundBlock",
    "MadeBlock",
    "Row",
    "SeenBlock",
    "contact_sheet",
    "demo_page",
    "filter_page",
    "report_page",
]
