"""Nights on which Apache Otava sees a change to the worse that it had not seen before, for each series on stdin."""
import json
import sys

from otava.analysis import compute_change_points, fill_missing

LEARN = 10

answers = []
for series in json.load(sys.stdin):
    red, seen = [], set()
    for last in range(LEARN - 1, len(series)):
        if series[last] is None:
            continue
        values = list(series[: last + 1])
        fill_missing(values)
        points, _ = compute_change_points(values, window_len=50, max_pvalue=0.001, min_magnitude=0.05)
        worse = {p.index for p in points if p.stats.mean_2 > p.stats.mean_1}
        if any(all(abs(index - known) > 2 for known in seen) for index in worse):
            red.append(last)
        seen |= worse
    answers.append(red)
json.dump(answers, sys.stdout)
