/**
 * The tables of the pg backend. A lock is a row that says until when it lives by the server's own clock: no session holds it, so none
 * can leak it, and clocks of clients do not matter.
 */
export const PG_TABLES: readonly string[] = [
  'CREATE SCHEMA IF NOT EXISTS $schema',
  `CREATE TABLE IF NOT EXISTS $schema.states (
    workspace text NOT NULL,
    design text NOT NULL,
    serial bigint NOT NULL,
    token uuid NOT NULL,
    data bytea NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace, design))`,
  `CREATE TABLE IF NOT EXISTS $schema.locks (
    workspace text NOT NULL,
    design text NOT NULL,
    id text NOT NULL,
    record text NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (workspace, design))`,
  `CREATE TABLE IF NOT EXISTS $schema.journals (
    workspace text NOT NULL,
    design text NOT NULL,
    id text NOT NULL,
    part integer NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (workspace, design, id, part))`,
]
