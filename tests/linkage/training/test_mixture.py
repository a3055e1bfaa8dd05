"""Matches separated from relatives and look-alikes without labels, on pairs whose truth is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cdi_spark.linkage.training import mixture

# Four comparisons of three levels: name, family name, birth date, address.
MATCH = [[0.80, 0.10, 0.10], [0.80, 0.10, 0.10], [0.90, 0.05, 0.05], [0.70, 0.10, 0.20]]
RELATIVES = [[0.02, 0.02, 0.96], [0.85, 0.05, 0.10], [0.01, 0.02, 0.97], [0.90, 0.05, 0.05]]
STRANGERS = [[0.01, 0.01, 0.98], [0.01, 0.01, 0.98], [0.001, 0.01, 0.989], [0.0005, 0.0005, 0.999]]


def shares(rows: list[list[float]]) -> list[npt.NDArray[np.float64]]:
    return [np.array(row) for row in rows]


def drawn(rows: list[list[float]], pairs: int, chance: np.random.Generator) -> npt.NDArray[np.int8]:
    return np.stack([chance.choice(3, pairs, p=row) for row in rows], axis=1).astype(np.int8)


def separated(matches: int, relatives: int, alike: int) -> tuple[mixture.Mixture, npt.NDArray[np.bool_]]:
    chance = np.random.default_rng(5)
    namesakes = [[0.9, 0.05, 0.05], [0.9, 0.05, 0.05], [0.02, 0.02, 0.96], [0.02, 0.02, 0.96]]
    levels = np.concatenate(
        [drawn(MATCH, matches, chance), drawn(RELATIVES, relatives, chance), drawn(namesakes, alike, chance)]
    )
    found = mixture.separate_matches(
        levels,
        match=shares(MATCH),
        relatives=shares(RELATIVES),
        strangers=shares(STRANGERS),
        records=10_000,
        all_pairs=10_000 * 9_999 // 2,
    )
    return found, np.arange(len(levels)) < matches


def test_households_and_namesakes_are_no_matches() -> None:
    found, true = separated(2_000, 3_000, 10_000)
    taken = found.match > 0.5
    assert (taken & true).sum() / taken.sum() > 0.97
    assert (taken & true).sum() / true.sum() > 0.7
    assert 1_500 < found.prior * 49_995_000 < 2_200


def test_data_without_any_match_has_hardly_one() -> None:
    found, _ = separated(0, 3_000, 10_000)
    assert (found.match > 0.99).mean() < 0.01


def test_no_pair_is_no_error() -> None:
    found = mixture.separate_matches(
        np.zeros((0, 4), np.int8),
        match=shares(MATCH),
        relatives=shares(RELATIVES),
        strangers=shares(STRANGERS),
        records=2,
        all_pairs=1,
    )
    assert len(found.match) == 0
