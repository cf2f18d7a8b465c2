-- The peer of page-50: business units, teams, roles with a depth, shares, and a row policy with the meaning of the customer-engagement
-- model. Every list of units and principals is hoisted out of the row test (a sub-select a statement), the fast way to write such a
-- policy, and each path has its index.
CREATE TABLE systemuser (id uuid PRIMARY KEY, principal integer NOT NULL, unit integer NOT NULL);
CREATE TABLE membership (systemuser uuid NOT NULL, principal integer NOT NULL, PRIMARY KEY (systemuser, principal));
CREATE TABLE role_privilege (role integer NOT NULL, name text NOT NULL, depth text NOT NULL, PRIMARY KEY (role, name));
CREATE TABLE user_role (systemuser uuid NOT NULL, role integer NOT NULL, PRIMARY KEY (systemuser, role));
CREATE TABLE bench_row (bench_rowid uuid PRIMARY KEY DEFAULT gen_random_uuid(), bench_title text COLLATE "C" NOT NULL,
                        bench_amount integer NOT NULL, unit integer NOT NULL, owner integer NOT NULL);
CREATE TABLE share (principal integer NOT NULL, bench_rowid uuid NOT NULL, mask integer NOT NULL, PRIMARY KEY (principal, bench_rowid));
\copy bench_row(bench_title, bench_amount, unit, owner) FROM pstdin CSV
CREATE INDEX ON bench_row (unit, bench_title);
CREATE INDEX ON bench_row (owner, bench_title);
CREATE INDEX ON bench_row (bench_title);
INSERT INTO systemuser VALUES ('00000000-0000-4000-8000-000000000001', 1, 20), ('00000000-0000-4000-8000-000000000002', 2, 7),
                              ('00000000-0000-4000-8000-000000000003', 3, 20);
INSERT INTO membership SELECT id, principal FROM systemuser;
INSERT INTO membership SELECT id, 1000 + unit FROM systemuser; -- the team of the unit
INSERT INTO role_privilege VALUES (1, 'prvReadbench_row', 'Basic'), (2, 'prvReadbench_row', 'Local'), (3, 'prvReadbench_row', 'Global');
INSERT INTO user_role SELECT id, principal FROM systemuser;
CREATE VIEW depth AS SELECT p.depth, u.unit, u.id FROM systemuser u JOIN user_role r ON r.systemuser = u.id JOIN role_privilege p
  ON p.role = r.role WHERE u.id = current_setting('app.user')::uuid AND p.name = 'prvReadbench_row';
ALTER TABLE bench_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON bench_row FOR SELECT USING (
  (SELECT EXISTS (SELECT 1 FROM depth d WHERE d.depth = 'Global'))
  OR owner = ANY (ARRAY(SELECT m.principal FROM membership m JOIN depth d ON d.id = m.systemuser))
  OR unit = ANY (ARRAY(SELECT d.unit FROM depth d WHERE d.depth = 'Local'))
  OR bench_rowid IN (SELECT s.bench_rowid FROM share s JOIN membership m ON m.principal = s.principal JOIN depth d ON d.id = m.systemuser
                     WHERE s.mask & 1 <> 0));
CREATE ROLE app LOGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO app;
VACUUM ANALYZE;
