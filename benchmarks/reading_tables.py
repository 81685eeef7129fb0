# SPDX-License-Identifier: EUPL-1.2
"""The tables of `benchmarks.reading`: a row a set and program, and Arhivar held against the others."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

BEGIN = "<!-- make bench: begin -->"
END = "<!-- make bench: end -->"

_MIB = 1024 * 1024
_HEADS = (
    *("set", "program", "pages", "CER %", "without stamps' own text", "Romanian text pages, CER %", "without stamps'"),
    *("median page", "word recall %", "median page", "line error %", "pages lost"),
    *("CPU s/page", "pages/min", "peak MiB", "largest processes, MiB", "kB/page", "PDF/A"),
)
_RATIO_HEADS = (
    *("set", "Arhivar", "against", "CPU: times fewer", "CER: share of theirs", "without pages they lost"),
    *("line error: share", "bytes: share of theirs", "worst long page, points of CER"),
)
_OWN_HEADS = (
    *("set", "Arhivar", "whole command × floor", "page steps × floor", "bytes: share of source", "languages right %"),
    *("blank page, CPU s", "page steps, CPU s/page"),
)


def markdown(report: Mapping[str, Any]) -> str:
    """All tables, with what was measured where."""
    sets: Sequence[Mapping[str, Any]] = report["sets"]
    parts = [
        f"Measured {report['date']}, {report['machine']['before']}; afterwards {report['machine']['after']}. "
        f"{report['versions']}.",
        *(f"Note on {one['name']}: {one['note']}." for one in sets if one["note"]),
        *(f"{one['name']}: {failure}" for one in sets for failure in one["failed"]),
        _table(_HEADS, [row for one in sets for row in _rows(one)]),
        _table(_RATIO_HEADS, [row for one in sets for row in _ratio_rows(one)]),
        _table(_OWN_HEADS, [row for one in sets for row in _own_rows(one)]),
    ]
    return "\n\n".join(part for part in parts if part)


def write_between_markers(file: Path, text: str) -> None:
    """Put `text` between the markers of a document. Raises ValueError for one that has not both, in their order."""
    content = file.read_text(encoding="utf-8")
    head, begin, rest = content.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{file} has no {BEGIN} … {END}")
    file.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


def _rows(one: Mapping[str, Any]) -> Iterable[Sequence[str]]:
    source = f"source: {one['source_bytes'] / one['pages'] / 1000:.0f}"
    for run in one["runs"]:
        yield (
            *(one["name"], run["program"], str(one["pages"])),
            *_accuracy_cells(run["accuracy"]),
            _number(run["cpu_seconds_a_page"], 2),
            _number(run["pages_a_minute"], 1),
            _number(run["peak_bytes"] / _MIB, 0),
            "; ".join(f"{name} {', '.join(f'{peak / _MIB:.0f}' for peak in peaks[:3])}" for name, peaks in _peaks(run)),
            f"{run['pdf_bytes'] / one['pages'] / 1000:.0f} ({source})",
            f"{run['valid_pdfs']}/{run['pdfs']}",
        )
    floor = one["floor"]
    if floor is not None:
        cells = (*_accuracy_cells(floor["accuracy"]), _number(floor["cpu_seconds_a_page"], 2))
        yield (one["name"], "floor", str(one["pages"]), *cells, "", "", "", "", "")


def _peaks(run: Mapping[str, Any]) -> list[tuple[str, Sequence[int]]]:
    return sorted(((name, peaks) for name, peaks in run["process_peaks"].items()), key=lambda item: -max(item[1]))[:4]


def _accuracy_cells(accuracy: Mapping[str, Any] | None) -> Sequence[str]:
    if accuracy is None:
        return ("",) * 9
    return (
        *(_percent(accuracy["cer"]), _percent(accuracy["cer_without_stamps"])),
        *(_percent(accuracy["cer_romanian"]), _percent(accuracy["cer_romanian_without_stamps"])),
        _percent(accuracy["cer_median"]),
        *(_percent(accuracy["recall"]), _percent(accuracy["recall_median"])),
        *(_percent(accuracy["line_error"]), str(len(accuracy["lost"]))),
    )


def _ratio_rows(one: Mapping[str, Any]) -> Iterable[Sequence[str]]:
    for ratio in one["ratios"]:
        excess = ratio["worst_excess"]
        yield (
            *(one["name"], ratio["program"], ratio["against"]),
            _number(ratio["cpu_times_fewer"], 1),
            _percent(ratio["cer_share"], "%"),
            f"{_percent(ratio['cer_share_without_lost'], '%')} ({len(ratio['lost'])} pages)",
            _percent(ratio["line_error_share"], "%"),
            _percent(ratio["bytes_share"], "%"),
            "" if excess is None else f"{100 * excess:+.2f}",
        )


def _own_rows(one: Mapping[str, Any]) -> Iterable[Sequence[str]]:
    for own in one["own"]:
        yield (
            *(one["name"], own["program"]),
            _number(own["times_floor"], 2),
            _number(own["steps_times_floor"], 2),
            _percent(own["bytes_share_of_source"], "%"),
            _percent(own["languages_right"]),
            _number(own["blank_cpu_seconds"], 2),
            _number(own["steps_cpu_seconds_a_page"], 2),
        )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _percent(share: float | None, unit: str = "") -> str:
    return "" if share is None else f"{100 * share:.{2 if share < 0.1 else 1}f}{unit and ' ' + unit}"
