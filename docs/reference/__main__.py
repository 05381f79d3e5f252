"""`make reference`: write the schema and the pages of all settings anew, and the table of live programs."""

from docs.reference import programs
from docs.reference.pages import PAGES, pages
from docs.reference.schema import SCHEMA, text

SCHEMA.write_text(text(), encoding="utf-8")
PAGES.mkdir(exist_ok=True)
written = pages()
for name, content in written.items():
    (PAGES / name).write_text(content, encoding="utf-8")
for file in PAGES.glob("*.md"):
    if file.name not in written:
        file.unlink()
programs.PAGE.write_text(programs.text(), encoding="utf-8")
