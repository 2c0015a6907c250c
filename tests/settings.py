"""The product's settings over a home and keys of the tests' own, on the database the run asks for."""

import os
import tempfile
from pathlib import Path

# Removed at the end of the run by tests/conftest.py.
HOME = Path(tempfile.mkdtemp(prefix="mainstay-tests-"))
os.environ["MAINSTAY_HOME"] = str(HOME)
os.environ["MAINSTAY_KEYS"] = ",".join(
    f"{name}={digit * 64}" for name, digit in (("seal", "1"), ("blind", "2"), ("cipher", "3"), ("record", "4"))
)
os.environ.pop("MAINSTAY_DATABASE_URL", None)
if os.environ.get("MAINSTAY_TEST_DATABASE") == "postgresql":
    os.environ["MAINSTAY_DATABASE_URL"] = os.environ["MAINSTAY_TEST_POSTGRES_URL"]

from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402

from mainstay.web.settings import *  # noqa: E402, F403 - after the environment is set
from mainstay.web.settings import DATABASES, TEMPLATES  # noqa: E402

# The gallery of components: pages that only tests and pictures have.
ROOT_URLCONF = "tests.urls"
TEMPLATES[0]["DIRS"] = [str(Path(__file__).parent / "web" / "templates")]
LOCALE_PATHS = [Path(__file__).parent / "web" / "locale"]

if "sqlite" in str(DATABASES["default"]["ENGINE"]):
    # A file, not memory: the check reads the database by a second connection.
    # What a power cut would lose matters to nobody here; on disk it is the slowest part of every test.
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "test.sqlite3")}

# Argon2 as in the product, made cheap: a hash that takes a second of work guards nothing here.
PASSWORD_HASHERS = ["tests.settings.QuickArgon2PasswordHasher"]


class QuickArgon2PasswordHasher(Argon2PasswordHasher):
    """The same algorithm and the same form of what is stored, with little memory and one pass."""

    time_cost, memory_cost, parallelism = 1, 64, 1
