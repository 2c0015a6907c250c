"""Speed and memory, each beside a peer or a physical limit in the same run. Timings are no tests."""
