# SPDX-License-Identifier: EUPL-1.2
"""A file to start an inventory or a nomenclator with: the header, in the form that spreadsheets open by themselves."""

import csv
import io

from arhivar.inventory.columns import Table
from schemas.messages import Language

_DELIMITER = {Language.RO: ";", Language.EN: ","}
"""What Excel and LibreOffice expect in each language."""


def template_csv(table: Table, language: Language) -> bytes:
    """The header as CSV in UTF-8 with a byte order mark, without which Excel takes it for another encoding."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=_DELIMITER[language])
    writer.writerow([column.heading.say(language) for column in table.template()])
    return out.getvalue().encode("utf-8-sig")
