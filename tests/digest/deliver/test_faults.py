"""The sender is killed at random points while servers refuse, delay and break off: each gets one, none two, none zero.

The whole of it (500 recipients, 50 kills, 20 times) is `benchmarks/faults.py`.
"""

from __future__ import annotations

import pytest

from benchmarks.faults import run_faults


@pytest.mark.parametrize(("victim", "lost_answers"), [("command", 0.0), ("either", 0.05)])
def test_killed_at_random_points_each_gets_one_and_none_two(tmp_path, victim, lost_answers):
    outcome = run_faults(tmp_path, recipients=60, kills=6, seed=7, victim=victim, lost_answers=lost_answers)
    assert outcome.kills == 6
    assert outcome.states == {"sent": 58, "failed": outcome.refused}
    assert outcome.missing == 0
    # Only a lost answer or the death of the agent itself repeats a mail, which mailboxes know by its Message-ID.
    assert outcome.exact(in_mailboxes=victim == "either")
    assert all("@" in name for name in outcome.raw - outcome.wanted)
