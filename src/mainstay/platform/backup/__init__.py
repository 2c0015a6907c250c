"""One file that holds an instance: all tables in a form of no database's own, the home's files, and what proves both.

manifest.json          format, version, migrations, last seal; of each table its columns, rows and SHA-256
manifest.hmac          the manifest signed with the instance's seal key
keys.sealed            only where asked for: the four keys, locked with a passphrase
tables/TABLE.jsonl     a row a line, a JSON array in the order of the manifest's columns
files/…                editions and mappings of the city's own, uploads (encrypted as they lie)
"""

from mainstay.platform.backup.archive import Archive, opened
from mainstay.platform.backup.restoring import restore
from mainstay.platform.backup.writing import Written, write

__all__ = ["Archive", "Written", "opened", "restore", "write"]
