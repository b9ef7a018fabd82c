"""One BLAS thread for every test: the products are small, and on a machine busy with something else two threads wait for
each other longer than they compute. Set before NumPy is imported, and inherited by the processes that tests start.
"""

import os

for library in ("OPENBLAS", "MKL", "OMP"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
