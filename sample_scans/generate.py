# SPDX-License-Identifier: EUPL-1.2
"""Make sample binders: ``python -m sample_scans.generate --out DIR``. See sample_scans/README.md."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sample_scans.multiply import describe_multiplied, multiply_pages
from sample_scans.plan import known_binders, load_plan
from sample_scans.render import FULL, Quality, RenderedPage, page_file, render_page, sample_quality
from sample_scans.truth import TrueBinder, write_truth
from schemas.drop import DropDescription
from schemas.errors import ArhivarError, TargetNotEmpty
from schemas.messages import Language

SAMPLES = Path(__file__).parent
READY_FILE = "_READY"


def write_drop(
    folder: Path, description: DropDescription, pages: Iterable[RenderedPage], count: int, truth: Path | None
) -> list[Path]:
    """Write a drop of `count` pages as a scanner does: images, `unit.json`, and `_READY` last; `truth` elsewhere.

    Raises TargetNotEmpty where the folder holds images that would not be overwritten.
    """
    names = {page_file(number) for number in range(1, count + 1)}
    if any(path.name not in names for path in folder.glob("*.jpg")):
        raise TargetNotEmpty(target=folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / READY_FILE).unlink(missing_ok=True)
    entries, texts, stamps, written = [], [], [], []
    for page in pages:
        path = folder / page.truth.file
        path.write_bytes(page.jpeg)
        written.append(path)
        entries.append(page.truth)
        texts.append(page.text)
        stamps.append(page.stamps)
    if truth is not None:
        write_truth(truth, TrueBinder(binder=folder.name, pages=tuple(entries)), texts, stamps)
    (folder / "unit.json").write_bytes(description.to_json())
    (folder / READY_FILE).touch()
    return written


def draw_pages(binder: str, quality: Quality, seed: int | None) -> Iterator[RenderedPage]:
    """All pages of a binder, drawn from its texts, one at a time."""
    for number in range(1, len(load_plan(binder).pages) + 1):
        yield render_page(binder, number, quality, seed)


def make_binder(arguments: argparse.Namespace, binder: str) -> None:
    plan = load_plan(binder)
    description = plan.description
    if arguments.pages:
        seed = plan.seed if arguments.noise_seed is None else arguments.noise_seed
        pages = multiply_pages(SAMPLES / binder, SAMPLES / "truth" / binder, arguments.pages, seed)
        description = describe_multiplied(description, arguments.pages)
    else:
        quality = FULL if arguments.quality == "full" else sample_quality(plan)
        pages = draw_pages(binder, quality, arguments.noise_seed)
    truth = None if arguments.truth is None else arguments.truth / binder
    written = write_drop(arguments.out / binder, description, pages, arguments.pages or len(plan.pages), truth)
    total = sum(path.stat().st_size for path in written)
    print(f"{arguments.out / binder}: {len(written)} pages, {total / 2**20:.2f} MiB")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def main(argv: Sequence[str] | None = None) -> int:
    """The command line. Answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sample_scans.generate", description="Make sample binders.")
    parser.add_argument("--out", type=Path, required=True, help="folder in which the binder's folder is made")
    parser.add_argument("--binder", choices=known_binders(), help="only this binder (all without it)")
    parser.add_argument("--quality", choices=("sample", "full"), default="sample", help="full: 300 dpi, quality 92")
    parser.add_argument(
        "--pages", type=_positive, help="a binder of so many pages, from the committed images with seeded noise"
    )
    parser.add_argument("--noise-seed", type=int, help="another seed than the plan's")
    parser.add_argument("--truth", type=Path, help="folder for the ground truth (none is written without it)")
    arguments = parser.parse_args(argv)
    if arguments.pages and arguments.quality == "full":
        parser.error("--pages starts from the committed images; it cannot be combined with --quality full")
    for binder in [arguments.binder] if arguments.binder else known_binders():
        try:
            make_binder(arguments, binder)
        except ArhivarError as error:
            print(error.say(Language.EN), file=sys.stderr)
            return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
