"""PostgreSQL: what the application's role may not do itself, it does through these two functions of the owner's."""

from django.db import migrations

# `search_path` is fixed, with the session's own tables last: else whoever calls could put tables of theirs
# in place of ours.
HOLD_LEDGER = """
CREATE FUNCTION mainstay_hold_ledger() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
  LOCK TABLE platform_entry IN SHARE MODE;
END $$
"""

# Only what stands in `platform_expired` under the ledger entry named is removed, and all of it or nothing:
# so no fact can go without the line and the hash that prove that it was here.
EXPIRE = """
CREATE FUNCTION mainstay_expire(entry_no bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
  doomed record;
  gone bigint;
  total bigint := 0;
BEGIN
  INSERT INTO platform_door (id, held_by_id) VALUES (1, 1);
  FOR doomed IN
    SELECT fact_table, count(*) AS graves FROM platform_expired WHERE entry_id = entry_no GROUP BY fact_table
  LOOP
    IF starts_with(doomed.fact_table, 'platform_') OR NOT EXISTS (
      SELECT 1 FROM pg_trigger WHERE tgname = doomed.fact_table || '_append_only'
      AND tgrelid = to_regclass(quote_ident(doomed.fact_table))
    ) THEN
      RAISE EXCEPTION 'mainstay: % is no table of facts', doomed.fact_table;
    END IF;
    EXECUTE format(
      'DELETE FROM %I f USING platform_expired g WHERE g.entry_id = $1 AND g.fact_table = $2 '
      'AND f.id = g.fact_id AND f.entry_id = g.fact_entry_no', doomed.fact_table
    ) USING entry_no, doomed.fact_table;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone <> doomed.graves THEN
      RAISE EXCEPTION 'mainstay: entry % expires % rows of %, of which % are there',
        entry_no, doomed.graves, doomed.fact_table, gone;
    END IF;
    total := total + gone;
  END LOOP;
  DELETE FROM platform_door;
  RETURN total;
END $$
"""

FUNCTIONS = {"mainstay_hold_ledger()": HOLD_LEDGER, "mainstay_expire(bigint)": EXPIRE}


def make(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = schema_editor.quote_name(cursor.fetchone()[0])
        cursor.execute(f"SET LOCAL search_path = {schema}, pg_temp")
        for function, text in FUNCTIONS.items():
            cursor.execute(text)
            # Otherwise everybody may call what runs with the owner's rights.
            cursor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        cursor.execute("SET LOCAL search_path TO DEFAULT")


def unmake(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for function in FUNCTIONS:
            schema_editor.execute(f"DROP FUNCTION {function}")


class Migration(migrations.Migration):
    dependencies = [("platform", "0001_initial")]
    operations = [migrations.RunPython(make, unmake)]
