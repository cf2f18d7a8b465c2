-- The peer of page-50: business units, roles with a depth, and a policy that lets a reader see the rows of the own unit. The list of
-- units is hoisted out of the row test (one sub-select a statement), which is the fast way to write such a policy.
CREATE TABLE systemuser (id uuid PRIMARY KEY, unit integer NOT NULL);
CREATE TABLE role_privilege (role integer NOT NULL, name text NOT NULL, depth text NOT NULL, PRIMARY KEY (role, name));
CREATE TABLE user_role (systemuser uuid NOT NULL, role integer NOT NULL, PRIMARY KEY (systemuser, role));
CREATE TABLE bench_row (bench_rowid uuid PRIMARY KEY DEFAULT gen_random_uuid(), bench_title text COLLATE "C" NOT NULL,
                        bench_amount integer NOT NULL, unit integer NOT NULL);
\copy bench_row(bench_title, bench_amount, unit) FROM pstdin CSV
CREATE INDEX ON bench_row (unit, bench_title);
CREATE INDEX ON bench_row (bench_title);
INSERT INTO systemuser VALUES ('00000000-0000-4000-8000-000000000007', 7);
INSERT INTO role_privilege VALUES (1, 'prvReadbench_row', 'Local');
INSERT INTO user_role VALUES ('00000000-0000-4000-8000-000000000007', 1);
ALTER TABLE bench_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY reader ON bench_row FOR SELECT USING (unit = ANY (ARRAY(
  SELECT u.unit FROM systemuser u JOIN user_role r ON r.systemuser = u.id JOIN role_privilege p ON p.role = r.role
  WHERE u.id = current_setting('app.user')::uuid AND p.name = 'prvReadbench_row' AND p.depth = 'Local')));
CREATE ROLE app LOGIN;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO app;
VACUUM ANALYZE;
