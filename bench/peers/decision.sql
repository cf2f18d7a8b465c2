-- The peer of decision-http: units in a tree, teams, roles with a depth, shares, and functions that decide with the meaning of the
-- customer-engagement model. A user's depth is one seek; the unit's subtree is an interval; every test is a seek in a unique index, and the
-- cheapest comes first. may_read decides one row, may_read_many an array of rows with the caller's part looked up once.
CREATE TABLE unit (id integer PRIMARY KEY, lft integer NOT NULL, rgt integer NOT NULL);
CREATE TABLE systemuser (id uuid PRIMARY KEY, principal integer NOT NULL, unit integer NOT NULL REFERENCES unit);
CREATE TABLE membership (systemuser uuid NOT NULL, principal integer NOT NULL, PRIMARY KEY (systemuser, principal));
CREATE TABLE role_privilege (role integer NOT NULL, name text NOT NULL, depth integer NOT NULL, PRIMARY KEY (role, name));
CREATE TABLE user_role (systemuser uuid NOT NULL, role integer NOT NULL, PRIMARY KEY (systemuser, role));
CREATE TABLE bench_row (id uuid PRIMARY KEY, title text COLLATE "C" NOT NULL, amount integer NOT NULL, unit integer NOT NULL, owner integer NOT NULL);
CREATE TABLE share (row_id uuid NOT NULL, principal integer NOT NULL, mask integer NOT NULL, PRIMARY KEY (row_id, principal));
\copy unit(id, lft, rgt) FROM pstdin CSV
\copy systemuser(id, principal, unit) FROM pstdin CSV
\copy membership(systemuser, principal) FROM pstdin CSV
\copy user_role(systemuser, role) FROM pstdin CSV
\copy bench_row(id, title, amount, unit, owner) FROM pstdin CSV
\copy share(row_id, principal, mask) FROM pstdin CSV
INSERT INTO role_privilege VALUES (1, 'prvReadbench_row', 1), (2, 'prvReadbench_row', 2), (3, 'prvReadbench_row', 3), (4, 'prvReadbench_row', 4);

CREATE FUNCTION may_read(who uuid, what uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  deepest integer; mine unit%ROWTYPE; of_row record;
BEGIN
  SELECT max(p.depth) INTO deepest FROM user_role r JOIN role_privilege p ON p.role = r.role WHERE r.systemuser = who AND p.name = 'prvReadbench_row';
  IF deepest IS NULL THEN RETURN false; END IF;
  SELECT b.owner, b.unit INTO of_row FROM bench_row b WHERE b.id = what;
  IF NOT FOUND THEN RETURN false; END IF;
  IF deepest = 4 THEN RETURN true; END IF;
  IF deepest > 1 THEN
    SELECT n.* INTO mine FROM systemuser u JOIN unit n ON n.id = u.unit WHERE u.id = who;
    IF of_row.unit = mine.id THEN RETURN true; END IF;
    IF deepest = 3 AND EXISTS (SELECT 1 FROM unit n WHERE n.id = of_row.unit AND n.lft BETWEEN mine.lft AND mine.rgt) THEN RETURN true; END IF;
  END IF;
  IF EXISTS (SELECT 1 FROM membership m WHERE m.systemuser = who AND m.principal = of_row.owner) THEN RETURN true; END IF;
  RETURN EXISTS (SELECT 1 FROM share s JOIN membership m ON m.principal = s.principal WHERE m.systemuser = who AND s.row_id = what AND s.mask & 1 <> 0);
END $$;

CREATE FUNCTION may_read_many(who uuid, what uuid[]) RETURNS boolean[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  deepest integer; units integer[]; principals integer[]; answer boolean[];
BEGIN
  SELECT max(p.depth) INTO deepest FROM user_role r JOIN role_privilege p ON p.role = r.role WHERE r.systemuser = who AND p.name = 'prvReadbench_row';
  SELECT array_agg(m.principal) INTO principals FROM membership m WHERE m.systemuser = who;
  IF deepest IN (2, 3) THEN
    SELECT array_agg(below.id) INTO units FROM systemuser u JOIN unit n ON n.id = u.unit
      JOIN unit below ON below.id = n.id OR (deepest = 3 AND below.lft BETWEEN n.lft AND n.rgt) WHERE u.id = who;
  END IF;
  SELECT array_agg(b.id IS NOT NULL AND deepest IS NOT NULL AND (deepest = 4 OR b.owner = ANY (principals) OR coalesce(b.unit = ANY (units), false)
      OR EXISTS (SELECT 1 FROM share s WHERE s.row_id = q.id AND s.principal = ANY (principals) AND s.mask & 1 <> 0)) ORDER BY q.n) INTO answer
    FROM unnest(what) WITH ORDINALITY AS q(id, n) LEFT JOIN bench_row b ON b.id = q.id;
  RETURN answer;
END $$;
VACUUM ANALYZE;
