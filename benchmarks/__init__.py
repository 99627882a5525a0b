"""Our speed against what users would pick instead, side by side in one process.

``python -m benchmarks`` prints one table and writes it as JSON; ``--quick`` takes under a minute.
Every result that is timed is first compared with the peer's.
"""
