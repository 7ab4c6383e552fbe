"""Least squares without negative results, for a handful of unknowns: a cost is never below nothing."""

from __future__ import annotations


def solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss with pivots."""
    rows = [row[:] + [value] for row, value in zip(matrix, right)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda index: abs(rows[index][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        if abs(rows[column][column]) < 1e-12:
            raise ValueError("the loads are too much alike to tell the costs apart")
        for index in range(size):
            if index != column:
                factor = rows[index][column] / rows[column][column]
                rows[index] = [value - factor * other for value, other in zip(rows[index], rows[column])]
    return [rows[index][size] / rows[index][index] for index in range(size)]


def least_squares(rows: list[list[float]], values: list[float]) -> list[float]:
    """The costs x >= 0 for which the relative errors of `rows` times x are least; an unknown that would be negative is 0."""
    # Relative: otherwise the one dear load would decide alone.
    rows = [[cell / value for cell in row] for row, value in zip(rows, values)]
    kept = list(range(len(rows[0])))
    while True:
        normal = [[sum(row[a] * row[b] for row in rows) for b in kept] for a in kept]
        found = solve(normal, [sum(row[a] for row in rows) for a in kept])
        if min(found) >= 0:
            return [found[kept.index(index)] if index in kept else 0.0 for index in range(len(rows[0]))]
        del kept[found.index(min(found))]
