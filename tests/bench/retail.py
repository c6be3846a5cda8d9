"""A public benchmark's conversations through the workflows: how many end as they should, and what was written against its policy.

The policy's violations have to be none (the exit says so); the completed share is what it is. Cases that ask for what has no
workflow here (exchanges, other items, other payments) go to a person, and count as not completed.
"""

import sys
from collections import Counter

from app.engine.classify import KeywordClassifier
from tests.flows.retail.play import every


def main() -> int:
    """Play every case; 1 when a write broke the policy."""
    played = list(every(KeywordClassifier))
    done = [one for one in played if one.completed]
    broken = Counter(rule for one in played for rule in one.violations)
    print(f"cases              {len(played)}")
    print(
        f"completed          {len(done)} ({len(done) / len(played):.0%}), {sum(one.writes > 0 for one in done)} of them with writes"
    )
    print(f"writes             {sum(one.writes for one in played)}")
    print(f"policy violations  {broken.total()}")
    for rule, count in broken.most_common():
        print(f"  {rule}: {count}")
    print(
        "ended by           "
        + ", ".join(f"{how} {count}" for how, count in Counter(one.ended for one in played).most_common())
    )
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
