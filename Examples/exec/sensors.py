"""A source in Python: each line is an event (JSON), standard error is the log, and a closed standard input means stop."""

import json
import random
import select
import sys

pause = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
print("<6>watching two rooms", file=sys.stderr, flush=True)
while True:
    for room in ("kitchen", "cellar"):
        event = {"room": room, "celsius": round(random.uniform(15, 25), 1)}
        print(json.dumps(event), flush=True)
    # The pause, and the word to stop: nothing is ever written to our standard input, so it is readable only at its end.
    readable, _, _ = select.select([sys.stdin], [], [], pause)
    if readable:
        break
