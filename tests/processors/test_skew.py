# SPDX-License-Identifier: EUPL-1.2
"""Skew is found within 0.3 degrees, and not made up where a page has no lines."""

import cv2
import numpy as np
import pytest

from processors.ink import as_gray, make_small
from processors.skew import find_skew, measure_skew
from tests.processors.typed_pages import (
    DPI,
    HEIGHT,
    WIDTH,
    bitonal,
    blank_page,
    colour,
    print_on,
    show_through,
    stamp_mask,
    tilt,
    typed_page,
)


@pytest.mark.parametrize("angle", [-5.0, -2.3, -0.4, 0.4, 1.7, 5.0])
def test_the_skew_of_a_typewritten_page_is_found_within_a_tenth_of_a_degree(angle: float) -> None:
    assert find_skew(tilt(typed_page(), angle), DPI) == pytest.approx(angle, abs=0.1)


@pytest.mark.parametrize("angle", [-3.1, 0.6, 4.2])
def test_faint_typing_on_yellowed_paper_is_straightened_too(angle: float) -> None:
    faint = as_gray(colour(typed_page(ink=185, paper=215)))
    assert find_skew(tilt(faint, angle, fill=200), DPI) == pytest.approx(angle, abs=0.3)


@pytest.mark.parametrize("angle", [-3.1, 0.6, 4.2])
def test_a_stamp_over_the_text_does_not_pull_the_angle(angle: float) -> None:
    stamped = print_on(typed_page(lines=16), stamp_mask(), 70)
    assert find_skew(tilt(stamped, angle), DPI) == pytest.approx(angle, abs=0.3)


def test_a_black_border_does_not_pull_the_angle() -> None:
    scan = tilt(typed_page(), 2.5, fill=5)
    scan[:, -90:] = 4
    scan[:60] = 4
    assert find_skew(scan, DPI) == pytest.approx(2.5, abs=0.3)


def test_a_bitonal_page_is_measured_alike() -> None:
    assert find_skew(bitonal(tilt(typed_page(), -1.2)), DPI) == pytest.approx(-1.2, abs=0.1)


def test_few_lines_are_enough() -> None:
    assert find_skew(tilt(typed_page(lines=2), 1.5), DPI) == pytest.approx(1.5, abs=0.3)


def test_a_straight_page_is_left_alone() -> None:
    assert find_skew(typed_page(), DPI) == 0.0


def test_an_empty_page_has_no_skew() -> None:
    assert find_skew(blank_page(), DPI) == 0.0


def test_a_photograph_has_no_skew() -> None:
    random = np.random.default_rng(4)
    cloud = random.normal(0, 1, (HEIGHT // 8, WIDTH // 8)).astype(np.float32)
    cloud = np.asarray(cv2.GaussianBlur(cloud, (0, 0), 2))
    photo = cv2.resize(cloud, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    gray = np.clip(128 + 300 * np.asarray(photo), 0, 255).astype(np.uint8)
    found = measure_skew(make_small(gray, DPI))
    assert found.letters > 24  # there are marks of a letter's size; it is their order that is missing
    assert found.deg == 0.0


def test_a_plan_of_lines_in_all_directions_has_no_skew() -> None:
    plan = blank_page()
    random = np.random.default_rng(5)
    for _ in range(160):
        x, y = int(random.integers(0, WIDTH)), int(random.integers(0, HEIGHT))
        angle = float(random.uniform(0, np.pi))
        length = float(random.uniform(40, 110))
        end = (int(x + length * np.cos(angle)), int(y + length * np.sin(angle)))
        cv2.line(plan, (x, y), end, (30,), 4)
    assert find_skew(plan, DPI) == 0.0


def test_show_through_alone_gives_an_angle_or_none_but_never_a_wrong_one() -> None:
    assert find_skew(tilt(show_through(blank_page()), 2.0), DPI) in (0.0, pytest.approx(2.0, abs=0.3))


@pytest.mark.parametrize("quarters", [1, 3])
def test_a_page_on_its_side_is_measured_as_it_will_stand(quarters: int) -> None:
    lying = np.ascontiguousarray(np.rot90(tilt(typed_page(), 2.3), quarters))
    found = measure_skew(make_small(lying, DPI), lying=True)
    assert found.deg == pytest.approx(2.3, abs=0.1)


def test_half_a_turn_leaves_the_skew() -> None:
    turned = np.ascontiguousarray(np.rot90(tilt(typed_page(), 2.3), 2))
    assert measure_skew(make_small(turned, DPI)).deg == pytest.approx(2.3, abs=0.1)
